"""What the scheduler does about reports that are due."""

from celery import shared_task

from branch.reports.deadlines import service
from core.clock import now
from core.database import session, transaction


@shared_task(name="branch.reports.remind")
def remind() -> int:
    """Ask for what is due and send what has to be sent; one transaction per report, each step once.

    Whatever a crash left undone is done by the next run.
    """
    with transaction():
        service.open_duties(at=now())
    duties = service.open_duty_ids()
    session.rollback()
    queued = 0
    for duty in duties:
        with transaction():
            queued += service.remind(duty, at=now())
    return queued
