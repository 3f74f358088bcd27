"""The stand-in refuses what Stripe refuses, and keeps its promises about keys and signatures."""

import time

import pytest
import stripe

from tests.stand_ins.stripe_server import SECRET, StripeStandIn


@pytest.fixture
def post():
    """Every message that was delivered, proven with Stripe's own client."""
    return []


@pytest.fixture
def stand_in(post):
    def receive(body, headers):
        post.append(stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET))
        return 200

    with StripeStandIn(sender=receive) as running:
        yield running


@pytest.fixture
def client(stand_in):
    return stripe.StripeClient("sk_test_x", base_addresses={"api": stand_in.url}, max_network_retries=2)


def wanted(**changes):
    params = {
        "mode": "payment",
        "success_url": "http://shop.example/?s={CHECKOUT_SESSION_ID}",
        "line_items": [
            {
                "quantity": 2,
                "price_data": {"currency": "cny", "unit_amount": 1000, "product_data": {"name": "桂花苗"}},
            }
        ],
        "expires_at": int(time.time()) + 1900,
        "allowed_payment_method_types": ["card", "wechat_pay"],
        "payment_method_options": {"wechat_pay": {"client": "web"}},
    } | changes
    return {key: value for key, value in params.items() if value is not None}


def test_the_same_key_and_parameters_answer_the_same_session(stand_in, client):
    params = wanted()
    first = client.v1.checkout.sessions.create(params, {"idempotency_key": "k"})
    second = client.v1.checkout.sessions.create(params, {"idempotency_key": "k"})
    assert first.id == second.id
    assert len(stand_in.state.sessions) == 1


def test_the_same_key_with_other_parameters_is_an_idempotency_error(client):
    client.v1.checkout.sessions.create(wanted(), {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError) as caught:
        client.v1.checkout.sessions.create(wanted(locale="zh"), {"idempotency_key": "k"})
    assert caught.value.http_status == 400


def test_the_same_key_at_another_endpoint_is_an_idempotency_error(client):
    made = client.v1.checkout.sessions.create(wanted(), {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.expire(made.id, {}, {"idempotency_key": "k"})


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"mode": None}, "mode", "parameter_missing"),
        ({"success_url": None}, "success_url", "parameter_missing"),
        ({"line_items": None}, "line_items", "parameter_missing"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data]", "parameter_missing"),
        ({"expires_at": int(time.time()) + 60}, "expires_at", None),
        ({"expires_at": int(time.time()) + 90_000}, "expires_at", None),
        (
            {"payment_method_types": ["card"]},
            "payment_method_types",
            "payment_method_types_no_longer_supported",
        ),
        ({"payment_method_options": None}, "payment_method_options[wechat_pay][client]", "parameter_missing"),
        ({"colour": "green"}, "colour", "parameter_unknown"),
    ],
)
def test_what_stripe_refuses_is_refused(client, change, param, code):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(wanted(**change))
    assert (caught.value.param, caught.value.code) == (param, code)


def test_a_session_expires_by_itself_and_says_so(stand_in, client, post):
    made = client.v1.checkout.sessions.create(wanted())
    stand_in.state.advance(2000)
    assert client.v1.checkout.sessions.retrieve(made.id).status == "expired"
    stand_in.mailroom.deliver()
    assert [event.type for event in post] == ["checkout.session.expired"]


def test_more_than_is_left_is_not_refunded(stand_in, client):
    made = client.v1.checkout.sessions.create(wanted())
    stand_in.state.pay(made.id)
    intent = client.v1.checkout.sessions.retrieve(made.id).payment_intent
    client.v1.refunds.create({"payment_intent": intent, "amount": 1500})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent, "amount": 501})
    client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"payment_intent": intent})
    assert caught.value.code == "charge_already_refunded"
    assert [one.amount for one in client.v1.refunds.list({"payment_intent": intent}).data] == [500, 1500]


def test_messages_come_as_often_and_in_the_order_that_is_asked_for(stand_in, client, post):
    stand_in.state.pay(client.v1.checkout.sessions.create(wanted()).id)
    stand_in.mailroom.drop(stand_in.mailroom.of("charge.succeeded")[0]["id"])
    stand_in.mailroom.deliver(times=2, backwards=True)
    assert [event.type for event in post] == [
        "checkout.session.completed",
        "checkout.session.completed",
        "payment_intent.succeeded",
        "payment_intent.succeeded",
        "payment_intent.created",
        "payment_intent.created",
    ]


def test_an_answer_that_is_lost_was_still_carried_out(stand_in, client):
    stand_in.fault("POST /v1/checkout", "lose_answer")
    client.v1.checkout.sessions.create(wanted(), {"idempotency_key": "k"})
    assert stand_in.ledger.requests == ["POST /v1/checkout/sessions"] * 2
    assert len(stand_in.state.sessions) == 1


def test_without_a_secret_key_nobody_comes_in(stand_in):
    stranger = stripe.StripeClient("pk_test_x", base_addresses={"api": stand_in.url})
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.balance.retrieve()
