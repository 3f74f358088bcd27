"""What the scheduler does about plots."""

from celery import shared_task

from core.clock import now
from core.sweeps import for_each_key
from traceability.surveys.service import reminders


@shared_task(name=reminders.REMINDING)
def remind_of_growth() -> int:
    """In January: plots of last year wait for this year's survey, in which what grew stands by its stage."""
    at = now()
    people = reminders.people_to_remind(at=at)
    return for_each_key(
        reminders.REMINDING, people, lambda account_id: reminders.remind_of_growth(account_id, at=at)
    ).counted
