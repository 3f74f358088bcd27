"""Events as they were written with their cause, and which handler has heard which."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk
from core.types import JSONType


class OutboxEvent(Record):
    """Something that happened, written with its cause and delivered after it.

    `failed_at` is when it failed first, `dead_at` when it had failed so often that nobody tries any more.
    """

    __tablename__ = "outbox_event"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        Index("ix_outbox_event_open", "done_at", "available_at"),
        Index(None, "name"),
    )

    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    body: Mapped[dict[str, Any]] = mapped_column(JSONType)
    recorded_at: Mapped[datetime]
    available_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]


class OutboxDelivery(Record):
    """One handler has heard one event."""

    __tablename__ = "outbox_delivery"
    __table_args__ = (UniqueConstraint("event_row_id", "handler"),)

    event_row_id: Mapped[int] = fk("outbox_event.id", index=False)
    handler: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
