from datetime import timedelta

import pytest
import sqlalchemy as sa

from branch.ledger.models.tables import SaleFactRow
from core.database import transaction
from core.errors import Conflict, Invalid
from core.outbox.models import OutboxEvent
from shop.orders.models.tables import Order
from shop.orders.queries.due import due_to_expire
from shop.orders.queries.order_views import order_by_id
from shop.orders.service import paying as orders
from shop.orders.service import refunding
from shop.orders.service.fulfilling import mark_dispatched, mark_packed, mark_returned
from shop.orders.states import BUYER, By, PaymentState
from shop.stock import queries as stock
from shop.stock.service.out_of_stock import OutOfStock
from tests.factories.orders import make_seller, make_variant, place

CASHIER = By("cashier")


@pytest.fixture
def variants(session, at):
    """Two variants of one grower, one of another; 10 units each at 2.50."""
    with transaction():
        first, second = make_seller(at=at), make_seller(at=at)
        return [make_variant(at=at, grower=grower, on_hand=10) for grower in (first, first, second)]


@pytest.fixture
def order(variants, at):
    """4 + 1 units of the first grower, 2 of the second, not paid."""
    return place(*zip([v.sku for v in variants], (4, 1, 2), strict=True), at=at, method="stripe")


def do(verb, *arguments, **values):
    with transaction():
        return verb(*arguments, **values)


def pay(order, at, reference="pay_1"):
    return do(orders.mark_paid, order.id, at=at, reference=reference)


def facts(session):
    return session.scalars(sa.select(SaleFactRow).order_by(SaleFactRow.id)).all()


def figures(variant):
    seen = stock.stock_of([variant.id])[variant.id]
    return seen.on_hand, seen.held, seen.sold


def test_payment_sells_the_stock_and_lets_the_growers_pack(order, variants, at):
    assert pay(order, at) is True
    paid = order_by_id(order.id)
    assert paid.state == "paid"
    assert paid.paid_at == at
    assert {one.state for one in paid.consignments} == {"to_pack"}
    assert figures(variants[0]) == (6, 0, 4)


def test_a_paid_order_is_not_paid_twice(order, variants, session, at):
    pay(order, at)
    assert pay(order, at, "pay_2") is False
    assert figures(variants[0]) == (6, 0, 4)
    assert len(facts(session)) == 3
    assert session.scalar(sa.select(sa.func.count()).where(OutboxEvent.name == "OrderPaid")) == 1


def test_every_paid_line_becomes_one_fact_and_freight_none(order, session, at):
    pay(order, at)
    found = facts(session)
    assert sum(one.gross_minor for one in found) == order.goods_minor == 7 * 2_50
    assert [one.plants for one in found] == [4, 1, 2]
    assert [one.orders for one in found] == [1, 0, 1]
    assert {one.order_ref for one in found} == {order.number}
    assert {one.channel for one in found} == {"shop"}
    assert {one.province for one in found} == {"浙江省"}


def test_nothing_stands_in_the_ledger_when_the_payment_fails_half_way(order, session, at, monkeypatch):
    from shop.orders.service import paying

    def away(*_arguments, **_values):
        raise RuntimeError("the process dies here")

    monkeypatch.setattr(paying, "append_sales", away)
    with pytest.raises(RuntimeError):
        pay(order, at)
    assert order_by_id(order.id).state == "awaiting_payment"
    assert facts(session) == []


def test_an_unpaid_order_runs_out_and_frees_its_stock(order, variants, at):
    assert due_to_expire(at=at + timedelta(minutes=39)) == []
    assert due_to_expire(at=at + timedelta(minutes=40)) == [order.id]
    assert do(orders.expire_order, order.id, at=at + timedelta(minutes=39)) is False
    assert do(orders.expire_order, order.id, at=at + timedelta(minutes=40)) is True
    assert order_by_id(order.id).state == "expired"
    assert figures(variants[0]) == (10, 0, 0)


