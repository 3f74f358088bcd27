"""What the scheduler does about cases: reminders, escalation, forgetting contacts."""

from celery import shared_task

from core.clock import now
from core.sweeps import for_each_key
from traceability.cases.service import reminders


@shared_task(name=reminders.REMINDING)
def remind() -> int:
    """Send what is due, one transaction per case; how many messages were queued."""
    at = now()
    numbers = reminders.cases_to_remind_of(at=at)
    return for_each_key(reminders.REMINDING, numbers, lambda number: reminders.remind(number, at=at)).counted


@shared_task(name=reminders.FORGETTING)
def forget_contacts() -> int:
    """Drop how to reach reporters of cases that were closed half a year ago; how many."""
    return for_each_key(
        reminders.FORGETTING, reminders.contacts_to_forget(at=now()), reminders.forget_contact
    ).counted
