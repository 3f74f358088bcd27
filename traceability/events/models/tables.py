"""The EPCIS store: events as they came, and what queries look for."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core import append_only
from core.database import Record, fk

#: Long identifiers are shortened to this for the index; the event itself keeps them whole.
KEY_LENGTH = 240


class CaptureJob(Record):
    """One document that was sent to `/epcis/capture`, and what became of it."""

    __tablename__ = "epcis_capture"
    __table_args__ = (CheckConstraint("behaviour IN ('rollback', 'proceed')", name="behaviour_known"),)

    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    behaviour: Mapped[str] = mapped_column(String(8))
    success: Mapped[bool]
    events: Mapped[int]
    stored: Mapped[int]
    problems: Mapped[str] = mapped_column(Text)
    envelope: Mapped[str] = mapped_column(Text)
    by_account_id: Mapped[int] = fk("account.id")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime]


class EpcisEvent(Record):
    """An event, whole in `body` as it was captured, under the JSON-LD `context` of its document.

    `fingerprint` is over event id, content hash and error declaration: the same event is kept once, an error
    declaration beside the event whose id it repeats. Rows are only ever added; the database refuses the rest.
    """

    __tablename__ = "epcis_event"
    __table_args__ = (
        Index(None, "event_time", "id"),
        Index(None, "record_time", "id"),
        Index(None, "own", "event_time"),
    )

    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    event_id: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    hash: Mapped[str] = mapped_column(String(64), index=True)
    type: Mapped[str] = mapped_column(String(KEY_LENGTH))
    event_time: Mapped[datetime]
    record_time: Mapped[datetime]
    action: Mapped[str | None] = mapped_column(String(8))
    biz_step: Mapped[str | None] = mapped_column(String(KEY_LENGTH), index=True)
    disposition: Mapped[str | None] = mapped_column(String(KEY_LENGTH), index=True)
    read_point: Mapped[str | None] = mapped_column(String(KEY_LENGTH), index=True)
    biz_location: Mapped[str | None] = mapped_column(String(KEY_LENGTH), index=True)
    error_declared_at: Mapped[datetime | None]
    error_reason: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    own: Mapped[bool]
    body: Mapped[str] = mapped_column(Text)
    context: Mapped[str] = mapped_column(Text)
    capture_id: Mapped[int | None] = fk("epcis_capture.id", nullable=True)
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)


class EpcisKey(Record):
    """One value of an event that queries look for: an EPC, a class, a quantity, an extension field.

    `value` is the canonical notation, `raw` the one of the event where it differs; `number` is set for
    quantities and times (seconds since 1970) that are compared.
    """

    __tablename__ = "epcis_event_key"
    __table_args__ = (Index(None, "kind", "value"), Index(None, "kind", "raw"))

    event_row_id: Mapped[int] = fk("epcis_event.id")
    kind: Mapped[str] = mapped_column(String(KEY_LENGTH))
    value: Mapped[str] = mapped_column(String(KEY_LENGTH))
    raw: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    number: Mapped[float | None]


class EpcisQuery(Record):
    """A named query, kept until somebody deletes it."""

    __tablename__ = "epcis_query"

    name: Mapped[str] = mapped_column(String(80), unique=True)
    definition: Mapped[str] = mapped_column(Text)
    by_account_id: Mapped[int] = fk("account.id")
    created_at: Mapped[datetime]


append_only.guard(EpcisEvent)
