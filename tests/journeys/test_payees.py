"""Where buyers transfer to: two people, a pause, everyone told, and what an order was told stays."""

import pytest
import sqlalchemy as sa

from branch.organisation.models.tables import Membership
from core.database import transaction
from core.messaging.models import Message
from shop.orders.models.tables import Order
from shop.payees.models.tables import PayeeAccount
from tests.at_once import all_look_first, at_once
from tests.factories.accounts import make_account
from tests.factories.orders import make_seller, make_variant, place
from tests.factories.organisation import make_grower, make_membership
from tests.factories.payees import make_payee
from tests.seals import not_as_sealed

PAYEES = "/branch/payees"
WISH = {
    "unit": "guihua-osmanthus",
    "payee": "桂花合作社",
    "bank": "工商银行",
    "account_number": "6222 3333 4444",
    "note": "",
    "reason": "换开户行",
}


@pytest.fixture
def people(login):
    return {
        "secretary": login(role="secretary"),
        "committee": login(role="committee"),
        "stranger": login(role="secretary", unit="guihua-tea"),
    }


@pytest.fixture
def proposed(people, session):
    answer = people["secretary"].submit(PAYEES, WISH)
    assert answer.status_code == 303, answer.text
    found = session.scalars(sa.select(PayeeAccount.public_id)).one()
    session.rollback()
    return f"{PAYEES}/{found}"


def accounts_on(client, order):
    page = client.get(f"/orders/{order.number}?token={order.access_token}").text
    return [number for number in ("1111", "6222 3333 4444", "9999") if number in page]


def an_order(at):
    with transaction():
        variant = make_variant(at=at, grower=make_seller(at=at))
    return place((variant.sku, 1), at=at)


@pytest.mark.both
def test_two_people_change_it_and_it_counts_after_the_pause(client, clock, at, people, session, run_jobs):
    with transaction():
        make_payee(unit="guihua-osmanthus", account_number="1111 1111", at=at)
    before = an_order(at)
    answer = people["secretary"].submit(PAYEES, WISH)
    assert answer.status_code == 303
    session.rollback()
    here = f"{PAYEES}/{session.scalar(sa.select(PayeeAccount.public_id).order_by(PayeeAccount.id.desc()))}"
    session.rollback()
    alone = people["secretary"].submit(f"{here}/confirm", form_at=PAYEES)
    assert alone.status_code == 409
    assert "另一人" in alone.text
    assert people["committee"].submit(f"{here}/confirm", form_at=here).status_code == 303
    clock.forward(hours=23)
    assert accounts_on(client, an_order(clock.at)) == ["1111"]
    clock.forward(hours=2)
    assert accounts_on(client, an_order(clock.at)) == ["6222 3333 4444"]
    assert accounts_on(client, before) == ["1111"], "what an order was told stays"
    run_jobs()
    assert not_as_sealed("payee_account") == []


def test_the_same_person_cannot_confirm_by_sql_either(session, people, proposed):
    statement = sa.text(
        "UPDATE payee_account SET confirmed_by_account_id = proposed_by_account_id, "
        "confirmed_at = proposed_at, in_force_from = proposed_at"
    )
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(statement)


def test_another_branch_neither_proposes_confirms_nor_withdraws(people, proposed):
    stranger = people["stranger"]
    assert stranger.get(proposed).status_code == 403
    assert WISH["account_number"] in people["secretary"].get(PAYEES).text
    assert WISH["account_number"] not in stranger.get(PAYEES).text
    assert stranger.submit(PAYEES, WISH).status_code == 422
    assert stranger.submit(f"{proposed}/confirm", form_at=PAYEES).status_code == 403
    answer = stranger.submit(f"{proposed}/withdraw", {"reason": "ours"}, form_at=PAYEES)
    assert answer.status_code == 403


def test_everyone_concerned_is_told_of_each_step(session, people, at, proposed, run_jobs):
    with transaction():
        for name, role, unit in (
            ("technician", "technician", "guihua-bamboo"),
            ("mayor", "committee", "guihua"),
            ("tea", "secretary", "guihua-tea"),
        ):
            make_membership(make_account(email=f"{name}@example.org").id, role, unit)
        make_grower(account_id=make_account(email="grower@example.org").id)
        make_grower(account_id=make_account(email="hill@example.org").id, unit="guihua-hill")
    assert people["committee"].submit(f"{proposed}/confirm", form_at=proposed).status_code == 303
    withdrawn = people["secretary"].submit(f"{proposed}/withdraw", {"reason": "卡号有误"}, form_at=proposed)
    assert withdrawn.status_code == 303
    run_jobs()
    for what in ("PayeeProposed", "PayeeConfirmed", "PayeeWithdrawn"):
        told = session.scalars(sa.select(Message).where(Message.template == "payee_account"))
        names = {one.receiver.partition("@")[0] for one in told if one.context["what"] == what}
        assert {"technician", "mayor", "grower"} <= names, what
        assert not {"tea", "hill"} & names
    assert not_as_sealed("payee_account") == []


def test_meanwhile_whoever_may_confirm_withdraws_it(client, clock, at, people, proposed):
    people["committee"].submit(f"{proposed}/confirm", form_at=proposed)
    assert (
        people["committee"].submit(f"{proposed}/withdraw", {"reason": "可疑"}, form_at=proposed).status_code
        == 303
    )
    again = people["secretary"].submit(f"{proposed}/confirm", form_at=PAYEES)
    assert again.status_code == 409
    page = people["secretary"].get(PAYEES).text
    assert "已撤回" in page
    assert people["secretary"].submit(PAYEES, WISH).status_code == 303, "the way is free for another"


