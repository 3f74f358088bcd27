"""What the scheduler does about licences."""

from celery import shared_task

from branch.licences.service import decisions as service
from core.clock import now
from core.sweeps import batch_by_batch

BATCH = 200


@shared_task(name=service.EXPIRY)
def expire() -> int:
    """Write down the expiry of licences that ran out, in batches of one transaction each."""
    at = now()
    return batch_by_batch(
        service.EXPIRY,
        lambda: service.ids_due_to_expire(at=at, limit=BATCH),
        lambda ids: service.expire_due(at=at, ids=ids),
    ).counted
