"""Messages to people, from their queueing to their sending."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record
from core.types import JSONType

# A channel answers or gives up long before; the worker that took the message was killed.
STUCK_AFTER = timedelta(minutes=15)

UNSENT = ("waiting", "sending", "stuck", "failed")


class Message(Record):
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
