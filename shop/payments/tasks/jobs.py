"""What the queue and the scheduler do about money."""

from __future__ import annotations

from celery import shared_task

from shop.payments.tasks import sweeping


@shared_task(name="shop.payments.send_refunds")
def send_refunds() -> int:
    """Send refunds that are decided and not sent; each carries its own key."""
    return sweeping.send_due_refunds().changed


@shared_task(name="shop.payments.reconcile")
def reconcile() -> int:
    """Ask Stripe about everything open."""
    return sweeping.sweep().changed
