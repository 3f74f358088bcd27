"""Leaves as they were appended, what was signed last, and the witnesses."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Record
from core.seal.rules.entries import LONGEST_SUBJECT, SALT_BYTES
from core.types import UTCDateTime

WAITING = text("number IS NULL")
NUMBERED = text("number IS NOT NULL")


class SealLeaf(Record):
    """One entry of the log with what opens it. Rows are added, then numbered once, never changed again.

    `number` is the entry's place in the log, empty until the sequencer has given it. A row that stands
    for an entry whose contents this database has lost keeps the public `entry` alone.
    """

    __tablename__ = "seal_leaf"
    __table_args__ = (
        CheckConstraint(
            "entry IS NOT NULL OR (subject IS NOT NULL AND salt IS NOT NULL AND body IS NOT NULL)",
            name="can_be_composed",
        ),
        CheckConstraint("number >= 0", name="number_not_negative"),
        Index("uq_seal_leaf_number", "number", unique=True, sqlite_where=NUMBERED, postgresql_where=NUMBERED),
        Index("ix_seal_leaf_kind_id", "kind", "id"),
        Index("ix_seal_leaf_waiting", "id", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    subject: Mapped[str | None] = mapped_column(String(LONGEST_SUBJECT), index=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(SALT_BYTES))
    body: Mapped[str | None] = mapped_column(Text)
    entry: Mapped[str | None] = mapped_column(Text)
    number: Mapped[int | None]


class SealState(Base):
    """What this database knows to have been signed last; one row, compared with the files before each signature."""

    __tablename__ = "seal_state"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("size >= 0", name="size_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SealWitness(Record):
    """A witness of ours: up to where it has seen the log, what was wrong the last time, and since when it sees a fork."""

    __tablename__ = "seal_witness"

    url: Mapped[str] = mapped_column(String(400), unique=True)
    vkey: Mapped[str] = mapped_column(String(400))
    size: Mapped[int] = mapped_column(default=0)
    cosigned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    trouble: Mapped[str] = mapped_column(Text, default="")
    alarm_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SealHead(Record):
    """The signed head of a day, as it was told to those who keep them."""

    __tablename__ = "seal_head"
    __table_args__ = (CheckConstraint("size >= 0", name="size_not_negative"),)

    day: Mapped[date] = mapped_column(Date, unique=True)
    size: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
