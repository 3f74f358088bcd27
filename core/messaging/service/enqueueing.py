"""Messages by e-mail, SMS or chat: queued with the change they tell of, sent once through Apprise.

NOTIFY_URLS holds Apprise addresses; `{to}` in one is replaced by the receiver. Addresses that contain
`{email}` serve e-mail receivers, those with `{phone}` telephone numbers. When nothing is set, messages are
written to `var/messages/`, which is what a demonstration needs.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from core import jobs
from core.clock import now
from core.database import after_commit, session
from core.messaging.models import Message


def enqueue(
    *,
    dedupe_key: str,
    to: str,
    template: str,
    context: dict[str, Any],
    locale: str,
    at: datetime | None = None,
    secret_for: timedelta | None = None,
) -> bool:
    """Queue one message in the caller's transaction; a second one with the same key is dropped.

    Args:
        dedupe_key: what the message is about, as `order-paid:GY-...`.
        to: an e-mail address or a telephone number.
        template: `templates/emails/<template>.txt`; its first line is the subject.
        context: JSON-able values for the template.
        locale: the receiver's language.
        at: not before this moment; now when left out.
        secret_for: `context` holds a code or a link that opens something for so long, and is forgotten after.

    Returns:
        False when it had been queued before.
    """
    if session.scalar(select(Message.id).where(Message.dedupe_key == dedupe_key)) is not None:
        return False
    moment = at or now()
    session.add(
        Message(
            dedupe_key=dedupe_key,
            receiver=to,
            template=template,
            context=context,
            locale=locale,
            state="waiting",
            attempts=0,
            available_at=moment,
            recorded_at=moment,
            forget_at=moment + secret_for if secret_for else None,
        )
    )
    session.flush()
    after_commit(partial(jobs.send_soon, "core.messaging.send"), key="messages")
    return True
