"""What the scheduler does about licences."""

from celery import shared_task

from branch.licences import service
from core.clock import now
from core.database import transaction

BATCH = 200


@shared_task(name="branch.licences.expire")
def expire() -> int:
    """Write down the expiry of licences that ran out, in batches of one transaction each."""
    written = 0
    while True:
        with transaction():
            batch = service.expire_due(at=now(), limit=BATCH)
        written += batch
        if batch < BATCH:
            return written