def test_money_that_comes_after_the_end_revives_the_order_while_there_is_stock(order, variants, at):
    late = at + timedelta(hours=1)
    do(orders.expire_order, order.id, at=late)
    assert pay(order, late) is True
    assert order_by_id(order.id).state == "paid"
    assert figures(variants[0]) == (6, 0, 4)


def test_money_that_comes_after_the_stock_is_gone_changes_nothing(order, variants, session, at):
    late = at + timedelta(hours=1)
    do(orders.expire_order, order.id, at=late)
    place((variants[0].sku, 8), at=late)
    with pytest.raises(OutOfStock) as caught:
        pay(order, late)
    assert [line.sku for line in caught.value.lines] == [variants[0].sku]
    assert order_by_id(order.id).state == "expired"
    assert figures(variants[0]) == (10, 8, 0)
    assert facts(session) == []


def test_a_paid_order_does_not_expire(order, at):
    pay(order, at)
    assert do(orders.expire_order, order.id, at=at + timedelta(days=9)) is False


def test_a_submitted_proof_keeps_the_stock_until_the_cashier_has_looked(variants, at):
    order = place((variants[0].sku, 4), at=at)
    do(orders.submit_proof, order.id, at=at, by=BUYER)
    later = at + timedelta(days=2)  # NOON is a Thursday: three working days end on a Tuesday
    assert due_to_expire(at=later) == []
    do(orders.refuse_proof, order.id, at=later, by=CASHIER, reason="-", expires_at=later + timedelta(days=1))
    assert order_by_id(order.id).state == "awaiting_payment"
    assert due_to_expire(at=later + timedelta(days=1)) == [order.id]


def test_cancelling_frees_the_stock_and_every_parcel(order, variants, at):
    do(orders.cancel_order, order.id, at=at, by=BUYER, reason="changed my mind")
    cancelled = order_by_id(order.id)
    assert cancelled.state == "cancelled"
    assert cancelled.changes[-1].reason == "changed my mind"
    assert {one.state for one in cancelled.consignments} == {"cancelled"}
    assert figures(variants[0]) == (10, 0, 0)


def test_a_cancelled_order_takes_no_money(order, at):
    do(orders.cancel_order, order.id, at=at, by=BUYER)
    with pytest.raises(Conflict) as caught:
        pay(order, at)
    assert caught.value.code == "wrong_state"


def test_a_paid_order_is_not_cancelled(order, variants, at):
    pay(order, at)
    with pytest.raises(Conflict):
        do(orders.cancel_order, order.id, at=at, by=BUYER)
    assert figures(variants[0]) == (6, 0, 4)


def refund(order, amount, at, **values):
    return do(
        refunding.apply_refund, order.id, amount_minor=amount, at=at, **({"reference": "re_1"} | values)
    )


def test_a_whole_refund_before_dispatch_puts_everything_back(order, variants, session, at):
    pay(order, at)
    assert refund(order, order.total_minor, at) is True
    after = order_by_id(order.id)
    assert after.state == "refunded"
    assert {one.state for one in after.consignments} == {"cancelled"}
    assert [figures(variant) for variant in variants] == [(10, 0, 0)] * 3
    assert sum(one.gross_minor - one.discount_minor - one.refund_minor for one in facts(session)) == 0
    assert sum(one.plants for one in facts(session)) == 0


@pytest.mark.parametrize("disputed", [False, True])
def test_the_same_refund_is_applied_once(order, at, disputed):
    pay(order, at)
    if disputed:  # the payment then stays where it is
        do(orders.open_dispute, order.id, at=at, reference="dp_1")
    assert refund(order, 1_00, at) is True
    assert refund(order, 1_00, at) is False
    assert order_by_id(order.id).refunded_minor == 1_00


