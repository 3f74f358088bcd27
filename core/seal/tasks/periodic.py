"""What the worker does for the log: sequence every few seconds, and ask the witnesses."""

import structlog
from celery import shared_task

from core.clock import now
from core.database import transaction
from core.jobs import send_soon
from core.seal.models.log import this_log
from core.seal.queries.standing import SealRefused
from core.seal.service.daily_heads import keep_head
from core.seal.tasks.cosigning import collect
from core.seal.tasks.sequencer import sequence

log = structlog.get_logger(__name__)


@shared_task(name="core.seal.sequence")
def sequence_task() -> int:
    """Take in what waits and sign. A refusal is logged each time: it needs the operator."""
    try:
        added = sequence()
    except SealRefused as error:
        log.error("seal_refused", code=error.code, what_to_do=str(error))  # noqa: TRY400 - the text says everything
        return 0
    if added and this_log().witnesses:
        send_soon("core.seal.witness")
    return added or 0


@shared_task(name="core.seal.witness")
def witness_task() -> int:
    """Ask the witnesses of WITNESS_URLS to cosign."""
    return collect(this_log())


@shared_task(name="core.seal.keep_head")
def keep_head_task() -> bool:
    """Keep the head of the day and send it to those who keep it too."""
    with transaction():
        return keep_head(at=now())
