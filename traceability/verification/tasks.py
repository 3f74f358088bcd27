"""What the scheduler does about look-ups."""

from celery import shared_task

from core.clock import now
from core.database import transaction
from traceability.verification import service


@shared_task(name="traceability.verification.forget")
def forget() -> int:
    """Drop what was noted of texts that are no codes, after 90 days without a question."""
    with transaction():
        return service.forget_unknown_lookups(at=now())
