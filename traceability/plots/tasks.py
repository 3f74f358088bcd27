"""What the scheduler does about plots."""

from celery import shared_task

from core.clock import now
from core.database import transaction
from traceability.plots import reminders


@shared_task(name="traceability.plots.remind_of_growth")
def remind_of_growth() -> int:
    """In January: plots of last year wait for this year's survey, in which what grew stands by its stage."""
    with transaction():
        return reminders.remind_of_growth(at=now())
