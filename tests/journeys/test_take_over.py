"""The operator runs the machine; a unit's work is taken over for some days, in plain sight, and ends by itself."""

import pytest
import sqlalchemy as sa

from branch.organisation.models.tables import Membership, Takeover
from branch.organisation.queries.tree import get_unit
from branch.organisation.service import takeovers
from core.accounts.models.account import Account
from core.database import transaction
from core.errors import Forbidden
from core.messaging.models import Message
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower, make_membership
from tests.seals import not_as_sealed

pytestmark = pytest.mark.both

UNITS = "/operations/units"
TAKE = f"{UNITS}/guihua-osmanthus/take-over"
WISH = {"role": "secretary", "days": "7", "reason": "书记住院，无人办理"}


@pytest.fixture
def operator(login):
    return login(role="operator")


def test_the_operator_decides_nothing_of_a_town(operator, session):
    with transaction():
        grower = make_grower()
    for page in (
        "/branch/growers",
        "/branch/cashier",
        "/branch/licences",
        "/branch/quota",
        "/branch/reports",
    ):
        assert operator.get(page).status_code == 403, page
    answer = operator.submit(f"/branch/growers/{grower.slug}", {"step": "suspend"}, form_at="/verify")
    assert answer.status_code == 403


def test_a_take_over_is_told_seen_and_ends_by_itself(operator, login, session, clock, at, run_jobs):
    with transaction():
        grower = make_grower()
        elsewhere = make_grower(unit="guihua-hill")
        for name, role, unit in (
            ("secretary", "secretary", "guihua-osmanthus"),
            ("mayor", "committee", "guihua"),
            ("village", "technician", "guihua-bamboo"),
            ("tea", "secretary", "guihua-tea"),
        ):
            make_membership(make_account(email=f"{name}@example.org").id, role, unit)
    assert operator.submit(TAKE, WISH | {"days": "31"}).status_code == 422
    assert operator.submit(TAKE, WISH | {"reason": " "}).status_code == 422
    assert operator.submit(TAKE, WISH).status_code == 303
    assert operator.get(f"/branch/growers/{grower.slug}").status_code == 200
    assert operator.get(f"/branch/growers/{elsewhere.slug}").status_code == 403
    assert "书记住院" in login(role="technician").get("/branch/members").text
    run_jobs()
    told = session.scalars(sa.select(Message.receiver).where(Message.template == "unit_taken_over")).all()
    assert {"secretary@example.org", "mayor@example.org", "village@example.org"} <= set(told)
    assert "tea@example.org" not in told
    assert not_as_sealed("takeover") == []
    clock.forward(days=7)
    assert operator.get(f"/branch/growers/{grower.slug}").status_code == 403


def test_the_unit_s_people_end_it_and_others_cannot(app, operator, login, session, at, run_jobs):
    with transaction():
        make_grower()
        make_membership(make_account(email="mayor@example.org").id, "committee", "guihua")
    assert operator.submit(TAKE, WISH).status_code == 303
    end = f"/branch/take-overs/{session.scalar(sa.select(Takeover.public_id))}/end"
    session.rollback()
    for role, unit in (("secretary", "guihua-tea"), ("technician", "guihua-osmanthus")):
        assert login(role=role, unit=unit).submit(end, form_at="/verify").status_code == 403
    assert login(role="secretary").submit(end, form_at="/branch/members").status_code == 303
    assert operator.get("/branch/growers").status_code == 403
    assert operator.submit(end.replace("/branch/", "/operations/"), form_at=UNITS).status_code == 409
    assert not_as_sealed("takeover") == []
    session.rollback()
    folder = app.config["SETTINGS"].var / "messages"
    before = set(folder.iterdir())
    run_jobs()
    told = session.scalars(sa.select(Message).where(Message.receiver == "mayor@example.org"))
    assert {one.context["what"] for one in told if one.template == "unit_taken_over"} == {
        "UnitTakenOver",
        "TakeoverEnded",
    }
    texts = [one.read_text() for one in set(folder.iterdir()) - before]
    over = [one for one in texts if one.startswith("对桂花产业支部工作的接管已结束")]
    assert over
    for text in over:
        assert "此前由" in text, "whose take-over it was"
        assert "由 " in text.partition("接管。")[2].partition("原因")[0], "who ended it"
        assert "可以随时结束" not in text, "there is nothing to end any more"


