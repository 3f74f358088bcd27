"""The same message, answered by several web workers at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from core.clock import now
from core.database import transaction
from shop.orders.states import By
from shop.payments.service import refunds
from shop.payments.tasks import stripe_calls as flows


def test_one_message_delivered_six_times_at_once_pays_once(stripe, session_id, books):
    stripe.state.pay(session_id)
    [event] = stripe.mailroom.of("checkout.session.completed")
    with ThreadPoolExecutor(max_workers=6) as workers:
        answers = list(workers.map(lambda _number: stripe.mailroom.send(event), range(6)))
    assert answers == [200] * 6
    assert books.order.payment_state == "paid"
    assert len(books.facts) == 3
    assert (books.sold, books.held) == (20, 0)


def test_one_refund_sent_by_four_workers_at_once_leaves_once(app, stripe, session_id, books):
    stripe.state.pay(session_id)
    stripe.mailroom.deliver()
    parcel_id = books.parcels[0].id
    with transaction():
        refund_id = refunds.open_refund(
            parcel_id, units={}, freight=True, reason="示范", by=By("staff"), at=now()
        ).id

    def send(_number):
        with app.app_context():
            return flows.send_refund(refund_id)

    with ThreadPoolExecutor(max_workers=4) as workers:
        assert set(workers.map(send, range(4))) == {"done"}
    assert len(stripe.state.refunds) == 1
    assert [one.state for one in books.refunds] == ["done"]
