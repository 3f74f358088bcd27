"""Unpaid orders run out when their time is over: not before, the oldest first, and only those nobody has paid."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.database import transaction
from core.errors import Conflict
from core.sweeps import note_failure
from core.work_claims import Retry
from shop.orders.models.tables import Order
from shop.orders.queries.due import EXPIRY, due_to_expire
from shop.orders.queries.order_views import order_by_id
from shop.orders.service.paying import cancel_order, expire_order, mark_paid, refuse_proof, submit_proof
from shop.orders.states import By
from shop.orders.tasks import expire
from shop.stock import queries as stock
from tests.factories.orders import make_order, make_variant, place
from tests.factories.payments import make_stocked_order

SECOND = timedelta(seconds=1)
HOLD = timedelta(minutes=40)
BUYER, CASHIER = By("buyer"), By("cashier")


@pytest.fixture
def variant(session, at):
    with transaction():
        return make_variant(at=at, on_hand=10)


@pytest.mark.parametrize(
    ("after_the_end", "over"), [(-HOLD, False), (-SECOND, False), (timedelta(0), True), (SECOND, True)]
)
def test_an_order_runs_out_at_its_moment(variant, at, after_the_end, over):
    order = place((variant.sku, 4), at=at, method="stripe")
    moment = at + HOLD + after_the_end
    assert due_to_expire(at=moment) == ([order.id] if over else [])
    with transaction():
        assert expire_order(order.id, at=moment) == over
    assert order_by_id(order.id).state == ("expired" if over else "awaiting_payment")
    assert stock.available([variant.id])[variant.id] == (10 if over else 6)


def test_an_order_that_cannot_run_out_keeps_no_other_from_its_turn(variant, at):
    first, second = (place((variant.sku, 1), at=at, method="stripe") for _ in range(2))
    note_failure(EXPIRY, first.id, ValueError("torn"), retry=Retry(attempts=1))
    assert due_to_expire(at=at + HOLD, limit=1) == [second.id]


def test_an_order_runs_out_once(variant, at):
    order = place((variant.sku, 4), at=at, method="stripe")
    for expected in (True, False, False):
        with transaction():
            assert expire_order(order.id, at=at + HOLD) == expected
    assert [change.to_state for change in order_by_id(order.id).changes] == ["awaiting_payment", "expired"]


@pytest.mark.parametrize("state", ["paid", "cancelled", "confirmed"])
def test_what_was_paid_confirmed_or_ended_does_not_run_out(variant, at, state):
    cash = state == "confirmed"
    method = "cash_on_delivery" if cash else "offline_transfer"
    order = place((variant.sku, 4), at=at, method=method, confirmed=cash)
    with transaction():
        if state == "paid":
            mark_paid(order.id, at=at, reference="test")
        if state == "cancelled":
            cancel_order(order.id, at=at, by=BUYER)
    before = order_by_id(order.id).state
    assert due_to_expire(at=at + timedelta(days=365)) == []
    with transaction():
        assert not expire_order(order.id, at=at + timedelta(days=365))
    assert order_by_id(order.id).state == before


@pytest.mark.both
def test_a_refused_proof_gives_the_buyer_until_the_new_end(variant, at):
    order = place((variant.sku, 4), at=at)
    end = at + timedelta(days=9)
    with transaction():
        submit_proof(order.id, at=at, by=BUYER)
        refuse_proof(order.id, at=at, by=CASHIER, reason="not found", expires_at=end)
    assert due_to_expire(at=end - SECOND) == []
    assert due_to_expire(at=end) == [order.id]
    with transaction():  # the stock was held as long
        assert not stock_was_free_before(variant, end)
        assert expire_order(order.id, at=end)


def stock_was_free_before(variant, end):
    from shop.stock.service.movements import lapse

    return lapse(variant.id, at=end - SECOND)


@pytest.mark.both
def test_the_oldest_run_out_first_and_so_many_at_a_time(session, at):
    with transaction():
        ids = [
            make_order(at=at, expires_at=at + timedelta(minutes=minutes)).id for minutes in (30, 10, 20, 40)
        ]
    due = at + timedelta(minutes=30)
    assert due_to_expire(at=due) == [ids[1], ids[2], ids[0]]
    assert due_to_expire(at=due, limit=2) == [ids[1], ids[2]]


@pytest.mark.both
def test_the_sweep_ends_all_that_are_over_and_no_other(session, clock, at):
    with transaction():
        over = [make_stocked_order(at=at, minutes=40, on_hand=20).id for _ in range(2)]
        running = make_stocked_order(at=at, minutes=41).id
    clock.to(at + HOLD)
    assert (expire(), expire()) == (2, 0)
    states = dict(session.execute(sa.select(Order.id, Order.payment_state)).all())
    assert states == {over[0]: "expired", over[1]: "expired", running: "awaiting_payment"}


def test_a_late_payment_revives_an_order_while_there_is_stock(variant, at):
    order = place((variant.sku, 6), at=at, method="stripe")
    with transaction():
        expire_order(order.id, at=at + HOLD)
    with transaction():
        assert mark_paid(order.id, at=at + 2 * HOLD, reference="late")
        assert not mark_paid(order.id, at=at + 2 * HOLD, reference="late")
    paid = order_by_id(order.id)
    assert (paid.state, paid.expires_at) == ("paid", None)
    assert stock.stock_of([variant.id])[variant.id].sold == 6


def test_a_cancelled_order_is_not_paid(variant, at):
    order = place((variant.sku, 6), at=at)
    with transaction():
        cancel_order(order.id, at=at, by=BUYER)
    with pytest.raises(Conflict) as refused, transaction():
        mark_paid(order.id, at=at, reference="late")
    assert refused.value.code == "wrong_state"
    assert stock.available([variant.id])[variant.id] == 10
