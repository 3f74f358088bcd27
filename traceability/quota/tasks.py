"""What the scheduler does about quota."""

from celery import shared_task

from core.clock import now
from core.sweeps import batch_by_batch
from traceability.quota.service import moves

BATCH = 500


@shared_task(name=moves.EXPIRY)
def expire() -> int:
    """Close what is left of years that are over, in batches of one transaction each."""
    at = now()
    return batch_by_batch(
        moves.EXPIRY,
        lambda: moves.ids_due_to_expire(at=at, limit=BATCH),
        lambda ids: moves.expire(at=at, ids=ids),
    ).counted
