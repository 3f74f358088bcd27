"""What the worker does for the ground floor: deliver, send, take up lost jobs, clear away."""

from celery import shared_task

from core.clock import now
from core.files import service as files
from core.forgetting import service as forgetting
from core.messaging.service.enqueueing import send_waiting
from core.outbox.service import deliver_pending
from core.progress.tasks import running as job_runs


@shared_task(name="core.outbox.deliver")
def deliver_outbox() -> int:
    """Deliver what is due; sent after each commit that recorded something, and every few seconds."""
    return deliver_pending()


@shared_task(name="core.jobs.resume")
def resume_jobs() -> int:
    """Send long jobs again whose task was lost, or whose worker died."""
    return job_runs.resume(at=now())


@shared_task(name=forgetting.FORGETTING)
def forget_secrets() -> int:
    """Forget codes, links and contacts of recovery that were sent or are good no more."""
    return forgetting.forget_secrets()


@shared_task(name="core.files.remove_torn")
def remove_torn_files() -> int:
    """Remove what killed processes had not come to the end of writing."""
    return files.remove_torn()


@shared_task(name="core.messaging.send")
def send_messages() -> int:
    """Send the messages that wait."""
    return send_waiting()
