"""Programmes that began for a whole unit on one date."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk
from core.types import UTCDateTime


class Programme(Record):
    """What a unit began on `started_on`, as somebody noted it; never changed, only withdrawn with a reason.

    Accounts are empty where it was done from the command line. The day of the note is kept beside the date, so that
    a reader sees whether it was chosen after the sales.
    """

    __tablename__ = "programme"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="has_name"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_a_reason"),
    )

    unit_id: Mapped[int] = fk("unit.id")
    name: Mapped[str] = mapped_column(String(120))
    started_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, default="")
    noted_by: Mapped[str] = mapped_column(String(80))
    noted_by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
