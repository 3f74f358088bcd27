import itertools
import random
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.database import db, transaction
from shop.orders.service import paying as orders
from shop.orders.states import SYSTEM
from shop.payments.models.tables import Payment, StripeEvent
from shop.payments.tasks import stripe_calls as flows
from shop.payments.tasks import sweeping
from shop.stock.models import Stock

PAID_FACTS = 3
GOODS_MINOR = 10 * 2_50 + 3 * 99 + 7 * 12_00


def events():
    db.session.rollback()
    return {row.id: row for row in db.session.scalars(sa.select(StripeEvent))}


def test_a_paid_session_pays_the_order_once(stripe, session_id, books):
    stripe.state.pay(session_id)
    assert set(stripe.mailroom.deliver(times=2)) == {200}
    assert books.order.payment_state == "paid"
    assert [one.fulfilment_state for one in books.parcels] == ["to_pack", "to_pack"]
    assert [one.state for one in books.payments] == ["received"]
    assert len(books.facts) == PAID_FACTS
    assert books.net_minor == GOODS_MINOR
    assert (books.sold, books.held) == (20, 0)


def test_starting_again_leads_to_the_same_session(stripe, session_id, order_id, books):
    assert session_id in flows.start(order_id)
    assert len(stripe.state.sessions) == 1
    assert len(books.payments) == 1


def test_the_session_names_amount_currency_order_and_ends_before_the_hold(stripe, session_id, books):
    made = stripe.state.sessions[session_id]
    order = books.order
    assert made["amount_total"] == order.total_minor
    assert made["currency"] == "cny"
    assert made["client_reference_id"] == order.number
    assert made["metadata"]["payment"] == books.payments[0].public_id
    assert made["payment_method_types"] == ["card", "alipay", "wechat_pay"]
    assert made["expires_at"] < order.expires_at.timestamp()
    assert len(stripe.state.line_items[session_id]) == 2


def test_completed_without_the_money_waits_for_it(stripe, session_id, books):
    stripe.state.pay_later(session_id)
    stripe.mailroom.deliver()
    assert books.order.payment_state == "awaiting_payment"
    assert books.order.expires_at == books.order.placed_at + timedelta(days=14)
    assert books.payments[0].state == "processing"
    assert books.facts == []
    stripe.state.settle_later(session_id, arrives=True)
    stripe.mailroom.deliver()
    assert books.order.payment_state == "paid"
    assert len(books.facts) == PAID_FACTS


def test_delayed_money_that_fails_lets_the_buyer_try_again(stripe, session_id, order_id, books):
    stripe.state.pay_later(session_id)
    stripe.state.settle_later(session_id, arrives=False)
    stripe.mailroom.deliver()
    assert books.payments[0].state == "failed"
    assert books.order.payment_state == "awaiting_payment"
    assert books.order.expires_at is not None
    assert flows.start(order_id)
    again = books.payments[1]
    assert again.attempt == 2
    stripe.state.pay(again.provider_session_id)
    stripe.mailroom.deliver()
    assert books.order.payment_state == "paid"
    assert [one.state for one in books.payments] == ["failed", "received"]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("arrives", [True, False])
def test_delayed_payments_end_the_same_in_either_order(stripe, session_id, books, arrives, backwards):
    stripe.state.pay_later(session_id)
    stripe.state.settle_later(session_id, arrives=arrives)
    stripe.mailroom.deliver(times=2, backwards=backwards)
    assert books.payments[0].state == ("received" if arrives else "failed")
    assert books.order.payment_state == ("paid" if arrives else "awaiting_payment")
    assert len(books.facts) == (PAID_FACTS if arrives else 0)


def test_an_expired_session_leaves_the_order_to_its_hold(stripe, session_id, books):
    stripe.state.advance(40 * 60)
    stripe.mailroom.deliver()
    assert books.payments[0].state == "expired"
    assert books.order.payment_state == "awaiting_payment"


def final(stripe, books):
    """All that must not depend on how the messages came."""
    order = books.order
    return {
        "order": order.payment_state,
        "refunded": order.refunded_minor,
        "parcels": [(one.fulfilment_state, one.refunded_minor) for one in books.parcels],
        "payments": [(one.state, one.received_minor, one.refunded_minor) for one in books.payments],
        "refunds": [(one.kind, one.state, one.amount_minor) for one in books.refunds],
        "net": books.net_minor,
        "sold": books.sold,
        "held": books.held,
        "at_stripe": sum(one["amount"] for one in stripe.state.refunds.values()),
    }


