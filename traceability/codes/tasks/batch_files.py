"""Large files of labels are made in the worker, showing how far they are, and forgotten after a day."""

from celery import shared_task

from core.clock import now
from core.progress.tasks import running as job_runs
from core.settings import current_settings
from traceability.codes.tasks import large_batches as making


@shared_task(name="traceability.labels.make")
def make(job_id: str, batch_number: str) -> None:
    """Make one batch's codes and file; the job's page leads to the file."""
    job_runs.work(
        job_id,
        lambda job: making.make_file(batch_number, job, public_url=current_settings().base_url, now=now),
    )


@shared_task(name="traceability.labels.forget_files")
def forget_files() -> int:
    """Files with codes in clear are kept for a day only."""
    return making.forget_files(at=now())
