"""What the clock does to orders."""

from celery import shared_task

from core.clock import now
from core.database import transaction
from shop.orders.queries import due_to_expire
from shop.orders.service import expire_order


@shared_task(name="shop.orders.expire")
def expire() -> int:
    """Let unpaid orders run out, each in a transaction of its own; how many did."""
    moment = now()
    ended = 0
    for order_id in due_to_expire(at=moment):
        with transaction():
            ended += expire_order(order_id, at=moment)
    return ended
