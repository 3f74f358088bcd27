"""When the rules run: soon after look-ups, never in their requests; and every night over the season."""

from celery import shared_task

from core.clock import now
from core.database import transaction
from traceability.alarms import service


@shared_task(name="traceability.alarms.judge_recent")
def judge_recent() -> int:
    """Judge what was looked up since the last time."""
    with transaction():
        return service.judge_recent(at=now())


@shared_task(name="traceability.alarms.judge_licensees")
def judge_licensees() -> int:
    """Judge every licensee's season."""
    with transaction():
        return service.judge_licensees(at=now())
