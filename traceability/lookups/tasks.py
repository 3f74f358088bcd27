"""What the scheduler does about look-ups."""

from celery import shared_task

from core.clock import now
from core.sweeps import batch_by_batch
from traceability.lookups.service import recording as service


@shared_task(name=service.FOLDING)
def fold() -> int:
    """Forget who looked after 90 days; counts by day stay. Small transactions, so that nobody waits long."""
    at = now()
    return batch_by_batch(
        service.FOLDING,
        lambda: service.old_lookups(at=at),
        lambda ids: service.fold_old_lookups(ids, at=at),
    ).counted
