"""Invitations are listed for those who may withdraw them, belong to one contact, and end with those who sent them; over HTTP."""

import re

import pytest
from sqlalchemy import select

from branch.growers.models.tables import Grower
from branch.organisation.models.tables import Invitation
from core.accounts.models.account import AccountCode
from core.database import session as database
from core.database import transaction
from core.messaging.models import Message
from tests.factories.organisation import make_tree

MEMBERS, PEOPLE = "/branch/members", "/grower/people"


@pytest.fixture
def units(app):
    with app.app_context(), transaction():
        return {code: unit.id for code, unit in make_tree().items()}


def last_link(app, kind):
    with app.app_context():
        told = database.scalars(
            select(Message).where(Message.template == "invitation").order_by(Message.id.desc()).limit(1)
        ).one()
    return re.search(rf"/{kind}/\w+", told.context["link"]).group(0)


def invited(app):
    with app.app_context():
        return database.scalars(select(Invitation).order_by(Invitation.id.desc()).limit(1)).one()


def page(client, address):
    return client.get(address).get_data(as_text=True)


@pytest.mark.both
def test_the_members_page_lists_what_waits_and_takes_it_back(app, login, units):
    secretary, tea = login(role="secretary"), login(role="secretary", unit="guihua-tea")
    form = {"identity": "new@example.org", "role": "technician", "unit": "guihua-bamboo", "reason": "x"}
    secretary.submit(MEMBERS, form)
    link, row = last_link(app, "invitation"), invited(app)
    withdraw = f"/branch/invitations/{row.id}/withdraw"
    assert withdraw in page(secretary, MEMBERS)
    assert "new@example.org" not in page(tea, MEMBERS)
    overseer = page(login(role="operator"), MEMBERS)
    assert "n***@example.org" in overseer
    assert "new@example.org" not in overseer, (
        "an operator reads that somebody was invited, not how to reach him"
    )
    assert tea.submit(withdraw, form_at=MEMBERS).status_code == 403
    reader = login(email="new@example.org")
    assert reader.get(link).status_code == 200

    assert secretary.submit(withdraw, form_at=MEMBERS).status_code == 303
    assert withdraw not in page(secretary, MEMBERS)
    assert reader.get(link).status_code == 404
    assert reader.submit(link, form_at="/account").status_code == 404
    assert secretary.submit(withdraw, form_at=MEMBERS).status_code == 404
    assert invited(app).ended_by_account_id == secretary.account_id


@pytest.mark.both
def test_owner_and_branch_take_back_what_a_grower_sent(app, login):
    owner, rival, helper = login(role="grower"), login(role="grower"), login(phone="+8613600136000")
    secretary, tea = login(role="secretary"), login(role="secretary", unit="guihua-tea")
    with app.app_context():
        slug = database.get_one(Grower, owner.grower_id).slug
    for who, where, foreign in ((owner, PEOPLE, rival), (secretary, f"/branch/growers/{slug}", tea)):
        owner.submit(PEOPLE, {"identity": "13600136000"})
        link, withdraw = last_link(app, "grower/join"), f"{where}/invitations/{invited(app).id}/withdraw"
        assert withdraw in page(who, where)
        assert helper.get(link).status_code == 200
        assert foreign.submit(withdraw, form_at="/account").status_code in {403, 404}
        assert who.submit(withdraw, form_at=where).status_code == 303
        assert withdraw not in page(who, where)
        assert helper.get(link).status_code == 404


@pytest.mark.both
def test_a_link_to_join_is_nobody_s_but_his_to_whom_it_was_sent(app, login):
    owner, finder = login(role="grower"), login()
    owner.submit(PEOPLE, {"identity": "13600136000"})
    link = last_link(app, "grower/join")
    shown = page(finder, link)
    assert "136****6000" in shown.replace("+86", "")
    assert "13600136000" not in shown, "whoever finds a link does not learn the number"
    finder.submit(link, form_at="/account")
    assert finder.get(PEOPLE).status_code == 403

    # The number is confirmed, and the way leads back to the invitation.
    finder.submit("/account/contact", {"identity": "13600136000"}, form_at="/account/contact")
    with app.app_context():
        told = database.scalars(
            select(Message).where(Message.template == "account_code").order_by(Message.id.desc()).limit(1)
        ).one()
        code_page = database.scalars(select(AccountCode).order_by(AccountCode.id.desc()).limit(1)).one()
    entered = finder.submit(f"/account/code/{code_page.public_id}", {"code": told.context["code"]})
    assert entered.headers["Location"].endswith(link)
    assert finder.submit(link).status_code == 302
    assert finder.get(PEOPLE).status_code == 200


@pytest.mark.both
def test_a_link_to_join_ends_with_the_grower_s_membership(app, login):
    owner, helper, secretary = login(role="grower"), login(phone="+8613600136000"), login(role="secretary")
    owner.submit(PEOPLE, {"identity": "13600136000"})
    link = last_link(app, "grower/join")
    with app.app_context():
        slug = database.get_one(Grower, owner.grower_id).slug
    address = f"/branch/growers/{slug}"
    assert secretary.submit(address, {"decision": "left", "reason": "x"}).status_code == 302
    assert helper.get(link).status_code == 404
    with app.app_context(), transaction() as session:
        session.get_one(Grower, owner.grower_id).state = "admitted"
    assert helper.get(link).status_code == 404, "coming back brings no old link with it"


def test_an_operator_takes_back_whom_he_appointed_to_a_town_without_people(app, login, units):
    operator = login(role="operator")
    wish = {"identity": "mayor@example.org", "role": "committee", "reason": "x"}
    assert operator.submit("/operations/units/guihua/first", wish).status_code == 303
    withdraw = f"/operations/invitations/{invited(app).id}/withdraw"
    assert withdraw in page(operator, "/operations/units")
    assert operator.submit(withdraw, form_at="/operations/units").status_code == 303
    assert withdraw not in page(operator, "/operations/units")
    link = last_link(app, "invitation")
    assert login(email="mayor@example.org").get(link).status_code == 404
