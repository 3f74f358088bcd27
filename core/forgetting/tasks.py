"""What the worker does for the ground floor: deliver, send, take up lost jobs, clear away."""

from celery import shared_task

from core.forgetting import service as forgetting


@shared_task(name=forgetting.FORGETTING)
def forget_secrets() -> int:
    """Forget codes, links and contacts of recovery that were sent or are good no more."""
    return forgetting.forget_secrets()
