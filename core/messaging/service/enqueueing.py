"""Messages by e-mail, SMS or chat: queued with the change they tell of, sent once through Apprise.

NOTIFY_URLS holds Apprise addresses; `{to}` in one is replaced by the receiver. Addresses that contain
`{email}` serve e-mail receivers, those with `{phone}` telephone numbers. When nothing is set, messages are
written to `var/messages/`, which is what a demonstration needs.
"""

import threading
import uuid
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import Flask, current_app, render_template
from flask_babel import force_locale
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    Text,
    and_,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.atomic import write_durably
from core.clock import now, to_utc
from core.database import Base, after_commit, changed, pk, session, transaction
from core.database_errors import database_away, words_of
from core.messaging.rules import ANY_MAIL, PLAIN, filled, serving, would_address
from core.settings import SettingError, Settings
from core.types import JSONType
from core.unseen_characters import without_unseen
from core.work_claims import Retry

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 6
# Half a day, for a channel that is away over night.
RETRY = Retry(first=timedelta(minutes=2), factor=4, longest=timedelta(hours=12), attempts=MAX_ATTEMPTS)
# A channel answers or gives up long before; the worker that took the message was killed.
STUCK_AFTER = timedelta(minutes=15)
UNSENT = ("waiting", "sending", "stuck", "failed")
_LOADING = threading.Lock()


class Message(Base):
    """`sending` is taken before the channel is called and never retried by itself: better late than twice.

    `available_at` is the moment from which a waiting message may go, then the moment it was taken. `failed_at` is
    when it failed first; `failed` is the state of one that nobody tries any more. What it says is a secret that opens
    something until `forget_at`, where that is given: once it is sent, or then, it is forgotten (`core.forgetting.service`).
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name="state_known"),
        Index("ix_message_open", "state", "available_at"),
    )

    id: Mapped[int] = pk()
    dedupe_key: Mapped[str] = mapped_column(String(160), unique=True)
    receiver: Mapped[str] = mapped_column(String(254))
    template: Mapped[str] = mapped_column(String(80))
    context: Mapped[dict[str, Any]] = mapped_column(JSONType)
    locale: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    failed_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]
    forget_at: Mapped[datetime | None]


def init_messaging(app: Flask, settings: Settings) -> None:
    """Check the channels of NOTIFY_URLS, or fall to the folder `var/messages`."""
    urls = [url.get_secret_value() for url in settings.notify_urls]
    for url in urls:
        scheme = url.split(":", 1)[0][:20]
        try:
            tried = url.format(to="x", email="a%40example.org", phone="13800000000")
        except (KeyError, IndexError, ValueError):
            raise SettingError(
                "NOTIFY_URLS", f"{scheme}: may hold {{to}}, {{email}} and {{phone}} in braces, nothing else"
            ) from None
        if not _apprise([tried]):
            raise SettingError("NOTIFY_URLS", f"Apprise does not understand the address {scheme}:")
        if tried == url:
            raise SettingError(
                "NOTIFY_URLS", f"{scheme}: must say where the receiver goes: {{to}}, {{email}} or {{phone}}"
            )
    folder = settings.var / "messages"
    if not urls:
        folder.mkdir(exist_ok=True)
    app.extensions["messaging"] = (urls, folder)


def _write_to_folder(
    body: str, title: str, _notify_type: str, *_args: object, meta: dict[str, Any], **_kwargs: object
) -> bool:
    """A file with title, text and, at its end, whom it is for."""
    _urls, folder = current_app.extensions["messaging"]
    stamp = f"{to_utc(now()):%Y%m%dT%H%M%S}"
    write_durably(
        Path(folder, f"{stamp}-{uuid.uuid4().hex[:8]}.txt"),
        f"{title}\n\n{body}\n\n-> {meta['qsd']['to']}\n".encode(),
    )
    return True


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
    after_commit(_poke, key="messages")
    return True


def _poke() -> None:
    from core.jobs import send_soon

    send_soon("core.messaging.send")


def send_waiting(*, limit: int = 100) -> int:
    """Send what waits; an edge. Each message is claimed first, so two workers never send the same one.

    One that cannot be written or sent waits for its next turn, and the others are sent.

    Raises:
        DBAPIError: the database went away; the run ends, and no message is marked for it.
    """
    session.rollback()
    due = list(session.scalars(select(Message.id).where(*_due()).order_by(Message.id).limit(limit)))
    session.rollback()
    return sum(_send_or_pass(message_id) for message_id in due)


def _due() -> tuple[ColumnElement[bool], ...]:
    return (Message.state == "waiting", Message.available_at <= now())


def _send_or_pass(message_id: int) -> bool:
    """As `_send`; what cannot even be claimed or noted, being locked by others, keeps nobody waiting."""
    try:
        return _send(message_id)
    except Exception as error:
        session.rollback()
        if database_away(error):
            raise
        log.exception("message_passed_over", message_id=message_id)
        return False


def _send(message_id: int) -> bool:
    """Write the text, then claim the message, then call the channel: what fails before that loses nothing."""
    attempts = session.scalar(select(Message.attempts).where(Message.id == message_id))
    if attempts is None:
        return False
    attempts += 1
    try:
        receiver, title, body = _written(message_id)
    except Exception as error:
        session.rollback()
        if database_away(error):
            raise
        log.exception("message_not_written", message_id=message_id)
        _not_sent(message_id, attempts, words_of(error), taken_at=None)
        return False
    taken_at = _claim(message_id, attempts)
    if taken_at is None:
        return False
    channels, cause = _channels_for(receiver)
    cause = "the channel refused it" if channels else cause
    sent = False
    try:
        sent = bool(channels) and bool(_apprise(channels).notify(body=body, title=title))
    except Exception as failure:  # noqa: BLE001 - a channel may fail in any way
        cause = type(failure).__name__
    if not sent:
        log.warning("message_not_sent", message_id=message_id, attempts=attempts)
        _not_sent(message_id, attempts, cause, taken_at=taken_at, again=bool(channels))
        return False
    with transaction():
        values = {"state": "sent", "sent_at": now(), "last_error": None, "failed_at": None}
        changed(update(Message).where(*_taken(message_id, taken_at)).values(values))
    return True


def _written(message_id: int) -> tuple[str, str, str]:
    """Receiver, title and text of a message in its language."""
    row = session.get_one(Message, message_id, populate_existing=True)
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
        taken = changed(
            update(Message)
            .where(Message.id == message_id, *_due())
            .values(state="sending", attempts=attempts, available_at=moment)
        )
    return moment if taken else None


def _taken(message_id: int, taken_at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Still in our hands: not sent by whoever tried again what was stuck here, nor in his hands."""
    return (Message.id == message_id, Message.state == "sending", Message.available_at == taken_at)


