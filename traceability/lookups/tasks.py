"""What the scheduler does about look-ups."""

from celery import shared_task

from core.clock import now
from core.sweeps import batch_by_batch
from traceability.lookups.service import recording


@shared_task(name=recording.FOLDING)
def fold() -> int:
    """Forget who looked after 90 days; counts by day stay. Small transactions, so that nobody waits long."""
    at = now()
    return batch_by_batch(
        recording.FOLDING,
        lambda: recording.old_lookups(at=at),
        lambda ids: recording.fold_old_lookups(ids, at=at),
    ).counted
