"""What the scheduler does about plots."""

from celery import shared_task

from core.clock import now
from core.sweeps import for_each_key
from traceability.surveys import service
from traceability.surveys.service import REMINDING


@shared_task(name=REMINDING)
def remind_of_growth() -> int:
    """In January: plots of last year wait for this year's survey, in which what grew stands by its stage."""
    at = now()
    people = service.people_to_remind(at=at)
    return for_each_key(
        REMINDING, people, lambda account_id: service.remind_of_growth(account_id, at=at)
    ).counted
