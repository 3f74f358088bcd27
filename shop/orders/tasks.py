"""What the clock does to orders."""

from celery import shared_task

from core.clock import now
from core.sweeps import each
from shop.orders.queries import EXPIRY, due_to_expire
from shop.orders.service import expire_order


@shared_task(name=EXPIRY)
def expire() -> int:
    """Let unpaid orders run out, each in a transaction of its own; how many did."""
    moment = now()
    return each(EXPIRY, due_to_expire(at=moment), lambda order_id: expire_order(order_id, at=moment)).counted
