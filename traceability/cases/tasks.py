"""What the scheduler does about cases: reminders, escalation, forgetting contacts."""

from celery import shared_task

from core.clock import now
from core.database import session, transaction
from traceability.cases import reminders


@shared_task(name="traceability.cases.remind")
def remind() -> int:
    """Send what is due, one transaction per case, so that one case cannot hold up the others."""
    numbers = reminders.cases_to_remind_of(at=now())
    session.rollback()
    queued = 0
    for number in numbers:
        with transaction():
            queued += reminders.remind(number, at=now())
    return queued


@shared_task(name="traceability.cases.forget_contacts")
def forget_contacts() -> int:
    """Drop how to reach reporters of cases that were closed half a year ago."""
    with transaction():
        return reminders.forget_contacts(at=now())
