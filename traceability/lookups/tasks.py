"""What the scheduler does about look-ups."""

from celery import shared_task

from core.clock import now
from core.database import transaction
from traceability.lookups import service


@shared_task(name="traceability.lookups.fold")
def fold() -> int:
    """Forget who looked after 90 days; counts by day stay. Small transactions, so that nobody waits long."""
    at, total = now(), 0
    while True:
        with transaction():
            folded = service.fold_old_lookups(at=at)
        total += folded
        if not folded:
            return total
