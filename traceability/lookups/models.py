"""What is kept of look-ups: one row a device for 90 days, then counts by day. No address, agent or code in clear."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record


class CodeLookup(Record):
    """One device's checks of one text, folded into one row; also of texts that are no code of ours.

    `ordinal` is the place of the device's network among all from which the same text was checked: devices of one
    network share it. Rows that are older than the column have no digest of address, agent and network.
    """

    __tablename__ = "code_lookup"
    __table_args__ = (
        UniqueConstraint("code_digest", "device_digest"),
        Index(None, "code_digest", "ordinal"),
        Index("ix_code_lookup_network_of_code", "code_digest", "network_digest", "ordinal"),
        Index(None, "first_at"),
        Index(None, "last_at"),
        Index(
            "ix_code_lookup_unknown",
            "network_digest",
            "last_at",
            sqlite_where=text("NOT known"),
            postgresql_where=text("NOT known"),
        ),
    )

    code_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    device_digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    known: Mapped[bool]
    ordinal: Mapped[int]
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    address_digest: Mapped[bytes | None] = mapped_column(LargeBinary(8))
    agent_digest: Mapped[bytes | None] = mapped_column(LargeBinary(8))
    network_digest: Mapped[bytes | None] = mapped_column(LargeBinary(8))
    province: Mapped[str | None] = mapped_column(String(20))


class LookupDay(Record):
    """What is left of look-ups after 90 days: how many devices first asked on a day, from which province.

    `code_digest` is empty for all texts that were no code of ours; "" stands for no province.
    """

    __tablename__ = "lookup_day"
    __table_args__ = (
        UniqueConstraint("code_digest", "day", "province"),
        CheckConstraint("devices > 0 AND times >= devices", name="counted"),
    )

    code_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    day: Mapped[date] = mapped_column(Date)
    province: Mapped[str] = mapped_column(String(20))
    devices: Mapped[int]
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_ordinal: Mapped[int]
