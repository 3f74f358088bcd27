"""What the scheduler does about licences."""

from celery import shared_task

from branch.licences.service import expiry
from branch.licences.service.expiry import EXPIRY
from core.clock import now
from core.sweeps import batch_by_batch

BATCH = 200


@shared_task(name=EXPIRY)
def expire() -> int:
    """Write down the expiry of licences that ran out, in batches of one transaction each."""
    at = now()
    return batch_by_batch(
        EXPIRY,
        lambda: expiry.ids_due_to_expire(at=at, limit=BATCH),
        lambda ids: expiry.expire_due(at=at, ids=ids),
    ).counted
