"""What the scheduler does about failures."""

from celery import shared_task

from core.clock import now
from core.database import transaction
from core.failures import service


@shared_task(name="core.failures.forget_settled")
def forget_settled() -> int:
    """Drop what is noted about rows that no sweep asks for any more."""
    with transaction():
        return service.forget_settled(at=now())
