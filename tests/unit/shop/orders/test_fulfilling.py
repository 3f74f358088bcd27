import pytest
import sqlalchemy as sa

from branch.ledger.models.tables import SaleFactRow
from core.database import transaction
from core.errors import Conflict, NotFound
from shop.orders.models.tables import Order
from shop.orders.queries.order_views import order_by_id
from shop.orders.service import fulfilling as orders
from shop.orders.service.paying import cancel_order, mark_paid
from shop.orders.service.refunding import apply_refund
from shop.orders.states import BUYER, By
from shop.payments.service import refunds
from shop.stock import queries as stock
from tests.factories.orders import make_seller, make_variant, place

GROWER = By("grower")


@pytest.fixture
def variants(session, at):
    with transaction():
        return [make_variant(at=at, grower=make_seller(at=at), on_hand=10) for _ in range(2)]


@pytest.fixture
def cash(variants, at):
    """An order of two growers, to be paid at the door."""
    return place((variants[0].sku, 4), (variants[1].sku, 1), at=at, method="cash_on_delivery", confirmed=True)


def do(verb, *arguments, **values):
    with transaction():
        return verb(*arguments, **values)


def send(consignment, at):
    do(orders.mark_packed, consignment.id, at=at, by=GROWER)
    do(orders.mark_dispatched, consignment.id, courier="顺丰", tracking_number="SF1", at=at, by=GROWER)


def deliver(consignment, at):
    send(consignment, at)
    do(orders.mark_delivered, consignment.id, at=at, by=BUYER)


def facts(session):
    return session.scalars(sa.select(SaleFactRow)).all()


def test_a_parcel_goes_step_by_step_and_each_step_is_on_record(cash, at):
    deliver(cash.consignments[0], at)
    seen = order_by_id(cash.id).consignments[0]
    assert [one.to_state for one in seen.changes] == [
        "to_confirm",
        "to_pack",
        "packed",
        "dispatched",
        "delivered",
    ]
    assert [one.actor for one in seen.changes] == ["buyer", "grower", "grower", "grower", "buyer"]
    assert (seen.courier, seen.tracking_number, seen.dispatched_at) == ("顺丰", "SF1", at)


def test_a_parcel_that_is_not_packed_does_not_leave(cash, at):
    with pytest.raises(Conflict):
        do(
            orders.mark_dispatched,
            cash.consignments[0].id,
            courier="顺丰",
            tracking_number="1",
            at=at,
            by=GROWER,
        )


def test_a_parcel_of_an_unpaid_order_is_not_packed(variants, at):
    order = place((variants[0].sku, 1), at=at)
    with pytest.raises(Conflict):
        do(orders.mark_packed, order.consignments[0].id, at=at, by=GROWER)


def test_a_packed_parcel_can_be_opened_again(cash, at):
    part = cash.consignments[0]
    do(orders.mark_packed, part.id, at=at, by=GROWER)
    do(orders.mark_unpacked, part.id, at=at, by=GROWER, reason="one plant was broken")
    seen = order_by_id(cash.id).consignments[0]
    assert (seen.state, seen.packed_at) == ("to_pack", None)


def test_cash_counts_as_sold_parcel_by_parcel_at_the_door(cash, session, at):
    deliver(cash.consignments[0], at)
    assert [(one.plants, one.orders) for one in facts(session)] == [(4, 1)]
    assert order_by_id(cash.id).state == "due_on_delivery"
    deliver(cash.consignments[1], at)
    assert sum(one.gross_minor for one in facts(session)) == cash.goods_minor
    assert order_by_id(cash.id).state == "paid"
    assert session.get_one(Order, cash.id).paid_at == at


@pytest.mark.both
def test_a_cash_parcel_that_came_back_was_not_sold(cash, session, at):
    deliver(cash.consignments[0], at)
    send(cash.consignments[1], at)
    do(orders.mark_returned, cash.consignments[1].id, at=at, by=GROWER, reason="nobody at home")
    assert order_by_id(cash.id).state == "paid"
    assert sum(one.gross_minor for one in facts(session)) == cash.consignments[0].goods_minor


