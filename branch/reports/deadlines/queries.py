"""Reads of what is due and what is late."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from branch.organisation.models.tables import Unit
from branch.organisation.queries.tree import unit_name, unit_view
from branch.reports.deadlines.models import ReportDuty, ReportReminder
from branch.reports.deadlines.rules import days_late
from branch.reports.models.tables import Report
from core.database import session, view_of


@dataclass(frozen=True, slots=True)
class ReminderView:
    """A step that was done; nobody was told when `sent` is 0."""

    step: str
    sent: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DutyView:
    """A report that a unit owes or owed; `report` and `state` are those of its newest version, "" when none is built."""

    unit_id: int
    unit_name: str
    period: str
    due_on: date
    submitted_at: datetime | None
    days_late: int
    report: str
    state: str
    reminders: tuple[ReminderView, ...]


def duties_of(
    unit_ids: Collection[int], *, at: datetime, open_only: bool = False, limit: int = 120
) -> list[DutyView]:
    """The duties of these units, the newest month first."""
    query = (
        select(ReportDuty, Unit)
        .join(Unit, Unit.id == ReportDuty.unit_id)
        .where(ReportDuty.unit_id.in_(unit_ids))
        .order_by(ReportDuty.period_start.desc(), Unit.path)
        .limit(limit)
    )
    if open_only:
        query = query.where(ReportDuty.submitted_at.is_(None))
    rows = session.execute(query).all()
    reminders: dict[int, list[ReminderView]] = {}
    for reminder in session.scalars(
        select(ReportReminder)
        .where(ReportReminder.duty_id.in_([duty.id for duty, _unit in rows]))
        .order_by(ReportReminder.id)
    ):
        reminders.setdefault(reminder.duty_id, []).append(view_of(ReminderView, reminder))
    newest = _newest(unit_ids, [duty.period for duty, _unit in rows])
    return [
        view_of(
            DutyView,
            duty,
            unit_name=unit_name(unit_view(unit)),
            days_late=days_late(duty.due_on, submitted_at=duty.submitted_at, at=at),
            report=newest.get((duty.unit_id, duty.period), ("", ""))[0],
            state=newest.get((duty.unit_id, duty.period), ("", ""))[1],
            reminders=tuple(reminders.get(duty.id, ())),
        )
        for duty, unit in rows
    ]


def _newest(unit_ids: Collection[int], periods: Collection[str]) -> dict[tuple[int, str], tuple[str, str]]:
    rows = session.execute(
        select(Report.unit_id, Report.period, Report.public_id, Report.state)
        .where(Report.unit_id.in_(unit_ids), Report.period.in_(set(periods)))
        .order_by(Report.version)
    )
    return {(row.unit_id, row.period): (row.public_id, row.state) for row in rows}
