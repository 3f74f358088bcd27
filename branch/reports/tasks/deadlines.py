"""What the scheduler does about reports that are due."""

from celery import shared_task

from branch.reports.deadlines import service
from core.clock import now
from core.sweeps import for_each_key


@shared_task(name=service.REMINDING)
def remind() -> int:
    """Ask for what is due and send what has to be sent; one transaction per branch and per report, each step once.

    Whatever a crash left undone is done by the next run.
    """
    at = now()
    for_each_key(
        service.ASKING, service.branches_to_ask(at=at), lambda unit_id: service.open_duties(unit_id, at=at)
    )
    duties = service.open_duty_ids(at=at)
    return for_each_key(service.REMINDING, duties, lambda duty_id: service.remind(duty_id, at=at)).counted
