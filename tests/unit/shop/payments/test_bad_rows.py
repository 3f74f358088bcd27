"""A payment or refund that cannot be asked about keeps no other one waiting."""

from core.clock import now
from core.database import transaction
from shop.orders.states import By
from shop.payments.service import refunds
from shop.payments.tasks import sweeping
from tests.bad_rows import failures, spoil

STAFF = By("staff")


def test_refunds_are_sent(stripe, paid, monkeypatch):
    with transaction():
        ids = [
            refunds.open_whole(parcel.id, reason="买家取消", by=STAFF, at=now()).id for parcel in paid.parcels
        ]
    mend = spoil(monkeypatch, sweeping, "send_refund", lambda refund_id: refund_id == ids[0])
    swept = sweeping.send_due_refunds()
    assert (swept.changed, swept.failed) == (1, 1)
    assert [row.state for row in paid.refunds] == ["due", "done"]
    assert set(failures()) == {("shop.payments.send_refund", str(ids[0]))}
    assert sweeping.send_due_refunds().refunds == 0, "before its turn"
    mend()
    assert sweeping.send_due_refunds(everything=True).changed == 1, "but whoever asks for all gets all"
    assert [row.state for row in paid.refunds] == ["done", "done"]
    assert failures() == {}


def test_payments_are_asked_about(stripe, paid, monkeypatch):
    with transaction():
        refunds.open_whole(paid.parcels[0].id, reason="买家取消", by=STAFF, at=now())
    first = paid.payments[0].id
    spoil(monkeypatch, sweeping, "check", lambda payment_id: payment_id == first)
    swept = sweeping.sweep(everything=True)
    assert (swept.failed, swept.refunds) == (1, 1)
    assert [row.state for row in paid.refunds] == ["done"]
    assert set(failures()) == {("shop.payments.check", str(first))}
