"""A grower applies, the branch answers, people are invited and roles change hands; over HTTP."""

import re

import pytest
from sqlalchemy import select

from branch.growers.models.tables import Grower, GrowerChange
from branch.growers.service.membership import Application, apply_to_join
from branch.organisation.models.tables import Membership, MembershipChange
from core.accounts.models.account import Account
from core.database import session as database
from core.database import transaction
from core.errors import Invalid
from core.messaging.models import Message
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower, make_tree

GIVE = "/branch/members"


@pytest.fixture
def units(app):
    with app.app_context(), transaction():
        return {code: unit.id for code, unit in make_tree().items()}


def application(units, **changes):
    values = {
        "name": "桂香苗圃",
        "unit": units["guihua-bamboo"],
        "contact_name": "陈师傅",
        "phone": "138 0013 8000",
        "about": "自家三亩地，种丹桂。",
    }
    return values | changes


def only_grower(app):
    with app.app_context():
        return database.scalars(select(Grower)).one()


def messages(app):
    with app.app_context():
        return list(database.scalars(select(Message).order_by(Message.id)))


def role_form(contact, role="technician", unit="guihua-bamboo", reason="负责竹影村的技术指导"):
    return {"identity": contact, "role": role, "unit": unit, "reason": reason}


def test_a_grower_applies_and_is_admitted(app, login, units, run_jobs):
    grower = login(email="chen@example.org")
    secretary = login(role="secretary", unit="guihua-osmanthus")
    assert grower.submit("/grower/apply", application(units)).status_code == 303
    assert grower.get("/grower/people").status_code == 403, "not admitted yet"

    listed = secretary.get("/branch/growers?state=applied").get_data(as_text=True)
    assert "桂香苗圃" in listed
    page = "/branch/growers/gui-xiang-miao-pu"
    assert "自家三亩地" in secretary.get(page).get_data(as_text=True)
    assert secretary.submit(page, {"decision": "admitted", "reason": ""}).status_code == 302

    assert only_grower(app).state == "admitted"
    assert grower.get("/grower/people").status_code == 200
    told = messages(app)[-1]
    assert (told.template, told.receiver) == ("grower_admitted", "chen@example.org")
    run_jobs()
    assert messages(app)[-1].state == "sent"
    with app.app_context():
        steps = list(database.scalars(select(GrowerChange).order_by(GrowerChange.id)))
    assert [(s.from_state, s.to_state) for s in steps] == [(None, "applied"), ("applied", "admitted")]
    assert steps[1].by_account_id == secretary.account_id


@pytest.mark.both
def test_refusing_needs_a_reason_and_the_grower_can_apply_again(app, login, units, run_jobs):
    grower = login()
    secretary = login(role="secretary")
    grower.submit("/grower/apply", application(units))
    page = f"/branch/growers/{only_grower(app).slug}"

    assert secretary.submit(page, {"decision": "refused", "reason": " "}).status_code == 422
    assert only_grower(app).state == "applied"
    assert secretary.submit(page, {"decision": "refused", "reason": "村名填错了。"}).status_code == 302
    assert only_grower(app).state == "refused"
    run_jobs()
    assert messages(app)[-1].context["reason"] == "村名填错了。"

    again = grower.get("/grower/apply").get_data(as_text=True)
    assert "村名填错了。" in again
    assert 'value="桂香苗圃"' in again
    grower.submit("/grower/apply", application(units, unit=units["guihua-spring"]))
    assert only_grower(app).state == "applied"
    assert only_grower(app).unit_id == units["guihua-spring"]


@pytest.mark.both
def test_whoever_was_admitted_and_left_comes_back_to_the_same_village_only(app, login, units, at):
    grower, secretary = login(), login(role="secretary")
    grower.submit("/grower/apply", application(units))
    page = f"/branch/growers/{only_grower(app).slug}"
    secretary.submit(page, {"decision": "admitted"})
    secretary.submit(page, {"decision": "left", "reason": "违反使用规则"})
    elsewhere = application(units, unit=units["guihua-hill"])
    answer = grower.submit("/grower/apply", elsewhere)
    assert answer.status_code == 422, (
        "another branch would decide about licences, land and orders of this one"
    )
    with pytest.raises(Invalid), app.app_context(), transaction():
        wish = Application("桂香苗圃", "陈师傅", "+8613800138000", units["guihua-hill"])
        apply_to_join(wish, account_id=grower.account_id, at=at)
    assert only_grower(app).unit_id == units["guihua-bamboo"]
    assert only_grower(app).state == "left"
    assert grower.submit("/grower/apply", application(units)).status_code == 303
    assert only_grower(app).state == "applied"


