"""What the clock does to orders."""

from celery import shared_task

from core.clock import now
from core.sweeps import for_each_key
from shop.orders.queries.due import EXPIRY, REMINDING, due_to_expire, due_to_remind
from shop.orders.service.paying import expire_order, remind_of_end


@shared_task(name=EXPIRY)
def expire() -> int:
    """Let orders run out that nobody paid, confirmed or looked at in time, each in a transaction of its own; how many did."""
    moment = now()
    return for_each_key(
        EXPIRY, due_to_expire(at=moment), lambda order_id: expire_order(order_id, at=moment)
    ).counted


@shared_task(name=REMINDING)
def remind() -> int:
    """Remind growers and cashiers of orders whose time is nearly over, each in a transaction of its own; how many."""
    moment = now()
    due = due_to_remind(at=moment)
    return for_each_key(REMINDING, due, lambda order_id: remind_of_end(order_id, at=moment)).counted