def test_only_what_was_delivered_for_cash_can_be_refunded(cash, at):
    deliver(cash.consignments[0], at)
    send(cash.consignments[1], at)
    do(orders.mark_returned, cash.consignments[1].id, at=at, by=GROWER, reason="nobody at home")
    whole = cash.consignments[0].total_minor
    do(apply_refund, cash.id, amount_minor=whole, at=at, reference="re_1")
    seen = order_by_id(cash.id)
    assert seen.state == "refunded"
    assert [one.refunded_minor for one in seen.consignments] == [whole, 0]


def test_a_cash_order_of_which_nothing_was_taken_is_cancelled(cash, variants, at):
    for part in cash.consignments:
        do(orders.cancel_consignment, part.id, at=at, by=GROWER, reason="frost")
    assert order_by_id(cash.id).state == "cancelled"
    assert stock.available([v.id for v in variants]) == {v.id: 10 for v in variants}


def test_a_cash_order_is_cancelled_as_a_whole_before_anything_left(cash, variants, at):
    do(cancel_order, cash.id, at=at, by=BUYER)
    assert stock.available([v.id for v in variants]) == {v.id: 10 for v in variants}


def test_a_cash_order_of_which_a_parcel_left_is_not_cancelled_as_a_whole(cash, variants, at):
    send(cash.consignments[0], at)
    with pytest.raises(Conflict):
        do(cancel_order, cash.id, at=at, by=BUYER)
    assert order_by_id(cash.id).state == "due_on_delivery"
    assert stock.stock_of([variants[1].id])[variants[1].id].sold == 1


@pytest.mark.parametrize(("paid", "code"), [(False, "cancel_the_order"), (True, "refund_instead")])
def test_a_part_that_waits_or_is_paid_is_not_simply_cancelled(variants, at, paid, code):
    order = place((variants[0].sku, 1), at=at)
    if paid:
        do(mark_paid, order.id, at=at, reference="p")
    with pytest.raises(Conflict) as caught:
        do(orders.cancel_consignment, order.consignments[0].id, at=at, by=GROWER, reason="-")
    assert caught.value.code == code


def test_a_parcel_that_does_not_exist_is_not_found(session, at):
    with pytest.raises(NotFound):
        do(orders.mark_packed, 99, at=at, by=GROWER)
    with pytest.raises(NotFound):
        do(mark_paid, 99, at=at, reference="-")


@pytest.mark.both
@pytest.mark.parametrize("back_first", [True, False])
def test_cash_that_was_taken_stays_paid_when_its_parcel_comes_back_and_its_sister_is_cancelled(
    cash, session, at, back_first
):
    first, second = cash.consignments
    deliver(first, at)
    back = (orders.mark_returned, first.id, {"by": GROWER, "reason": "broken"})
    cancel = (orders.cancel_consignment, second.id, {"by": GROWER, "reason": "frost"})
    for verb, consignment_id, values in (back, cancel) if back_first else (cancel, back):
        do(verb, consignment_id, at=at, **values)
    assert order_by_id(cash.id).state == "paid"
    refund = do(refunds.open_whole, first.id, reason="broken", by=GROWER, at=at)
    assert refund.amount_minor == first.total_minor
    assert order_by_id(cash.id).state == "refunded"
    assert sum(one.gross_minor - one.refund_minor for one in facts(session)) == 0


@pytest.mark.both
def test_cash_of_one_parcel_goes_back_while_its_sister_is_still_under_way(cash, session, at):
    first, second = cash.consignments
    deliver(first, at)
    do(refunds.open_whole, first.id, reason="broken", by=GROWER, at=at)
    assert order_by_id(cash.id).state == "due_on_delivery"
    deliver(second, at)
    assert order_by_id(cash.id).state == "partly_refunded"
    assert sum(one.gross_minor - one.refund_minor for one in facts(session)) == second.goods_minor


@pytest.mark.parametrize("method", ["offline_transfer", "cash_on_delivery"])
def test_unpacking_what_was_never_packed_opens_no_way_around_payment_or_confirmation(variants, at, method):
    order = place((variants[0].sku, 1), at=at, method=method)
    with pytest.raises(Conflict):
        do(orders.mark_unpacked, order.consignments[0].id, at=at, by=GROWER, reason="-")
