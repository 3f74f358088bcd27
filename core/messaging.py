"""Messages by e-mail, SMS or chat: queued with the change they tell of, sent once through Apprise.

NOTIFY_URLS holds Apprise addresses; `{to}` in one is replaced by the receiver. Addresses that contain
`{email}` serve e-mail receivers, those with `{phone}` telephone numbers. When nothing is set, messages are
written to `var/messages/`, which is what a demonstration needs.
"""

import re
import threading
import uuid
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask, current_app, render_template
from flask_babel import force_locale
from sqlalchemy import CheckConstraint, Index, String, Text, and_, case, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from core.atomic import write_durably
from core.clock import now
from core.database import Base, after_commit, changed, pk, session, transaction
from core.settings import SettingError, Settings
from core.types import JSONType

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 6
# A channel answers or gives up long before; the worker that took the message was killed.
STUCK_AFTER = timedelta(minutes=15)
UNSENT = ("waiting", "sending", "stuck", "failed")
_LOADING = threading.Lock()


class Message(Base):
    """`sending` is taken before the channel is called and never retried by itself: better late than twice.

    `available_at` is the moment from which a waiting message may go, then the moment it was taken.
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


def init_messaging(app: Flask, settings: Settings) -> None:
    """Check the channels of NOTIFY_URLS, or fall to the folder `var/messages`."""
    urls = [url.get_secret_value() for url in settings.notify_urls]
    for url in urls:
        scheme = url.split(":", 1)[0][:20]
        try:
            filled = url.format(to="x", email="a%40example.org", phone="13800000000")
        except (KeyError, IndexError, ValueError):
            raise SettingError(
                "NOTIFY_URLS", f"{scheme}: may hold {{to}}, {{email}} and {{phone}} in braces, nothing else"
            ) from None
        if not _apprise([filled]):
            raise SettingError("NOTIFY_URLS", f"Apprise does not understand the address {scheme}:")
        if filled == url:
            raise SettingError(
                "NOTIFY_URLS", f"{scheme}: must say where the receiver goes: {{to}}, {{email}} or {{phone}}"
            )
    folder = settings.var / "messages"
    if not urls:
        folder.mkdir(exist_ok=True)
    app.extensions["messaging"] = (urls, folder)


def _write_to_folder(body: str, title: str, _notify_type: str, *_args: object, **_kwargs: object) -> bool:
    _urls, folder = current_app.extensions["messaging"]
    stamp = now().strftime("%Y%m%dT%H%M%S")
    write_durably(Path(folder, f"{stamp}-{uuid.uuid4().hex[:8]}.txt"), f"{title}\n\n{body}\n".encode())
    return True


def enqueue(
    *,
    dedupe_key: str,
    to: str,
    template: str,
    context: dict[str, Any],
    locale: str,
    at: datetime | None = None,
) -> bool:
    """Queue one message in the caller's transaction; a second one with the same key is dropped.

    Args:
        dedupe_key: what the message is about, as `order-paid:GY-...`.
        to: an e-mail address or a telephone number.
        template: `templates/emails/<template>.txt`; its first line is the subject.
        context: JSON-able values for the template.
        locale: the receiver's language.
        at: not before this moment; now when left out.

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
        )
    )
    session.flush()
    after_commit(_poke, key="messages")
    return True


def _poke() -> None:
    from core.jobs import send_soon

    send_soon("core.messaging.send")


def send_waiting(*, limit: int = 100) -> int:
    """Send what waits; an edge. Each message is claimed first, so two workers never send the same one."""
    with transaction():
        waiting = list(
            session.scalars(
                select(Message.id)
                .where(Message.state == "waiting", Message.available_at <= now())
                .order_by(Message.id)
                .limit(limit)
            )
        )
    return sum(_send(message_id) for message_id in waiting)


def _send(message_id: int) -> bool:
    with transaction():
        claimed = changed(
            update(Message)
            .where(Message.id == message_id, Message.state == "waiting")
            .values(state="sending", attempts=Message.attempts + 1, available_at=now())
        )
    if not claimed:
        return False
    row = session.get_one(Message, message_id)
    receiver, attempts = row.receiver, row.attempts
    with force_locale(row.locale):
        text = render_template(f"emails/{row.template}.txt", **row.context)
    title, _, body = text.strip().partition("\n")
    session.rollback()
    channels = _channels_for(receiver)
    error = "no channel in NOTIFY_URLS serves this kind of receiver" if not channels else ""
    sent = False
    try:
        sent = bool(channels) and bool(_apprise(channels).notify(body=body.strip(), title=title))
    except Exception as failure:  # noqa: BLE001 - a channel may fail in any way
        error = type(failure).__name__
    with transaction():
        values: dict[str, Any] = {"state": "sent", "sent_at": now(), "last_error": None}
        if not sent:
            again = attempts < MAX_ATTEMPTS and bool(channels)
            wait = timedelta(seconds=30 * 4 ** min(attempts, 6))
            values = {
                "state": "waiting" if again else "failed",
                "available_at": now() + wait,
                "last_error": error or "the channel refused it",
            }
        session.execute(update(Message).where(Message.id == message_id).values(**values))
    if not sent:
        log.warning("message_not_sent", message_id=message_id, attempts=attempts)
    return sent


def unsent(*, at: datetime) -> dict[str, int]:
    """How many messages are not sent, by state; `stuck` are those in `sending` for longer than any channel takes."""
    taken_long_ago = and_(Message.state == "sending", Message.available_at <= at - STUCK_AFTER)
    rows = session.execute(
        select(Message.state, func.count(), func.count(case((taken_long_ago, 1))))
        .where(Message.state.in_(UNSENT))
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


def _channels_for(receiver: str) -> list[str]:
    urls, _folder = current_app.extensions["messaging"]
    if not urls:
        return ["guiyuanfolder://"]
    is_email = "@" in receiver
    right = [u for u in urls if "{to}" in u or ("{email}" in u if is_email else "{phone}" in u)]
    plain = re.sub(r"[^\d+]", "", receiver)
    return [u.format(to=quote(receiver, safe=""), email=quote(receiver, safe=""), phone=plain) for u in right]