def test_only_an_operator_takes_over(login, session, at):
    secretary = login(role="secretary", unit="guihua-tea")
    assert secretary.get(TAKE).status_code == 403
    with pytest.raises(Forbidden), transaction():
        takeovers.take_over(
            get_unit("guihua-tea"), account_id=secretary.account_id, days=1, reason="mine", at=at
        )


def test_the_command_line_takes_over_too(app, session):
    runner = app.test_cli_runner()
    asked = ["organisation", "take-over", "guihua", "--days", "3", "--reason", "选举前"]
    assert runner.invoke(args=asked).exit_code == 2, "there is no operator"
    with transaction():
        make_membership(make_account(display_name="Operator").id, "operator", None)
        make_grower()
    done = runner.invoke(args=asked)
    assert done.exit_code == 0, done.output
    assert "Operator does the work of guihua (committee) until" in done.output
    assert runner.invoke(args=asked).exit_code == 1, "taken over already"


def test_a_new_town_gets_its_first_people_from_the_operator_and_then_from_its_own(operator, session, login):
    assert operator.submit(UNITS, {"name_zh": "第二镇", "name_en": "", "code": "second"}).status_code == 303
    first = f"{UNITS}/second/first"
    with transaction():
        for name in ("a", "b"):
            make_account(email=f"{name}@example.org")
    appoint = {"identity": "a@example.org", "role": "secretary", "reason": "首任"}
    assert operator.submit(first, appoint).status_code == 303
    again = operator.submit(first, appoint | {"identity": "b@example.org"})
    assert again.status_code == 422
    assert session.scalar(sa.select(sa.func.count(Membership.id)).where(Membership.role == "secretary")) == 1
    village = operator.submit(f"{UNITS}/guihua-osmanthus/first", appoint, form_at=UNITS)
    assert village.status_code in {404, 422}


def test_the_first_person_of_a_town_who_has_no_account_gets_a_link(operator, session, run_jobs):
    assert operator.submit(UNITS, {"name_zh": "第二镇", "name_en": "", "code": "second"}).status_code == 303
    first = {"identity": "first@example.org", "role": "committee", "reason": "首任"}
    assert operator.submit(f"{UNITS}/second/first", first).status_code == 303
    run_jobs()
    sent = session.scalars(sa.select(Message).where(Message.template == "invitation")).all()
    assert {one.receiver for one in sent} == {"first@example.org"}
    assert all("/invitation/" in one.context["link"] for one in sent)


def test_an_operator_at_a_unit_counts_for_nothing(session, login, at):
    client = login()
    with transaction():
        unit = make_grower().unit_id
        session.add(Membership(account_id=client.account_id, unit_id=unit, role="operator", since=at))
    assert client.get("/operations/failures").status_code == 403
    assert client.get(TAKE).status_code == 403


def test_what_an_operator_took_over_ends_with_the_role_of_an_operator(app, operator, session, at):
    with transaction():
        make_grower()
        contact = contact_of(operator, session)
    assert operator.submit(TAKE, WISH).status_code == 303
    assert operator.get("/branch/growers").status_code == 200
    take = ["users", "take-role", "--email", contact, "--role", "operator", "--reason", "离职"]
    done = app.test_cli_runner().invoke(args=take)
    assert done.exit_code == 0, done.output
    assert operator.get("/branch/growers").status_code == 403
    assert operator.get(UNITS).status_code == 403
    assert app.test_cli_runner().invoke(args=take).exit_code == 1, "it is held no more"


def contact_of(client, session):
    return session.get_one(Account, client.account_id).email
