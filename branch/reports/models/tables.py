"""Reports, their reviews and their files."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from branch.ledger.rules.periods import LONGEST_KEY
from branch.reports.states import ReportState
from core.database import Record, fk, one_of_check
from core.types import JSONType, UTCDateTime


class Report(Record):
    """One version of a unit's report about one period.

    `input_digest` names what it was computed from; `revision` counts its moves, so that a second
    click on the same button is noticed; `documents` holds what it says, by language; `frozen` is the window,
    the code, the settings and the outcomes of its annex, whose file has the digest `annex_sha256` (both are
    missing from reports that were built before annexes were kept).
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("unit_id", "period", "version"),
        CheckConstraint(one_of_check("state", ReportState), name="state_known"),
        CheckConstraint("version > 0 AND revision >= 0", name="counts_positive"),
        Index("ix_report_state", "state"),
    )

    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    unit_id: Mapped[int] = fk("unit.id")
    period: Mapped[str] = mapped_column(String(LONGEST_KEY))
    period_start: Mapped[date] = mapped_column(Date)
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    revision: Mapped[int] = mapped_column(default=0)
    preliminary: Mapped[bool]
    input_digest: Mapped[str] = mapped_column(String(64))
    documents: Mapped[dict[str, Any]] = mapped_column(JSONType)
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSONType)
    annex_sha256: Mapped[str | None] = mapped_column(String(64))
    built_at: Mapped[datetime] = mapped_column(UTCDateTime)
    built_by_account_id: Mapped[int | None] = fk("account.id", nullable=True)


class ReportReview(Record):
    """One move of a report: who, when, and with which words. Rows are only ever added."""

    __tablename__ = "report_review"
    __table_args__ = (
        UniqueConstraint("report_id", "revision"),
        CheckConstraint(one_of_check("to_state", ReportState), name="to_state_known"),
    )

    report_id: Mapped[int] = fk("report.id")
    revision: Mapped[int]
    from_state: Mapped[str | None] = mapped_column(String(10))
    to_state: Mapped[str] = mapped_column(String(10))
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    by_name: Mapped[str] = mapped_column(String(80))
    comment: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReportFile(Record):
    """One form of a report in one language; `file_key` is the shelf mark in the file store."""

    __tablename__ = "report_file"
    __table_args__ = (UniqueConstraint("report_id", "name"),)

    report_id: Mapped[int] = fk("report.id")
    name: Mapped[str] = mapped_column(String(120))
    format: Mapped[str] = mapped_column(String(8))
    locale: Mapped[str] = mapped_column(String(12))
    file_key: Mapped[str] = mapped_column(String(160))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