@pytest.mark.both
def test_a_decision_is_taken_once(app, login, units):
    login().submit("/grower/apply", application(units))
    page = f"/branch/growers/{only_grower(app).slug}"
    secretary = login(role="secretary")
    secretary.submit(page, {"decision": "admitted"})
    assert secretary.submit(page, {"decision": "refused", "reason": "too late"}).status_code == 409
    assert only_grower(app).state == "admitted"


def test_a_mistyped_application_keeps_what_was_typed(app, login, units):
    answer = login().submit("/grower/apply", application(units, uscc="91420000000000000X", phone="12"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for typed in ("桂香苗圃", "陈师傅", "自家三亩地", "91420000000000000X"):
        assert typed in page
    with app.app_context():
        assert database.scalar(select(Grower)) is None


@pytest.mark.parametrize("role", ["technician", "committee", "buyer", "grower"])
def test_only_the_secretary_decides(app, login, units, role):
    login().submit("/grower/apply", application(units))
    with app.app_context():
        slug = database.scalars(select(Grower).where(Grower.name == "桂香苗圃")).one().slug
    other = login(role=role)
    answer = other.submit(f"/branch/growers/{slug}", {"decision": "admitted"}, form_at="/account")
    assert answer.status_code == 403


def test_staff_outside_the_subtree_is_kept_out(app, login, units):
    login().submit("/grower/apply", application(units))
    slug = only_grower(app).slug
    stranger = login(role="secretary", unit="guihua-tea")
    assert stranger.get(f"/branch/growers/{slug}").status_code == 403
    decided = stranger.submit(f"/branch/growers/{slug}", {"decision": "admitted"}, form_at="/account")
    assert decided.status_code == 403
    assert only_grower(app).state == "applied"
    assert "桂香苗圃" not in stranger.get("/branch/growers").get_data(as_text=True)
    assert "桂香苗圃" in login(role="committee").get("/branch/growers").get_data(as_text=True)


def test_visitors_are_led_to_sign_in(client, units):
    for page in ("/branch/growers", "/branch/members", "/grower/apply", "/account"):
        answer = client.get(page)
        assert answer.status_code == 302
        assert "/account/sign-in" in answer.headers["Location"]


@pytest.mark.both
def test_the_owner_invites_staff_who_join_by_the_link(app, login):
    owner = login(role="grower")
    helper = login(phone="+8613600136000")
    owner.submit("/grower/people", {"identity": "13600136000"})
    shown = owner.get("/grower/people").get_data(as_text=True)
    link = re.search(r"/grower/join/\w+", shown).group(0)
    assert link not in owner.get("/grower/people").get_data(as_text=True), "shown once"
    assert messages(app)[-1].receiver == "+8613600136000"

    assert helper.submit(link).status_code == 302
    assert helper.get("/grower/people").status_code == 200
    assert helper.submit("/grower/people", {"identity": "13600136001"}, form_at="/account").status_code == 403
    assert login().submit(link, form_at="/account").headers["Location"].endswith(link), "a link works once"

    owner.submit(f"/grower/people/{helper.account_id}/remove", form_at="/grower/people")
    assert helper.get("/grower/people").status_code == 403


@pytest.mark.both
def test_a_role_is_given_and_taken_with_a_reason(app, login, units):
    with app.app_context(), transaction():
        technician = make_account(email="wang@example.org", display_name="王技术").id
    secretary = login(role="secretary")
    assert secretary.submit(GIVE, role_form("wang@example.org", reason="")).status_code == 422
    assert secretary.submit(GIVE, role_form("wang@example.org")).status_code == 303
    assert "王技术" in secretary.get(GIVE).get_data(as_text=True)

    with app.app_context():
        membership = database.scalars(select(Membership).where(Membership.account_id == technician)).one()
    take = f"/branch/members/{membership.id}/take"
    assert secretary.submit(take, {"reason": "调走了"}).status_code == 302
    with app.app_context():
        assert database.get(Membership, membership.id) is None
        changes = list(
            database.scalars(
                select(MembershipChange)
                .where(MembershipChange.account_id == technician)
                .order_by(MembershipChange.id)
            )
        )
    assert [(c.action, c.reason, c.by_account_id) for c in changes] == [
        ("given", "负责竹影村的技术指导", secretary.account_id),
        ("taken", "调走了", secretary.account_id),
    ]


def test_nobody_gives_a_role_above_their_own(app, login, units):
    with app.app_context(), transaction():
        make_account(email="wang@example.org")
    secretary = login(role="secretary")
    assert 'value="committee"' not in secretary.get(GIVE).get_data(as_text=True)
    for role, unit in (
        ("committee", "guihua-osmanthus"),
        ("technician", "guihua-tea"),
        ("secretary", "guihua"),
    ):
        answer = secretary.submit(GIVE, role_form("wang@example.org", role, unit))
        assert answer.status_code == 422, (role, unit)
    with app.app_context():
        assert database.scalars(select(Membership.role)).all() == ["secretary"]


def test_a_technician_sees_members_but_changes_nothing(login, units):
    technician = login(role="technician")
    assert technician.get(GIVE).status_code == 200
    assert technician.submit(GIVE, role_form("wang@example.org"), form_at="/account").status_code == 403


@pytest.mark.both
def test_nobody_takes_a_role_from_above_or_outside(app, login, units):
    committee, tea = login(role="committee"), login(role="secretary", unit="guihua-tea")
    secretary = login(role="secretary")
    with app.app_context():
        held = {one.account_id: one.id for one in database.scalars(select(Membership))}
    for account_id in (committee.account_id, tea.account_id, secretary.account_id):
        take = f"/branch/members/{held[account_id]}/take"
        answer = secretary.submit(take, {"reason": "no"}, form_at="/account")
        assert answer.status_code == 403
    with app.app_context():
        assert len(database.scalars(select(Membership)).all()) == 3


@pytest.mark.both
def test_a_role_for_an_unconfirmed_contact_goes_by_invitation(app, login, units, at):
    impostor = login(email="new@example.org", email_confirmed_at=None)
    secretary = login(role="secretary")
    secretary.submit(GIVE, role_form("new@example.org"))
    assert impostor.get(GIVE).status_code == 403, "whoever registered the address first gets nothing"
    link = re.search(r"/invitation/\w+", messages(app)[-1].context["link"]).group(0)

    other = login(email="else@example.org")
    assert other.submit(link, form_at="/account").status_code == 403
    assert impostor.submit(link, form_at="/account").status_code == 403, "typed at sign-up, proved by nobody"
    with app.app_context(), transaction() as session:
        session.get_one(Account, impostor.account_id).email_confirmed_at = at
    assert impostor.submit(link).status_code == 302, "whoever reads the messages"
    assert impostor.get(GIVE).status_code == 200


@pytest.mark.both
def test_an_invitation_dies_with_the_power_of_its_giver(app, login, units, at):
    secretary = login(role="secretary")
    reader = login(email="new@example.org")
    with app.app_context(), transaction() as session:
        session.get_one(Account, reader.account_id).email_confirmed_at = None
    secretary.submit(GIVE, role_form("new@example.org"))
    link = re.search(r"/invitation/\w+", messages(app)[-1].context["link"]).group(0)
    with app.app_context(), transaction() as session:
        for membership in session.scalars(select(Membership)):
            session.delete(membership)
        session.get_one(Account, reader.account_id).email_confirmed_at = at
    assert reader.submit(link, form_at="/account").status_code == 404


@pytest.mark.both
def test_a_grower_of_one_village_is_listed_for_its_branch_only(app, login):
    with app.app_context(), transaction():
        make_grower(unit="guihua-hill", name="云岭茶桂园")
    assert "云岭茶桂园" not in login(role="secretary").get("/branch/growers").get_data(as_text=True)
    tea = login(role="secretary", unit="guihua-tea")
    assert "云岭茶桂园" in tea.get("/branch/growers?unit=guihua-hill").get_data(as_text=True)


@pytest.mark.both
def test_a_role_given_or_taken_is_told_to_the_person_and_the_people_above(app, login, units, run_jobs):
    secretary = login(role="secretary", unit="guihua-osmanthus")
    login(role="committee", unit="guihua", email="mayor@example.org")
    login(role="secretary", unit="guihua-tea", email="tea@example.org")
    login(email="friend@example.org")
    given = secretary.submit(GIVE, role_form("friend@example.org", "secretary", "guihua-osmanthus"))
    assert given.status_code == 303
    run_jobs()
    told = {one.receiver for one in messages(app) if one.template == "role_changed"}
    assert {"friend@example.org", "mayor@example.org"} <= told
    assert "tea@example.org" not in told
