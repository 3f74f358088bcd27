"""What the worker does about long jobs: take up those that were lost."""

from celery import shared_task

from core.clock import now
from core.progress.tasks import running as job_runs


@shared_task(name="core.jobs.resume")
def resume_jobs() -> int:
    """Send long jobs again whose task was lost, or whose worker died."""
    return job_runs.resume(at=now())
