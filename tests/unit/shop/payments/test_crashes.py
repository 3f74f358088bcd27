"""A process that dies at any step of a payment or a refund leaves nothing lost and nothing done twice.

Each test ends a forked process at one named step (`os._exit`, no clean-up), then lets the world go on as it
would: the buyer clicks again, Stripe delivers again, the sweep runs. All end in the same state.
"""

import contextvars
import os
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import db, transaction
from shop.orders.models.tables import Order
from shop.orders.states import By
from shop.payments.models.tables import Payment
from shop.payments.service import refunds
from shop.payments.service.stripe_gateway import Gateway
from shop.payments.tasks import fault_points as steps
from shop.payments.tasks import stripe_calls as flows
from shop.payments.tasks import sweeping
from tests.stand_ins.stripe_server import SECRET
from tests.unit.shop.payments.conftest import WEBHOOK

pytestmark = pytest.mark.slow

KILLED = 77
STAFF = By("staff")


@pytest.fixture
def killed_at(app, session, stripe):
    """Run `work` in a process that dies when it reaches `step`."""

    def run(step, work):
        db.session.rollback()
        db.engine.dispose()
        child = os.fork()
        if child == 0:
            try:
                app.extensions["stripe"] = Gateway("sk_test_stand_in", SECRET, api_base=stripe.url)
                steps.observe(lambda name: os._exit(KILLED) if name == step else None)
                contextvars.Context().run(_in_app, app, work)
            finally:
                os._exit(1)
        _pid, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == KILLED, f"the process never came to {step}"

    return run


def _in_app(app, work):
    with app.app_context():
        work()


def posts(app, stripe):
    """What a worker does with the messages that wait: answer them, in their order."""

    def send(body, headers):
        kind = headers.pop("Content-Type")
        return app.test_client().post(WEBHOOK, data=body, headers=headers, content_type=kind).status_code

    def work():
        stripe.mailroom.sender = send
        stripe.mailroom.deliver()

    return work


def whole_life(app, stripe, order_id, books, die):
    """Pay an order, then refund its first parcel; `die(step, work)` may kill the process that does a step."""
    die("payment", lambda: flows.start(order_id))
    assert flows.start(order_id)
    session_id = books.payments[-1].provider_session_id
    stripe.state.pay(session_id)
    die("return", lambda: flows.check(books.payments[-1].id))
    die("webhook", posts(app, stripe))
    stripe.mailroom.deliver(times=2)
    sweeping.sweep(everything=True)
    with transaction():
        refund_id = refunds.open_whole(_first_parcel(order_id), reason="示范", by=STAFF, at=now()).id
    die("refund", lambda: flows.send_refund(refund_id))
    sweeping.sweep(everything=True)
    stripe.mailroom.deliver(times=2)
    sweeping.sweep(everything=True)


def _first_parcel(order_id):
    from shop.orders.service.transitions import consignments_of

    return consignments_of(order_id)[0].id


FINAL = {
    "order": "partly_refunded",
    "parcels": ["cancelled", "to_pack"],
    "payments": ["received"],
    "refunds": [("agreed", "done", 10 * 2_50 + 3 * 99 + 15_00)],
    "facts": 5,
    "net": 7 * 12_00,
    "sold": 7,
    "held": 0,
    "sessions": 1,
    "refunds_at_stripe": 1,
}


def final(stripe, books):
    return {
        "order": books.order.payment_state,
        "parcels": [one.fulfilment_state for one in books.parcels],
        "payments": [one.state for one in books.payments],
        "refunds": [(one.kind, one.state, one.amount_minor) for one in books.refunds],
        "facts": len(books.facts),
        "net": books.net_minor,
        "sold": books.sold,
        "held": books.held,
        "sessions": len(stripe.state.sessions),
        "refunds_at_stripe": len(stripe.state.refunds),
    }


STEPS = [
    ("payment", "payment.begun"),
    ("payment", "payment.session_made"),
    ("payment", "payment.session_kept"),
    ("return", "session.heard"),
    ("return", "session.written"),
    ("return", "session.committed"),
    ("webhook", "webhook.verified"),
    ("webhook", "webhook.written"),
    ("webhook", "webhook.committed"),
    ("refund", "refund.before_call"),
    ("refund", "refund.called"),
    ("refund", "refund.committed"),
]


def test_an_undisturbed_life_ends_in_the_final_state(app, stripe, order_id, books):
    whole_life(app, stripe, order_id, books, lambda _phase, _work: None)
    assert final(stripe, books) == FINAL


@pytest.mark.parametrize(("phase", "step"), STEPS)
def test_a_process_killed_at_any_step_ends_in_the_final_state(
    app, stripe, order_id, books, killed_at, phase, step
):
    def die(at_phase, work):
        if at_phase == phase:
            killed_at(step, work)

    whole_life(app, stripe, order_id, books, die)
    assert final(stripe, books) == FINAL


def twenty_minutes_later(order_id):
    """The attempt was begun twenty minutes ago."""
    with transaction() as session:
        [payment] = session.scalars(sa.select(Payment).where(Payment.order_id == order_id))
        payment.session_expires_at -= timedelta(minutes=20)
        session.get_one(Order, order_id).expires_at -= timedelta(minutes=20)


def test_an_attempt_whose_session_end_came_too_near_is_replaced(stripe, order_id, books, killed_at):
    killed_at("payment.begun", lambda: flows.start(order_id))
    twenty_minutes_later(order_id)
    address = flows.start(order_id)
    assert [one.state for one in books.payments] == ["cancelled", "open"]
    assert books.payments[1].provider_session_id in address


def test_a_session_whose_answer_was_lost_is_found_by_the_sweep(stripe, order_id, books, killed_at):
    killed_at("payment.session_made", lambda: flows.start(order_id))
    [session_id] = stripe.state.sessions
    stripe.state.pay(session_id)
    stripe.mailroom.drop(*[event["id"] for event in stripe.mailroom.events])
    sweeping.sweep()
    assert books.order.payment_state == "paid"
    assert books.payments[0].provider_session_id == session_id
