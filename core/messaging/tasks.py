"""What the worker does about messages: send them."""

from datetime import datetime, timedelta

import structlog
from celery import shared_task
from flask import render_template
from flask_babel import force_locale

from core.clock import now
from core.database import roll_back_after, session, transaction
from core.database_errors import words_of
from core.messaging import queries
from core.messaging.service import sending
from core.messaging.service.channels import apprise_for, channels_for
from core.unseen_characters import without_unseen
from core.work_claims import Retry

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 6

# Half a day, for a channel that is away over night.
RETRY = Retry(first=timedelta(minutes=2), factor=4, longest=timedelta(hours=12), attempts=MAX_ATTEMPTS)


def send_waiting(*, limit: int = 100) -> int:
    """Send what waits; an edge. Each message is claimed first, so two workers never send the same one.

    One that cannot be written or sent waits for its next turn, and the others are sent.

    Raises:
        DBAPIError: the database went away; the run ends, and no message is marked for it.
    """
    session.rollback()
    due = queries.due_messages(limit=limit, at=now())
    session.rollback()
    return sum(_send_or_pass(message_id) for message_id in due)


def _send_or_pass(message_id: int) -> bool:
    """As `_send`; what cannot even be claimed or noted, being locked by others, keeps nobody waiting."""
    try:
        return _send(message_id)
    except Exception as error:
        roll_back_after(error)
        log.exception("message_passed_over", message_id=message_id)
        return False


def _send(message_id: int) -> bool:
    """Write the text, then claim the message, then call the channel: what fails before that loses nothing."""
    attempts = queries.attempts_at(message_id)
    if attempts is None:
        return False
    attempts += 1
    try:
        receiver, title, body = _written(message_id)
    except Exception as error:
        roll_back_after(error)
        log.exception("message_not_written", message_id=message_id)
        _not_sent(message_id, attempts, words_of(error), taken_at=None)
        return False
    taken_at = _claim(message_id, attempts)
    if taken_at is None:
        return False
    channels, cause = channels_for(receiver)
    cause = "the channel refused it" if channels else cause
    sent = False
    try:
        sent = bool(channels) and bool(apprise_for(channels).notify(body=body, title=title))
    except Exception as failure:  # noqa: BLE001 - a channel may fail in any way
        cause = type(failure).__name__
    if not sent:
        log.warning("message_not_sent", message_id=message_id, attempts=attempts)
        _not_sent(message_id, attempts, cause, taken_at=taken_at, again=bool(channels))
        return False
    with transaction():
        sending.note_sent(message_id, taken_at=taken_at, at=now())
    return True


def _written(message_id: int) -> tuple[str, str, str]:
    """Receiver, title and text of a message in its language."""
    row = queries.read_message(message_id)
    with force_locale(row.locale):
        text = without_unseen(render_template(f"emails/{row.template}.txt", **row.context))
    title, _, body = text.strip().partition("\n")
    receiver = row.receiver
    session.rollback()
    return receiver, title, body.strip()


def _claim(message_id: int, attempts: int) -> datetime | None:
    """Take a message that still waits, for this attempt; the moment tells the taking apart. None when another has it."""
    moment = now()
    with transaction():
        taken = sending.claim(message_id, attempts, at=moment)
    return moment if taken else None


def _not_sent(
    message_id: int, attempts: int, error: str, *, taken_at: datetime | None, again: bool = True
) -> None:
    """Note a failure: the message waits for its next turn, and after the last one, or if nothing will change, no more."""
    wait = RETRY.wait(attempts) if again and attempts < MAX_ATTEMPTS else None
    with transaction():
        sending.note_not_sent(message_id, attempts, error, taken_at=taken_at, wait=wait, at=now())


@shared_task(name="core.messaging.send")
def send_messages() -> int:
    """Send the messages that wait."""
    return send_waiting()
