"""Which payments Stripe is asked about, and which refunds are sent: when their time has come, and no others."""

from datetime import timedelta

import pytest

from core.database import db, transaction
from shop.payments.models.tables import Payment, Refund
from shop.payments.service import refund_progress as refund_rows
from shop.payments.service.provider_errors import ProviderAway
from shop.payments.tasks import sweeping
from tests.factories.orders import make_order

SECOND = timedelta(seconds=1)
HALF_A_DAY, MONTH = timedelta(hours=12), timedelta(days=30)


@pytest.fixture
def asked(session, clock, monkeypatch):
    """The ids that are asked about or sent, in order, with a Stripe that has nothing new."""
    seen = []

    def check(payment_id):
        seen.append(payment_id)
        return "nothing_new"

    def send(refund_id):
        seen.append(-refund_id)
        return "sent"

    monkeypatch.setattr(sweeping, "configured", lambda: True)
    monkeypatch.setattr(sweeping, "check", check)
    monkeypatch.setattr(sweeping, "send_refund", send)
    return seen


def make_payment(at, **columns):
    order = make_order(at=at)
    values = {
        "public_id": f"p{order.id}",
        "order_id": order.id,
        "attempt": 1,
        "method": "stripe",
        "state": "open",
        "amount_minor": 100,
        "currency": "CNY",
        "idempotency_key": f"k{order.id}",
        "created_at": at,
    }
    row = Payment(**(values | columns))
    db.session.add(row)
    db.session.flush()
    return row.id


def make_refund(at, *, payment=None, **columns):
    """A refund of a payment that nobody asks about by itself."""
    payment_id = make_payment(at, state="expired", checked_at=at, **(payment or {}))
    values = {
        "number": f"R{payment_id}",
        "payment_id": payment_id,
        "order_id": db.session.get_one(Payment, payment_id).order_id,
        "kind": "agreed",
        "state": "due",
        "amount_minor": 10,
        "currency": "CNY",
        "idempotency_key": f"r{payment_id}",
        "next_attempt_at": at,
        "created_at": at,
    }
    row = Refund(**(values | columns))
    db.session.add(row)
    db.session.flush()
    return row.id


RECEIVED = {"state": "received", "received_minor": 100}


@pytest.mark.parametrize(
    ("columns", "arrived", "checked", "is_asked"),
    [
        ({"state": "open"}, None, None, True),
        ({"state": "open"}, None, -SECOND, True),
        ({"state": "processing"}, None, -SECOND, True),
        ({"state": "expired"}, None, None, True),
        ({"state": "failed"}, None, None, True),
        ({"state": "expired"}, None, -MONTH, False),
        ({"state": "failed"}, None, -MONTH, False),
        (RECEIVED, -MONTH + SECOND, None, True),
        (RECEIVED, -MONTH, None, False),
        (RECEIVED, -SECOND, -HALF_A_DAY - SECOND, True),
        (RECEIVED, -SECOND, -HALF_A_DAY, False),
        (RECEIVED, -SECOND, -SECOND, False),
        ({"state": "open", "method": "offline_transfer"}, None, None, False),
        (RECEIVED | {"method": "cash_on_delivery"}, -SECOND, None, False),
    ],
)
def test_stripe_is_asked_about_what_is_open_and_watched(asked, at, columns, arrived, checked, is_asked):
    with transaction():
        payment_id = make_payment(
            at,
            arrived_at=at + arrived if arrived else None,
            checked_at=at + checked if checked else None,
            **columns,
        )
    assert sweeping.sweep().sessions == is_asked
    assert asked == ([payment_id] if is_asked else [])


@pytest.mark.parametrize(("arrived", "is_asked"), [(-SECOND, True), (-MONTH + SECOND, True), (-MONTH, False)])
def test_when_everything_is_asked_it_does_not_matter_when_it_was_asked_before(asked, at, arrived, is_asked):
    with transaction():
        make_payment(at, arrived_at=at + arrived, checked_at=at - SECOND, **RECEIVED)
    assert sweeping.sweep(everything=True).sessions == is_asked


def test_a_payment_with_a_refund_on_its_way_is_asked_about_the_oldest_first(asked, at):
    with transaction():
        make_refund(at, state="sent")
        make_refund(at, state="done")
        last = make_payment(at)
    assert sweeping.sweep().sessions == 2
    assert asked == sorted(asked)
    assert asked[-1] == last


@pytest.mark.parametrize(
    ("columns", "payment", "sent"),
    [
        ({}, {}, True),
        ({"next": -SECOND}, {}, True),
        ({"next": SECOND}, {}, False),
        ({"state": "sent"}, {}, False),
        ({"state": "done"}, {}, False),
        ({}, {"method": "offline_transfer"}, False),
    ],
)
def test_a_refund_is_sent_when_it_is_due(asked, at, columns, payment, sent):
    columns = dict(columns)
    with transaction():
        refund_id = make_refund(
            at, payment=payment, next_attempt_at=at + columns.pop("next", timedelta(0)), **columns
        )
    assert sweeping.send_due_refunds().refunds == sent
    assert asked == ([-refund_id] if sent else [])


def test_what_the_provider_did_not_take_waits_longer_each_time_up_to_an_hour(session, at):
    refund = Refund(attempts=0)
    waits = []
    for _ in range(9):
        refund_rows.postpone(refund, at=at)
        waits.append((refund.next_attempt_at - at).total_seconds() / 60)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_asked_for_everything_a_refund_does_not_wait_for_its_turn(asked, at):
    with transaction():
        ids = [make_refund(at, next_attempt_at=at + timedelta(hours=hours)) for hours in (2, 1)]
    assert sweeping.send_due_refunds(everything=True).refunds == 2
    assert asked == [-ids[0], -ids[1]]


@pytest.mark.both
def test_what_stripe_does_not_answer_is_counted_and_the_others_go_on(asked, at, monkeypatch):
    with transaction():
        ids = [make_payment(at) for _ in range(3)]

    def check(payment_id):
        asked.append(payment_id)
        if payment_id == ids[1]:
            raise ProviderAway
        return "paid" if payment_id == ids[2] else "nothing_to_ask"

    monkeypatch.setattr(sweeping, "check", check)
    swept = sweeping.sweep()
    assert (asked, swept.sessions, swept.changed, swept.away) == (ids, 3, 1, 1)


def test_without_stripe_nobody_is_asked(asked, at, monkeypatch):
    monkeypatch.setattr(sweeping, "configured", lambda: False)
    with transaction():
        make_payment(at)
        make_refund(at)
    assert sweeping.sweep().sessions == 0
    assert sweeping.send_due_refunds().refunds == 0
    assert asked == []
