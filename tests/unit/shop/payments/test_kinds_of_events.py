"""Each kind of message that is listened to has its effect, however the provider words it."""

import pytest

from shop.payments.webhook import EFFECTS

GIVEN_MINOR = 1_00


@pytest.fixture
def say(stripe, paid):
    """`say(kind, **said)`: a message about the payment of the order."""

    def post(kind, **said):
        subject = {"payment_intent": paid.payments[0].provider_payment_id} | said
        assert stripe.mailroom.send(stripe.state.emit(kind, subject)) == 200

    return post


def kinds(*beginnings):
    return sorted(kind for kind in EFFECTS if kind.startswith(beginnings))


def test_what_is_listened_to_is_all_that_tells_of_money():
    assert kinds("") == [
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.refund.updated",
        "charge.refunded",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "refund.created",
        "refund.failed",
        "refund.updated",
    ]


@pytest.mark.parametrize("kind", kinds("refund.", "charge.refund."))
def test_a_refund_made_elsewhere_is_booked_once(say, paid, kind):
    for _twice in range(2):
        say(kind, id="re_elsewhere", amount=GIVEN_MINOR, currency="cny", status="succeeded")
    assert [(one.state, one.amount_minor) for one in paid.refunds] == [("done", GIVEN_MINOR)]
    assert (paid.order.refunded_minor, paid.payments[0].attention) == (GIVEN_MINOR, None)


def test_a_refund_that_names_no_currency_is_in_ours(say, paid):
    say("refund.created", id="re_elsewhere", amount=GIVEN_MINOR, status="succeeded")
    assert (paid.order.refunded_minor, paid.payments[0].attention) == (GIVEN_MINOR, None)


def test_what_a_charge_lists_is_booked_as_well_as_its_sum(say, paid):
    listed = {"id": "re_listed", "amount": GIVEN_MINOR, "currency": "cny", "status": "succeeded"}
    say("charge.refunded", object="charge", refunds={"data": [listed]})
    assert paid.order.refunded_minor == GIVEN_MINOR
    say("charge.refunded", object="charge", amount_refunded=GIVEN_MINOR + 50, currency="cny")
    assert paid.order.refunded_minor == GIVEN_MINOR + 50
    say("charge.refunded", object="charge", amount_refunded=GIVEN_MINOR, currency="cny")
    assert paid.order.refunded_minor == GIVEN_MINOR + 50


def test_a_refund_that_names_only_our_payment_is_found(say, paid):
    ours = {"payment": paid.payments[0].public_id}
    said = {"id": "re_x", "amount": GIVEN_MINOR, "currency": "cny", "status": "succeeded"}
    say("refund.created", payment_intent="pi_of_somebody", **said)
    assert paid.order.refunded_minor == 0
    say("refund.created", payment_intent=None, metadata=ours, **said)
    assert paid.order.refunded_minor == GIVEN_MINOR


def test_a_charge_of_which_nothing_went_back_calls_nobody_whatever_its_currency(say, paid):
    say("charge.refunded", object="charge", amount_refunded=0, currency="usd")
    assert paid.payments[0].attention is None


@pytest.mark.parametrize("kind", kinds("charge.dispute."))
def test_a_dispute_stands_where_the_latest_message_says(say, paid, kind):
    dispute = {"id": "dp_1", "amount": GIVEN_MINOR, "currency": "cny"}
    say("charge.dispute.created", **dispute, status="needs_response")
    assert paid.order.payment_state == "disputed"
    say(kind, **dispute, status="won")
    assert paid.order.payment_state == "paid"