def test_buyers_who_were_told_an_account_that_is_ended_read_so(client, clock, at, people, session):
    with transaction():
        wrong = make_payee(unit="guihua-osmanthus", account_number="9999 9999", at=at)
        make_payee(unit="guihua", account_number="1111 1111", at=at)
        here = f"{PAYEES}/{wrong.public_id}"
    order = an_order(at)
    assert accounts_on(client, order) == ["9999"]
    assert (
        people["secretary"].submit(f"{here}/withdraw", {"reason": "被盗用"}, form_at=here).status_code == 303
    )
    clock.forward(minutes=1)
    assert accounts_on(client, order) == ["1111"]
    assert "请勿再向其转账" in client.get(f"/orders/{order.number}?token={order.access_token}").text


@pytest.mark.both
def test_buyers_who_have_not_paid_are_told_once_that_their_account_is_ended(at, people, session, run_jobs):
    with transaction():
        wrong = make_payee(unit="guihua-osmanthus", account_number="9999 9999", at=at)
        here = f"{PAYEES}/{wrong.public_id}"
    order, paid, elsewhere = an_order(at), an_order(at), an_order(at)
    with transaction():
        session.execute(sa.update(Order).where(Order.id == paid.id).values(payment_state="paid"))
        session.execute(sa.update(Order).where(Order.id == elsewhere.id).values(payee_account=None))
    assert (
        people["secretary"].submit(f"{here}/withdraw", {"reason": "被盗用"}, form_at=here).status_code == 303
    )
    run_jobs()
    run_jobs()
    session.rollback()
    told = session.scalars(sa.select(Message).where(Message.template == "transfer_account_withdrawn")).all()
    assert [(one.context["number"], one.context["another"]) for one in told] == [(order.number, False)]
    assert [one.state for one in told] == ["sent"]


def test_without_an_account_in_force_no_transfer_is_offered(client, at, session):
    with transaction():
        variant = make_variant(at=at, grower=make_seller(at=at))
        session.execute(sa.delete(PayeeAccount))
    body = {
        "lines": [{"sku": variant.sku, "quantity": 1}],
        "buyer": {"name": "示范买家", "phone": "13800000000"},
        "ship_to": {"province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "示范路 1 号"},
        "payment_method": "offline_transfer",
    }
    answer = client.post("/api/v1/orders", json=body, headers={"Idempotency-Key": "no-account-1"})
    assert answer.status_code == 422
    assert "payment_method" in answer.json["fields"]
    assert session.scalar(sa.select(sa.func.count(Order.id))) == 0
    client.submit("/cart/items", {"sku": variant.sku, "quantity": "1"}, form_at="/verify")
    page = client.get("/checkout").text
    assert "way-offline_transfer" not in page
    assert "没有生效的收款账户" in page


def test_a_grower_sees_where_his_buyers_transfer_to(login, people, proposed):
    assert "6222 3333 4444" in login(role="grower", unit="guihua-bamboo").get("/seller/payee").text
    assert "6222 3333 4444" not in login(role="grower", unit="guihua-hill").get("/seller/payee").text


@pytest.mark.parametrize(
    ("field", "value"), [("account_number", "<b>"), ("account_number", "12"), ("payee", ""), ("reason", "")]
)
def test_what_cannot_be_an_account_is_refused_and_stays_typed(people, field, value):
    answer = people["secretary"].submit(PAYEES, WISH | {field: value})
    assert answer.status_code == 422
    assert "桂花合作社" in answer.text or field == "payee"


@pytest.mark.both
def test_a_proposal_counts_no_more_once_its_proposer_may_not_propose(people, session, proposed):
    with transaction():
        session.execute(sa.delete(Membership).where(Membership.account_id == people["secretary"].account_id))
    answer = people["committee"].submit(f"{proposed}/confirm", form_at=PAYEES)
    assert answer.status_code == 409
    assert "提交人已不再有此权限" in answer.text
    reason = {"reason": "提交人已离职"}
    assert people["committee"].submit(f"{proposed}/withdraw", reason, form_at=proposed).status_code == 303


def test_one_that_was_replaced_can_be_withdrawn_too_for_whom_it_was_told(client, at, people, session):
    with transaction():
        wrong = make_payee(unit="guihua-osmanthus", account_number="9999 9999", at=at)
        here = f"{PAYEES}/{wrong.public_id}"
    order = an_order(at)
    with transaction():
        make_payee(unit="guihua-osmanthus", account_number="1111 1111", at=at, in_force_from=at)
    assert here in people["secretary"].get(PAYEES).text
    assert accounts_on(client, order) == ["9999"]
    assert f"{here}/withdraw" in people["secretary"].get(here).text
    assert (
        people["secretary"].submit(f"{here}/withdraw", {"reason": "被盗用"}, form_at=here).status_code == 303
    )
    assert accounts_on(client, order) == ["1111"]


@pytest.mark.both
def test_of_two_proposals_at_once_one_is_on_the_way(people, session, monkeypatch):
    proposers = [people["secretary"], people["committee"]]
    # On SQLite whoever begins to write has the others wait, so nobody can look at the same time.
    if session.get_bind().dialect.name == "postgresql":
        all_look_first(monkeypatch, "branch.api.require_unit_access", 2)
    answers = at_once([lambda one=one: one.submit(PAYEES, WISH) for one in proposers])
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert session.scalar(sa.select(sa.func.count(PayeeAccount.id))) == 1
