"""An order shared by two branches: each cashier acts on the part of his own growers, nobody at a root on everybody's."""

import pytest
from sqlalchemy import delete, select

from branch.api import Role, add_unit, get_unit, give_role
from branch.growers.service.membership import decide
from branch.growers.states import GrowerState
from branch.organisation.models.tables import Membership
from core.clock import now
from core.database import transaction
from core.errors import Forbidden
from core.messaging.models import Message
from shop.orders.models.tables import Consignment, Order
from shop.payments.models.tables import CancelRequest, Payment, Refund
from shop.payments.queries import cashier as desk
from shop.payments.queries import cashier_scope as parts
from shop.payments.queries.doubts import Step
from shop.payments.rules.attention import attention
from shop.payments.service import agreements
from shop.payments.service import transfer_proofs as proofs
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower, make_membership, make_tree
from tests.factories.payees import make_payee
from tests.factories.payments import TWO_GROWERS, make_stocked_order


@pytest.fixture
def shared(session):
    """An order of a grower of the osmanthus branch and one of the tea branch, with a receipt, refunds and wishes."""
    at = now()
    with transaction():
        make_tree()
        town = make_payee(unit="guihua", at=at)
        growers = [make_grower(), make_grower(unit="guihua-hill")]
        order = make_stocked_order(at=at, method="offline_transfer", growers=growers)
        order.payee_account = town.public_id
        proof = proofs.submit(order.id, file_key="x.jpg", stated_minor=order.total_minor, note="", at=at)
        payment = session.scalars(select(Payment).where(Payment.order_id == order.id)).one()
        payment.attention = "amount_differs"
        for parcel in session.scalars(select(Consignment).where(Consignment.order_id == order.id)):
            session.add(
                Refund(
                    number=f"R-{parcel.grower_id}",
                    payment_id=payment.id,
                    order_id=order.id,
                    consignment_id=parcel.id,
                    kind="agreed",
                    amount_minor=100,
                    currency="CNY",
                    idempotency_key=f"refund-{parcel.id}",
                    next_attempt_at=at,
                    created_at=at,
                )
            )
            session.add(
                CancelRequest(
                    public_id=f"wish-{parcel.id}", consignment_id=parcel.id, reason="x", created_at=at
                )
            )
        cashiers = {}
        for name, role, unit in (
            ("osmanthus", "secretary", "guihua-osmanthus"),
            ("tea", "secretary", "guihua-tea"),
            ("town", "secretary", "guihua"),
        ):
            cashiers[name] = make_account(at=at).id
            make_membership(cashiers[name], role, unit, at)
    return order, proof, growers, cashiers


@pytest.mark.both
def test_each_cashier_sees_his_own_growers_part(shared):
    _order, _proof, (ours, theirs), cashiers = shared
    seen = {name: desk.cashier_queue(account) for name, account in cashiers.items()}
    assert [one.number for one in seen["osmanthus"].refunds] == [f"R-{ours.id}"]
    assert [one.number for one in seen["tea"].refunds] == [f"R-{theirs.id}"]
    assert [len(seen[name].wishes) for name in ("osmanthus", "tea", "town")] == [1, 1, 2]
    assert [len(seen[name].proofs) for name in ("osmanthus", "tea", "town")] == [0, 0, 1]
    assert [len(seen[name].doubts) for name in ("osmanthus", "tea", "town")] == [1, 1, 1]


