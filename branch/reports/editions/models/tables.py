"""Public editions of accepted reports."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from branch.reports.editions.states import EditionState
from core.database import Record, fk, one_of_check
from core.types import UTCDateTime


class ReportEdition(Record):
    """One public edition of a report, the `number`-th of its unit and period; it is never deleted.

    Withdrawn, it stays visible with its reason but without its figures; replaced, a newer one stands in its place.
    """

    __tablename__ = "report_edition"
    __table_args__ = (
        UniqueConstraint("unit_id", "period", "number"),
        CheckConstraint(one_of_check("state", EditionState), name="state_known"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("(state = 'withdrawn') = (reason <> '')", name="withdrawn_with_a_reason"),
        Index(
            "ix_report_edition_one_published",
            "unit_id",
            "period",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    unit_id: Mapped[int] = fk("unit.id")
    period: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    report_id: Mapped[int] = fk("report.id")
    state: Mapped[str] = mapped_column(String(10))
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_by_account_id: Mapped[int] = fk("account.id")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    reason: Mapped[str] = mapped_column(Text)


class ReportEditionFile(Record):
    """A file of a public edition: PDF or picture in one language; `file_key` is the shelf mark in the file store."""

    __tablename__ = "report_edition_file"
    __table_args__ = (UniqueConstraint("edition_id", "name"),)

    edition_id: Mapped[int] = fk("report_edition.id")
    name: Mapped[str] = mapped_column(String(120))
    format: Mapped[str] = mapped_column(String(8))
    locale: Mapped[str] = mapped_column(String(12))
    file_key: Mapped[str] = mapped_column(String(160))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
