"""A receipt that nobody looks at holds plants for some working days, no new one for ever; money found later still counts."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.database import db, transaction
from core.errors import Conflict
from core.messaging.models import Message
from shop.orders.models.tables import Order
from shop.orders.queries.order_views import order_by_id
from shop.orders.service import paying as orders
from shop.orders.service.deadlines import working_days_after
from shop.orders.tasks import expire, remind
from shop.payments.service import transfer_proofs as proofs
from shop.stock import queries as stock
from tests.at_once import at_once
from tests.factories.orders import make_variant, place

DAY = timedelta(days=1)


@pytest.fixture
def variant(session, at):
    with transaction():
        return make_variant(at=at, on_hand=10)


@pytest.fixture
def order(variant, at):
    return place((variant.sku, 8), at=at)


def show(order, at):
    with transaction():
        return proofs.submit(order.id, file_key="private/x", stated_minor=1, note="", at=at).public_id


def confirm(order, proof, at):
    with transaction():
        amount = order.total_minor
        return proofs.confirm(proof, amount_minor=amount, reference="ICBC 1", by_account_id=None, at=at).state


def left(variant):
    db.session.rollback()
    return stock.available([variant.id])[variant.id]


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [(12, 1, 13), (12, 2, 16), (13, 1, 16), (14, 1, 16), (15, 3, 18), (16, 5, 23)],
)
def test_working_days_leave_out_the_weekend(day, days, expected):
    noon = datetime(2026, 3, day, 4, tzinfo=UTC)  # the 12th is a Thursday
    assert working_days_after(noon, days) == datetime(2026, 3, expected, 4, tzinfo=UTC)


@pytest.mark.both
def test_what_the_cashier_never_looks_at_ends_by_itself_after_a_reminder(
    order, variant, session, clock, at, login, run_jobs
):
    login(role="secretary", email="cashier@example.org")
    show(order, at)
    end = working_days_after(at, 3)
    clock.to(end - DAY)
    assert (expire(), remind(), remind()) == (0, 1, 0)
    run_jobs()
    assert left(variant) == 2
    clock.to(end)
    assert (expire(), expire()) == (1, 0)
    assert left(variant) == 10
    assert order_by_id(order.id).state == "expired"
    run_jobs()
    session.rollback()
    told = session.execute(
        sa.select(Message.receiver, Message.template).where(
            Message.template.in_(["receipt_waits", "order_changed"])
        )
    ).all()
    assert ("cashier@example.org", "receipt_waits") in told
    assert ("buyer@example.org", "order_changed") in told


@pytest.mark.both
@pytest.mark.parametrize("sold_meanwhile", [False, True])
def test_money_that_is_found_after_the_end_fills_the_order_or_goes_back(
    order, variant, session, at, sold_meanwhile
):
    proof = show(order, at)
    late = at + 10 * DAY
    with transaction():
        assert orders.expire_order(order.id, at=late)
    if sold_meanwhile:
        place((variant.sku, 5), at=late)
    assert confirm(order, proof, late) == ("unclaimed" if sold_meanwhile else "received")
    assert order_by_id(order.id).state == ("expired" if sold_meanwhile else "paid")


def test_a_receipt_that_is_rejected_after_the_end_revives_nothing(order, variant, at):
    proof = show(order, at)
    with transaction():
        orders.expire_order(order.id, at=at + 10 * DAY)
        proofs.reject(proof, reason="没有这笔款", by_account_id=None, at=at + 10 * DAY)
    assert order_by_id(order.id).state == "expired"
    assert left(variant) == 10


def test_no_number_of_receipts_holds_plants_for_ever(order, variant, session, at):
    moment = at
    for _ in range(proofs.MAX_PROOFS):
        try:
            proof = show(order, moment)
        except Conflict:
            break
        moment = session.get_one(Order, order.id).expires_at - timedelta(minutes=1)
        with transaction():
            proofs.reject(proof, reason="没有这笔款", by_account_id=None, at=moment)
        moment = max(moment, session.get_one(Order, order.id).expires_at - timedelta(minutes=1))
    end = session.get_one(Order, order.id).expires_at
    assert end <= at + 14 * DAY
    with transaction():
        orders.expire_order(order.id, at=at + 14 * DAY)
    assert left(variant) == 10


def test_a_receipt_that_comes_after_the_end_holds_nothing_but_is_looked_at(order, variant, at):
    late = at + 20 * DAY
    with transaction():
        orders.expire_order(order.id, at=late)
    proof = show(order, late)
    assert left(variant) == 10
    assert order_by_id(order.id).expires_at > late
    assert confirm(order, proof, late + DAY) == "received"
    assert left(variant) == 2


@pytest.mark.both
def test_of_a_confirmation_and_the_end_at_the_same_moment_the_money_counts_once(
    app, order, variant, session, at
):
    proof = show(order, at)
    late = at + 10 * DAY

    def run(verb):
        def call():
            with app.app_context():
                try:
                    return verb()
                except Conflict as refused:
                    return refused.code

        return call

    def end():
        with transaction():
            return orders.expire_order(order.id, at=late)

    at_once([run(end), run(lambda: confirm(order, proof, late)), run(end)])
    session.rollback()
    assert order_by_id(order.id).state == "paid"
    seen = stock.stock_of([variant.id])[variant.id]
    assert (seen.on_hand, seen.held, seen.sold) == (2, 0, 8)