@pytest.mark.both
def test_each_cashier_acts_on_his_own_growers_part(shared, session):
    order, proof, (ours, theirs), cashiers = shared
    refunds = {one.number: one.id for one in session.scalars(select(Refund))}
    parts.require_refund(cashiers["osmanthus"], refunds[f"R-{ours.id}"])
    parts.require_grower_part(cashiers["osmanthus"], ours.id, "payments.refund")
    parts.require_receipt(cashiers["town"], proof.id)
    parts.require_some_part(cashiers["tea"], order.id, "payments.confirm")
    for refused in (
        lambda: parts.require_refund(cashiers["osmanthus"], refunds[f"R-{theirs.id}"]),
        lambda: parts.require_grower_part(cashiers["osmanthus"], theirs.id, "payments.refund"),
        lambda: parts.require_receipt(cashiers["osmanthus"], proof.id),
        lambda: parts.require_receipt(cashiers["tea"], proof.id),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_a_secretary_at_a_root_is_no_cashier_of_another_town(shared, session):
    order, proof, _growers, _cashiers = shared
    with transaction():
        add_unit(code="far", name_zh="远镇", name_en="Far", kind="committee")
        stranger = make_account().id
        give_role(stranger, Role.SECRETARY, unit=get_unit("far"), by_account_id=None, reason="x", at=now())
    found = desk.cashier_queue(stranger)
    assert (found.proofs, found.refunds, found.doubts, found.wishes) == ((), (), (), ())
    with pytest.raises(Forbidden):
        parts.require_receipt(stranger, proof.id)
    with pytest.raises(Forbidden):
        parts.require_some_part(stranger, order.id, "payments.confirm")


def test_the_people_who_are_reminded_of_a_receipt_are_those_at_the_account(shared):
    order, _proof, _growers, cashiers = shared
    assert [one.id for one in desk.cashiers_of(order.id)] == [cashiers["town"]]


def test_whoever_only_looks_at_a_place_is_no_cashier_there(shared, session):
    order, _proof, (_ours, theirs), cashiers = shared
    with transaction():
        make_membership(cashiers["osmanthus"], "technician", "guihua-tea")
        foreign = make_stocked_order(
            at=now(), method="offline_transfer", parts=TWO_GROWERS[:1], growers=[theirs]
        )
        foreign.payee_account = make_payee(unit="guihua-tea", at=now()).public_id
        receipt = proofs.submit(foreign.id, file_key="y.jpg", stated_minor=100, note="", at=now())
    parts.require_receipt(cashiers["tea"], receipt.id)
    with pytest.raises(Forbidden):
        parts.require_receipt(cashiers["osmanthus"], receipt.id)
    with pytest.raises(Forbidden):
        parts.require_grower_part(cashiers["osmanthus"], theirs.id, "payments.refund")
    assert len(desk.cashier_queue(cashiers["osmanthus"]).refunds) == 1
    swept = select(Order.id).where(parts.own_orders(cashiers["osmanthus"], "payments.confirm"))
    assert session.scalars(swept).all() == [order.id]
    swept = select(Order.id).where(parts.own_orders(cashiers["tea"], "payments.confirm"))
    assert set(session.scalars(swept)) == {order.id, foreign.id}


def test_the_part_of_a_grower_who_has_left_stays_with_his_cashier(shared, session, login):
    order, proof, (ours, _theirs), cashiers = shared
    with transaction():
        decide(ours.slug, GrowerState.LEFT, by_account_id=cashiers["osmanthus"], reason="moved", at=now())
        proof.payee_account = None
    seen = desk.cashier_queue(cashiers["osmanthus"])
    assert [one.number for one in seen.refunds] == [f"R-{ours.id}"]
    assert (len(seen.wishes), len(seen.doubts)) == (1, 1)
    assert len(desk.cashier_queue(cashiers["town"]).proofs) == 1
    refund = session.scalars(select(Refund).where(Refund.number == f"R-{ours.id}")).one()
    parts.require_refund(cashiers["osmanthus"], refund.id)
    assert f"{order.number}-1" in login(role="secretary").get("/branch/orders").text


@pytest.mark.both
def test_without_a_known_account_the_nearest_cashiers_above_each_grower_are_reminded(shared):
    order, proof, _growers, cashiers = shared
    with transaction():
        make_membership(make_account().id, "technician", "guihua-bamboo")
        proof.payee_account = None
    assert {one.id for one in desk.cashiers_of(order.id)} == {cashiers["osmanthus"], cashiers["tea"]}


def test_a_receipt_of_no_known_account_needs_a_cashier_of_all_growers(shared):
    _order, proof, _growers, cashiers = shared
    with transaction():
        proof.payee_account = None
    assert [len(desk.cashier_queue(cashiers[name]).proofs) for name in ("osmanthus", "tea", "town")] == [
        0,
        0,
        1,
    ]


@pytest.mark.parametrize(
    ("method", "whose"),
    [("offline_transfer", ["town"]), ("stripe", ["osmanthus", "tea", "town"])],
)
def test_a_refund_of_a_whole_order_is_of_the_account_that_took_the_money(shared, session, method, whose):
    order, _proof, _growers, cashiers = shared
    with transaction():
        add_unit(code="far", name_zh="远镇", name_en="Far", kind="committee")
        cashiers["far"] = make_account().id
        give_role(
            cashiers["far"], Role.SECRETARY, unit=get_unit("far"), by_account_id=None, reason="x", at=now()
        )
        refund = session.scalars(select(Refund).where(Refund.order_id == order.id).limit(1)).one()
        refund.consignment_id = None
        session.get_one(Payment, refund.payment_id).method = method

    def allowed(account_id):
        try:
            parts.require_refund(account_id, refund.id)
        except Forbidden:
            return False
        return True

    assert [name for name in sorted(cashiers) if allowed(cashiers[name])] == whose


def test_what_a_cashier_has_in_one_order_opens_no_other(shared, session):
    _order, proof, (ours, theirs), cashiers = shared
    at = now()
    with transaction():
        account = make_payee(unit="guihua-osmanthus", at=at)
        own, foreign = (
            make_stocked_order(at=at, method="offline_transfer", parts=TWO_GROWERS[:1], growers=[grower])
            for grower in (ours, theirs)
        )
        own.payee_account = account.public_id
        receipt = proofs.submit(own.id, file_key="y.jpg", stated_minor=own.total_minor, note="", at=at)
    parts.require_receipt(cashiers["osmanthus"], receipt.id)
    parts.require_some_part(cashiers["osmanthus"], own.id, "payments.confirm")
    with pytest.raises(Forbidden):
        parts.require_receipt(cashiers["osmanthus"], proof.id)
    with pytest.raises(Forbidden):
        parts.require_some_part(cashiers["osmanthus"], foreign.id, "payments.confirm")


@pytest.fixture
def in_doubt(shared, session):
    """The shared order with 50 fen too few from the payment service; osmanthus' and tea's cashiers are `cashiers`."""
    order, _proof, _growers, cashiers = shared
    with transaction():
        payment = session.scalars(select(Payment).where(Payment.order_id == order.id)).one()
        payment.state, payment.method = "doubtful", "stripe"
        payment.attention = attention("disagrees", "amount")
        payment.heard_amount_minor, payment.heard_currency = payment.amount_minor - 50, "CNY"
        payment.provider_payment_id = "pi_1"
    return payment.id, cashiers


def agree(payment_id, step, by):
    with transaction():
        return agreements.decide(payment_id, step, by_account_id=by, at=now()).missing


def state_of(session, payment_id):
    session.rollback()
    return session.get_one(Payment, payment_id, populate_existing=True).state


@pytest.mark.both
@pytest.mark.parametrize("step", list(Step))
def test_money_of_a_shared_order_needs_the_word_of_each_branch(in_doubt, shared, session, step):
    payment_id, cashiers = in_doubt
    _order, _proof, (_ours, theirs), _cashiers = shared
    assert agree(payment_id, step, cashiers["osmanthus"]) == (theirs.name,)
    assert state_of(session, payment_id) == "doubtful"
    assert agree(payment_id, step, cashiers["osmanthus"]) == (theirs.name,), (
        "his own word again is none of the others"
    )
    told = session.scalars(select(Message.id).where(Message.template == "part_waits")).all()
    assert len(told) == 1
    [shown] = desk.cashier_queue(cashiers["tea"]).doubts
    assert [(one.step, one.missing) for one in shown.agreed] == [(step, (theirs.name,))]
    assert agree(payment_id, step, cashiers["tea"]) == ()
    assert state_of(session, payment_id) == ("unclaimed" if step == "give_back" else "received")


def test_a_word_for_the_other_step_does_not_add_up(in_doubt, session):
    payment_id, cashiers = in_doubt
    agree(payment_id, Step.ACCEPT, cashiers["osmanthus"])
    assert agree(payment_id, Step.GIVE_BACK, cashiers["tea"])
    assert state_of(session, payment_id) == "doubtful"


def test_who_lost_the_role_since_has_no_word_any_more(in_doubt, session):
    payment_id, cashiers = in_doubt
    agree(payment_id, Step.GIVE_BACK, cashiers["osmanthus"])
    with transaction():
        session.execute(delete(Membership).where(Membership.account_id == cashiers["osmanthus"]))
    assert agree(payment_id, Step.GIVE_BACK, cashiers["tea"])
    assert state_of(session, payment_id) == "doubtful"
    assert agree(payment_id, Step.GIVE_BACK, cashiers["town"]) == ()


def test_a_cashier_of_no_part_has_no_word(in_doubt, session):
    payment_id, _cashiers = in_doubt
    with transaction():
        stranger = make_account().id
    with pytest.raises(Forbidden):
        agree(payment_id, Step.GIVE_BACK, stranger)