def _not_sent(
    message_id: int, attempts: int, error: str, *, taken_at: datetime | None, again: bool = True
) -> None:
    """Note a failure: the message waits for its next turn, and after the last one, or if nothing will change, no more."""
    moment = now()
    mine = _taken(message_id, taken_at) if taken_at else (Message.id == message_id, *_due())
    with transaction():
        changed(
            update(Message)
            .where(*mine)
            .values(
                state="waiting" if again and attempts < MAX_ATTEMPTS else "failed",
                attempts=attempts,
                available_at=moment + RETRY.wait(attempts),
                last_error=error,
                failed_at=func.coalesce(Message.failed_at, moment),
            )
        )


def in_no_hands(at: datetime) -> ColumnElement[bool]:
    """The SQL condition for a message that is not being sent `at` this moment, and was not sent."""
    return or_(
        Message.state.in_(("waiting", "failed")),
        and_(Message.state == "sending", Message.available_at <= at - STUCK_AFTER),
    )


def unsent(*, at: datetime) -> dict[str, int]:
    """How many messages are not sent, by state; `stuck` are those in `sending` for longer than any channel takes."""
    taken_long_ago = and_(Message.state == "sending", Message.available_at <= at - STUCK_AFTER)
    rows = session.execute(
        select(Message.state, func.count(), func.count(case((taken_long_ago, 1))))
        .where(Message.state.in_(UNSENT), Message.set_aside_at.is_(None))
        .group_by(Message.state)
    )
    counted = dict.fromkeys(UNSENT, 0)
    for state, number, stuck in rows:
        counted[state] = number - stuck
        counted["stuck"] += stuck
    return counted


@cache
def _loaded_apprise() -> Any:
    import apprise
    from apprise.decorators import notify

    notify(on="guiyuanfolder", name="folder")(_write_to_folder)
    return apprise


def _apprise_module() -> Any:
    """Apprise with our folder channel; loaded on first use, by one thread, since it brings some hundred plug-ins."""
    with _LOADING:
        return _loaded_apprise()


def _apprise(channels: list[str]) -> Any:
    sender = _apprise_module().Apprise()
    for channel in channels:
        sender.add(channel)
    return sender


def reaches(receiver: str) -> bool:
    """Whether every channel for this kind of receiver would write to exactly this one; asked before it is taken.

    Addresses of plain letters and digits are not asked about again: `send_waiting` asks for every message.
    """
    if PLAIN.fullmatch(receiver):
        return True
    urls, _folder = current_app.extensions["messaging"]
    channels = [*serving(urls, receiver), *([ANY_MAIL] if "@" in receiver else [])]
    return all(would_address(_apprise_module(), one, receiver) for one in channels)


def _channels_for(receiver: str) -> tuple[list[str], str]:
    """The channels that write to this receiver, and why none does: a channel that would write to another one is none."""
    urls, _folder = current_app.extensions["messaging"]
    if not urls:
        return [f"guiyuanfolder://_?{urlencode({'to': receiver})}"], ""
    right = serving(urls, receiver)
    if not all(would_address(_apprise_module(), one, receiver) for one in right):
        return [], "a channel in NOTIFY_URLS would write to somebody else than this address names"
    return [filled(one, receiver) for one in right], "no channel in NOTIFY_URLS serves this kind of receiver"