def live(stripe, session_id):
    """The buyer pays; then somebody gives 5.00 back in Stripe's own dashboard."""
    stripe.state.pay(session_id, "wechat_pay")
    intent = stripe.state.sessions[session_id]["payment_intent"]
    stripe.state.create_refund({"payment_intent": intent, "amount": "500"})


EXPECTED = {
    "order": "partly_refunded",
    "refunded": 500,
    "payments": [("received", GOODS_MINOR + 30_00, 500)],
    "refunds": [("provider", "done", 500)],
    "net": GOODS_MINOR - 500,
    "sold": 20,
    "held": 0,
    "at_stripe": 500,
}
KINDS = ["checkout.session.completed", "payment_intent.succeeded", "refund.created", "charge.refunded"]


@pytest.mark.slow
@pytest.mark.parametrize("order_of_kinds", list(itertools.permutations(KINDS)))
def test_messages_in_any_order_end_in_the_same_state(stripe, session_id, books, order_of_kinds):
    live(stripe, session_id)
    for kind in order_of_kinds:
        stripe.mailroom.deliver([kind], times=2)
    assert EXPECTED.items() <= final(stripe, books).items()
    assert len(books.facts) > PAID_FACTS


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_lost_doubled_and_late_messages_end_in_the_same_state(stripe, session_id, books, seed):
    chance = random.Random(seed)  # noqa: S311 - a repeatable shuffle
    live(stripe, session_id)
    post = [event for event in stripe.mailroom.events for _ in range(chance.randint(0, 3))]
    chance.shuffle(post)
    early, late = post[: len(post) // 2], post[len(post) // 2 :]
    for event in early:
        assert stripe.mailroom.send(event) == 200
    sweeping.sweep(everything=True)
    for event in late:
        assert stripe.mailroom.send(event) == 200
    sweeping.sweep(everything=True)
    assert EXPECTED.items() <= final(stripe, books).items()


@pytest.mark.both
def test_when_every_message_is_lost_the_sweep_finds_it_all(stripe, session_id, books):
    live(stripe, session_id)
    stripe.mailroom.drop(*[event["id"] for event in stripe.mailroom.events])
    assert sweeping.sweep().changed > 0
    assert EXPECTED.items() <= final(stripe, books).items()
    assert sweeping.sweep(everything=True).changed == 0


@pytest.mark.both
def test_a_refund_made_elsewhere_is_shared_over_lines_and_told_to_the_ledger(stripe, session_id, books):
    live(stripe, session_id)
    stripe.mailroom.deliver()
    refunds = [fact for fact in books.facts if fact.kind == "refund"]
    assert (
        sum(fact.refund_minor for fact in refunds) == sum(one.refunded_minor for one in books.parcels) == 500
    )
    assert all(fact.plants == 0 for fact in refunds)


@pytest.mark.parametrize(
    "change",
    [{"amount_total": 1}, {"currency": "usd"}, {"client_reference_id": "GY-2026-OTHER"}, {"metadata": {}}],
)
def test_money_that_disagrees_pays_nothing_and_is_shown_to_staff(stripe, session_id, books, change):
    stripe.state.pay(session_id)
    [event] = stripe.mailroom.of("checkout.session.completed")
    event["data"]["object"] |= change
    assert stripe.mailroom.send(event) == 200
    assert books.order.payment_state == "awaiting_payment"
    assert books.payments[0].state == "doubtful"
    assert books.payments[0].attention
    assert books.facts == []
    assert events()[event["id"]].result == "doubtful"


def test_a_session_of_somebody_else_is_stored_and_changes_nothing(stripe, session_id, books):
    stripe.state.pay(session_id)
    [event] = stripe.mailroom.of("checkout.session.completed")
    event["data"]["object"] |= {"id": "cs_other", "metadata": {"payment": "unknown"}}
    assert stripe.mailroom.send(event) == 200
    assert events()[event["id"]].result == "not_ours"
    assert books.order.payment_state == "awaiting_payment"


def test_an_unknown_kind_is_stored_and_answered_200(stripe, session_id):
    event = stripe.state.emit(
        "customer.created", {"id": "cus_1", "object": "customer", "email": "a@example.org"}
    )
    assert stripe.mailroom.send(event) == 200
    stored = events()[event["id"]]
    assert stored.result == "unknown_kind"
    assert "email" not in stored.subject


def test_a_live_event_does_not_touch_a_test_installation(stripe, session_id, books):
    stripe.state.pay(session_id)
    [event] = stripe.mailroom.of("checkout.session.completed")
    event["livemode"] = True
    assert stripe.mailroom.send(event) == 200
    assert events()[event["id"]].result == "other_mode"
    assert books.order.payment_state == "awaiting_payment"


def test_a_forged_or_stale_message_is_refused(stripe, session_id, books):
    stripe.state.pay(session_id)
    [event] = stripe.mailroom.of("checkout.session.completed")
    assert stripe.mailroom.send(event, secret="whsec_guess") == 400
    assert stripe.mailroom.send(event, timestamp=int(time.time()) - 3600) == 400
    assert events() == {}
    assert books.order.payment_state == "awaiting_payment"


def test_a_message_whose_body_was_changed_on_the_way_is_refused(stripe, session_id, books):
    stripe.state.pay(session_id)
    [event] = stripe.mailroom.of("checkout.session.completed")
    honest = stripe.mailroom.sender
    stripe.mailroom.sender = lambda body, headers: honest(
        body.replace(b'"unpaid"', b'"paid"') + b" ", headers
    )
    assert stripe.mailroom.send(event) == 400
    assert books.order.payment_state == "awaiting_payment"


def lose_the_hold(books, *, sold_to_others):
    """The order runs out; then others may buy what it had held."""
    order = books.order
    with transaction():
        assert orders.expire_order(order.id, at=order.expires_at)
        if sold_to_others:
            db.session.execute(sa.update(Stock).values(on_hand=0))


def test_a_late_payment_takes_the_plants_again_when_they_are_there(stripe, session_id, books):
    stripe.state.pay(session_id)
    lose_the_hold(books, sold_to_others=False)
    stripe.mailroom.deliver(times=2)
    assert books.order.payment_state == "paid"
    assert (books.sold, books.held) == (20, 0)
    assert len(books.facts) == PAID_FACTS


@pytest.mark.both
def test_a_late_payment_for_sold_plants_goes_back_by_itself_and_the_buyer_is_told(
    app, stripe, session_id, books, run_jobs
):
    stripe.state.pay(session_id)
    lose_the_hold(books, sold_to_others=True)
    stripe.mailroom.deliver(times=2)
    assert books.order.payment_state == "expired"
    assert books.payments[0].state == "unclaimed"
    sweeping.send_due_refunds()
    sweeping.send_due_refunds()
    stripe.mailroom.deliver()
    [refund] = books.refunds
    assert (refund.kind, refund.state, refund.amount_minor) == ("unclaimed", "done", books.order.total_minor)
    assert [one["amount"] for one in stripe.state.refunds.values()] == [books.order.total_minor]
    assert books.facts == []
    run_jobs()
    folder = app.config["SETTINGS"].var / "messages"
    number = books.order.number
    told = [path.read_text() for path in folder.iterdir() if number in path.read_text()]
    assert len(told) == 2


def test_paying_a_cancelled_order_gives_the_money_back(stripe, session_id, books):
    stripe.state.pay(session_id)
    with transaction():
        orders.cancel_order(books.order.id, at=books.order.placed_at, by=SYSTEM)
    stripe.mailroom.deliver()
    sweeping.send_due_refunds()
    assert books.order.payment_state == "cancelled"
    assert books.refunds[0].state == "done"


def test_two_sessions_paid_for_one_order_keep_one_payment(stripe, session_id, order_id, books):
    with transaction():
        db.session.execute(sa.update(Payment).values(state="expired"))
    flows.start(order_id)
    second = books.payments[1].provider_session_id
    stripe.state.pay(session_id)
    stripe.state.pay(second)
    stripe.mailroom.deliver(times=2)
    sweeping.send_due_refunds()
    assert books.order.payment_state == "paid"
    assert sorted(one.state for one in books.payments) == ["received", "unclaimed"]
    assert len(stripe.state.refunds) == 1
    assert len(books.facts) == PAID_FACTS


def test_a_dispute_stops_the_order_and_a_won_one_frees_it(stripe, session_id, books):
    stripe.state.pay(session_id)
    dispute = stripe.state.dispute(session_id)
    stripe.mailroom.deliver()
    assert books.order.payment_state == "disputed"
    stripe.state.close_dispute(dispute["id"], won=True)
    stripe.mailroom.deliver(times=2)
    assert books.order.payment_state == "paid"
    assert books.net_minor == GOODS_MINOR


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.both
def test_a_lost_dispute_is_a_refund_in_the_books_in_either_order(stripe, session_id, books, backwards):
    stripe.state.pay(session_id)
    stripe.mailroom.deliver()
    stripe.state.close_dispute(stripe.state.dispute(session_id)["id"], won=False)
    stripe.mailroom.deliver(times=2, backwards=backwards)
    assert books.order.payment_state == "refunded"
    assert [(one.kind, one.amount_minor) for one in books.refunds] == [("dispute", books.order.total_minor)]
    assert books.net_minor == 0
