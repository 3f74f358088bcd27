"""Which reports are due, and who was reminded of them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from branch.reports.deadlines.rules import Step
from core.database import Record, fk, one_of_check
from core.types import UTCDateTime


class ReportDuty(Record):
    """A unit owes the report of a month until `due_on`; the day stays what it was when it was asked for."""

    __tablename__ = "report_duty"
    __table_args__ = (
        UniqueConstraint("unit_id", "period"),
        Index("ix_report_duty_open", "submitted_at", "due_on"),
    )

    unit_id: Mapped[int] = fk("unit.id")
    period: Mapped[str] = mapped_column(String(40))
    period_start: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ReportReminder(Record):
    """One step about one duty was done at `at`: `sent` messages, to the people of `unit_id`; 0 when skipped."""

    __tablename__ = "report_reminder"
    __table_args__ = (
        UniqueConstraint("duty_id", "step"),
        CheckConstraint(one_of_check("step", Step), name="step_known"),
        CheckConstraint("sent >= 0", name="sent_not_negative"),
    )

    duty_id: Mapped[int] = fk("report_duty.id")
    step: Mapped[str] = mapped_column(String(10))
    sent: Mapped[int]
    unit_id: Mapped[int | None] = fk("unit.id", nullable=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