def test_a_growers_part_is_refunded_and_the_rest_goes_on(order, variants, session, at):
    pay(order, at)
    part = order.consignments[1]
    refund(order, part.total_minor, at, consignment_id=part.id)
    after = order_by_id(order.id)
    assert after.state == "partly_refunded"
    assert [one.state for one in after.consignments] == ["to_pack", "cancelled"]
    assert figures(variants[2]) == (10, 0, 0)
    assert figures(variants[0]) == (6, 0, 4)
    back = [one for one in facts(session) if one.kind == "refund"]
    assert [(one.refund_minor, one.plants) for one in back] == [(2 * 2_50, -2)]


def test_a_refund_after_dispatch_gives_money_and_no_plants_back(order, variants, session, at):
    pay(order, at)
    part = order.consignments[0]
    do(mark_packed, part.id, at=at, by=CASHIER)
    do(mark_dispatched, part.id, courier="SF", tracking_number="1", at=at, by=CASHIER)
    refund(order, 3_00, at, consignment_id=part.id)
    after = order_by_id(order.id)
    assert after.consignments[0].state == "dispatched"
    assert sum(line.refunded_minor for line in after.consignments[0].lines) == 3_00
    assert figures(variants[0]) == (6, 0, 4)
    assert {one.plants for one in facts(session) if one.kind == "refund"} == {0}


def test_a_parcel_that_came_back_and_is_refunded_was_not_sold(order, variants, session, at):
    """In the books; the plants are not sold again by themselves."""
    pay(order, at)
    part = order.consignments[0]
    do(mark_packed, part.id, at=at, by=CASHIER)
    do(mark_dispatched, part.id, courier="SF", tracking_number="1", at=at, by=CASHIER)
    do(mark_returned, part.id, at=at, by=CASHIER, reason="too dry")
    refund(order, part.total_minor, at, consignment_id=part.id)
    back = [one.plants for one in facts(session) if one.kind == "refund"]
    assert sorted(back) == [-4, -1]
    assert figures(variants[0]) == (6, 0, 4)


def test_small_refunds_end_in_a_refunded_order(order, session, at):
    pay(order, at)
    left = order.total_minor
    for turn in range(3):
        amount = left if turn == 2 else left // 3
        refund(order, amount, at, reference=f"re_{turn}")
        left -= amount
    after = order_by_id(order.id)
    assert after.state == "refunded"
    assert after.refunded_minor == after.total_minor == sum(one.refunded_minor for one in after.consignments)
    assert sum(one.refund_minor for one in facts(session)) == order.goods_minor


def test_more_than_is_left_is_not_refunded(order, at):
    pay(order, at)
    refund(order, order.total_minor - 1, at)
    with pytest.raises(Invalid) as caught:
        refund(order, 2, at, reference="re_2")
    assert caught.value.details["left_minor"] == 1


def test_what_nobody_paid_is_not_refunded(order, at):
    with pytest.raises(Conflict):
        refund(order, 1_00, at)


def test_a_dispute_stops_the_parcels_until_it_is_won(order, at):
    pay(order, at)
    part = order.consignments[0]
    do(mark_packed, part.id, at=at, by=CASHIER)
    do(orders.open_dispute, order.id, at=at, reference="dp_1")
    with pytest.raises(Conflict) as caught:
        do(mark_dispatched, part.id, courier="SF", tracking_number="1", at=at, by=CASHIER)
    assert caught.value.code == "not_paid"
    do(orders.close_dispute, order.id, at=at, reference="dp_1")
    assert order_by_id(order.id).state == PaymentState.PAID
    do(mark_dispatched, part.id, courier="SF", tracking_number="1", at=at, by=CASHIER)


def test_a_dispute_that_is_won_leaves_an_order_as_far_refunded_as_it_was(order, at):
    pay(order, at)
    refund(order, 1_00, at)
    do(orders.open_dispute, order.id, at=at, reference="dp_1")
    do(orders.close_dispute, order.id, at=at, reference="dp_1")
    assert order_by_id(order.id).state == PaymentState.PARTLY_REFUNDED


def test_the_database_refuses_an_order_that_does_not_add_up(order, session):
    with pytest.raises(sa.exc.IntegrityError), transaction():
        session.execute(sa.update(Order).values(total_minor=Order.total_minor + 1))
