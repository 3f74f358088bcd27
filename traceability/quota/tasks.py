"""What the scheduler does about quota."""

from celery import shared_task

from core.clock import now
from core.database import transaction
from traceability.quota import moves

BATCH = 500


@shared_task(name="traceability.quota.expire")
def expire() -> int:
    """Close what is left of years that are over, in batches of one transaction each."""
    closed = 0
    while True:
        with transaction():
            batch = moves.expire(at=now(), limit=BATCH)
        closed += batch
        if batch < BATCH:
            return closed
