"""Large files of labels are made in the worker, showing how far they are, and forgotten after a day."""

from celery import shared_task
from flask import current_app

from core import progress
from core.clock import now
from core.errors import DomainError
from core.jobs import send_soon
from traceability.labels import making


@shared_task(name="traceability.labels.make")
def make(batch_number: str, job_id: str) -> None:
    """Make one batch's codes and file; the job's page leads to the file."""
    settings = current_app.config["SETTINGS"]
    try:
        made = making.make_file(
            batch_number,
            public_url=settings.base_url,
            now=now,
            tick=lambda done: progress.advance(job_id, done),
        )
    except DomainError as error:
        if error.code != "batch_state":  # another worker is at it
            progress.fail(job_id, str(error))
        return
    progress.advance(job_id, made.count)
    progress.finish(job_id, result_url=f"/seller/codes/{made.number}/file")


@shared_task(name="traceability.labels.make_waiting")
def make_waiting() -> int:
    """Send again what was approved and not made: a worker died, or the broker was away."""
    found = [(number, job_id) for number, job_id in making.waiting() if job_id]
    for number, job_id in found:
        send_soon("traceability.labels.make", number, job_id)
    return len(found)


@shared_task(name="traceability.labels.forget_files")
def forget_files() -> int:
    """Files with codes in clear are kept for a day only."""
    return making.forget_files(at=now())
