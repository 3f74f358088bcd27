"""What bears the provider's signature is answered and kept, whatever it says; operators see what cannot be read."""

import itertools
import json
import time

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.database import db
from core.work_claims import WorkClaim
from shop.payments.models.tables import StripeEvent
from shop.payments.webhook import EFFECTS, EVENT
from tests.stand_ins.stripe_delivery import signature
from tests.stand_ins.stripe_server import SECRET
from tests.unit.shop.payments.conftest import WEBHOOK

NUMBERS = itertools.count(2)
DEEP = "[" * 50_000
GOOD = {
    "id": "evt_1",
    "type": "refund.updated",
    "created": 1,
    "data": {"object": {"id": "re_1", "amount": 5}},
}


@pytest.fixture
def send(session, stripe, client):
    def post(body):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        header = {"Stripe-Signature": signature(raw, SECRET, int(time.time()))}
        return client.post(WEBHOOK, data=raw, headers=header, content_type="application/json")

    return post


def kept():
    db.session.rollback()
    return {
        row.id: row for row in db.session.scalars(sa.select(StripeEvent).order_by(StripeEvent.received_at))
    }


@pytest.mark.both
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{",
        DEEP.encode(),
        [],
        {},
        GOOD | {"id": 7},
        GOOD | {"id": "x" * 81},
        GOOD | {"id": "evt_\x00"},
        GOOD | {"type": None},
        GOOD | {"created": "yesterday"},
        GOOD | {"created": 2**62},
        GOOD | {"livemode": "no"},
        GOOD | {"data": None},
        GOOD | {"data": {"object": []}},
        GOOD | {"data": {"object": {"id": "re_1"}}},
        GOOD | {"data": {"object": {"id": "re_1", "amount": "5"}}},
        GOOD | {"data": {"object": {"id": "re_1", "amount": 0}}},
        GOOD | {"data": {"object": {"id": "re_1", "amount": 2**70}}},
        GOOD | {"data": {"object": {"id": "re_1", "amount": 5, "currency": "euro"}}},
        GOOD | {"data": {"object": {"id": "re_1", "amount": 5, "metadata": []}}},
        GOOD | {"data": {"object": {"id": "re_1", "amount": 5, "payment_intent": {"id": {}}}}},
        GOOD | {"data": {"object": {"id": "re_1", "amount": 5, "status": "x" * 30}}},
        GOOD | {"type": "charge.refunded", "data": {"object": {"refunds": {"data": [{"id": "re_1"}]}}}},
        GOOD | {"type": "charge.dispute.created", "data": {"object": {"amount": 5}}},
        GOOD | {"type": "checkout.session.completed", "data": {"object": {"id": "cs", "expires_at": -1}}},
    ],
    ids=[f"fault{number}" for number in range(26)],
)
def test_what_cannot_be_read_is_kept_and_an_operator_sees_it(send, body):
    for _twice in range(2):
        answer = send(body)
        assert (answer.status_code, answer.json) == (200, {"result": "malformed"})
    [row] = kept().values()
    assert row.result == "malformed"
    assert row.subject["fault"]
    claim = db.session.scalars(sa.select(WorkClaim).where(WorkClaim.kind == EVENT)).one()
    assert (claim.key, claim.dead_at is not None) == (row.id, True)


@pytest.mark.both
def test_what_we_do_not_read_may_say_anything(send):
    strange = {"id": "cus_1", "amount": 2**62, "status": "\x01", "reason": {"a": []}, "metadata": {"a": [1]}}
    body = GOOD | {"type": "customer.created", "data": {"object": strange}}
    assert send(body).json == {"result": "unknown_kind"}
    assert "\x01" not in str(kept()["evt_1"].subject)


WORDS = st.text(max_size=12) | st.sampled_from(
    ["cny", "usd", "paid", "complete", "succeeded", "failed", "won"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
FIELDS = [
    "id",
    "amount",
    "amount_total",
    "amount_refunded",
    "currency",
    "status",
    "payment_status",
    "metadata",
    "client_reference_id",
    "payment_intent",
    "refunds",
    "expires_at",
    "url",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    kind=st.sampled_from(sorted(EFFECTS)),
    subject=st.dictionaries(st.sampled_from(FIELDS), ANYTHING | st.integers(0, 10**6)),
)
def test_no_signed_message_is_answered_by_a_fault_of_ours(send, session_id, books, kind, subject):
    payment = books.payments[0]
    ours = {"id": session_id} | subject | {"payment_intent": payment.provider_payment_id or "pi_x"}
    event = GOOD | {"id": f"evt_{next(NUMBERS)}", "type": kind, "data": {"object": ours}}
    assert send(event).status_code == 200


@pytest.mark.both
def test_a_refund_in_another_currency_is_in_no_sum_and_is_shown_to_the_cashier(
    stripe, session_id, books, login
):
    stripe.state.pay(session_id)
    stripe.mailroom.deliver()
    intent = books.payments[0].provider_payment_id
    foreign = {"payment_intent": intent, "currency": "usd"}
    said = [
        ("refund.created", {"id": "re_usd", "amount": 700, "status": "succeeded"}),
        ("charge.refunded", {"object": "charge", "amount_refunded": 700}),
        ("charge.dispute.created", {"id": "dp_usd", "amount": 700, "status": "lost"}),
    ]
    for kind, subject in said:
        assert stripe.mailroom.send(stripe.state.emit(kind, subject | foreign)) == 200
        assert kept()[next(reversed(kept()))].result == "foreign_currency"
        assert "7.00 USD" in login(role="secretary").get("/branch/cashier").get_data(as_text=True)
    assert books.order.payment_state == "paid"
    assert (books.order.refunded_minor, books.payments[0].refunded_minor) == (0, 0)
    assert books.refunds == []
    assert [fact.kind for fact in books.facts] == ["sale"] * 3
