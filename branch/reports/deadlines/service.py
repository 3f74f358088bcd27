"""Asking for reports, reminding of them, telling the unit above. Nothing here commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update

from branch.ledger.rules.periods import month_before, parse_period
from branch.organisation.models.tables import Unit
from branch.reports.deadlines.models import ReportDuty, ReportReminder
from branch.reports.deadlines.rules import Plan, Step, due_on, due_steps, months_to_open
from branch.reports.models.tables import Report, ReportReview
from branch.reports.queries.recipients import nearest_holders
from branch.reports.service import notices
from branch.reports.states import ReportState
from core.clock import local_day
from core.database import session
from core.settings import current_settings
from core.sweeps import claimable

ASKING, REMINDING = "branch.reports.ask", "branch.reports.remind"


def plan_in_force() -> Plan:
    """The settings REPORT_DAY, REPORT_REMINDER_DAYS and REPORT_ESCALATION_DAYS."""
    settings = current_settings()
    return Plan(settings.report_day, settings.report_reminder_days, settings.report_escalation_days)


def branches_to_ask(*, at: datetime) -> list[int]:
    """Branches that were not yet asked for the last whole month, by id."""
    newest = month_before(local_day(at))
    asked_units = select(ReportDuty.unit_id).where(ReportDuty.period_start >= newest.start)
    waiting = select(Unit.id).where(
        Unit.kind == "branch", Unit.id.not_in(asked_units), claimable(ASKING, Unit.id, at=at)
    )
    return list(session.scalars(waiting.order_by(Unit.id)))


def open_duties(unit_id: int, *, at: datetime) -> int:
    """Ask a branch for the months that it has not been asked for yet; how many duties are new.

    The branch is held meanwhile, so that two workers do not ask for the same twice.
    """
    today, plan, opened = local_day(at), plan_in_force(), 0
    session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update())
    latest = session.scalar(
        select(ReportDuty.period)
        .where(ReportDuty.unit_id == unit_id)
        .order_by(ReportDuty.period_start.desc())
        .limit(1)
    )
    for period in months_to_open(parse_period(latest) if latest else None, today):
        session.add(
            ReportDuty(
                unit_id=unit_id,
                period=period.key,
                period_start=period.start,
                due_on=due_on(period, opened_on=today, plan=plan),
                opened_at=at,
            )
        )
        opened += 1
    session.flush()
    return opened


def open_duty_ids(*, at: datetime) -> list[int]:
    """The duties that wait for their report, the oldest first; those left out that failed lately."""
    return list(
        session.scalars(
            select(ReportDuty.id)
            .where(ReportDuty.submitted_at.is_(None), claimable(REMINDING, ReportDuty.id, at=at))
            .order_by(ReportDuty.due_on)
        )
    )


def remind(duty_id: int, *, at: datetime) -> int:
    """Do what is due about one duty: note that its report came, or remind, or tell the unit above.

    The row is held, so two workers take turns and the second finds the step done.

    Returns:
        How many messages were queued.
    """
    duty = session.scalars(
        select(ReportDuty)
        .where(ReportDuty.id == duty_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    duty.submitted_at = first_submission(duty.unit_id, duty.period)
    if duty.submitted_at is not None:
        session.flush()
        return 0
    done = set(session.scalars(select(ReportReminder.step).where(ReportReminder.duty_id == duty.id)))
    due = due_steps(duty.due_on, opened_at=duty.opened_at, done=done, plan=plan_in_force(), at=at)
    if due.send is None:
        return 0
    for step in due.skip:
        session.add(ReportReminder(duty_id=duty.id, step=str(step), sent=0, unit_id=None, at=at))
    if due.send == Step.ESCALATED:
        unit, receivers = nearest_holders(duty.unit_id, "reports.review", above=True)
    else:
        unit, receivers = nearest_holders(duty.unit_id, "reports.submit")
    sent = notices.send(
        receivers,
        template="report_due",
        dedupe=f"report-due:{duty.id}:{due.send}",
        unit_id=duty.unit_id,
        context={"step": str(due.send), "period": duty.period, "due_on": duty.due_on.isoformat()},
        path="/committee/reports" if due.send == Step.ESCALATED else "/branch/reports",
        at=at,
    )
    session.add(
        ReportReminder(
            duty_id=duty.id, step=str(due.send), sent=sent, unit_id=unit.id if unit else None, at=at
        )
    )
    session.flush()
    return sent


def note_submission(unit_id: int, period: str, *, at: datetime) -> None:
    """A report came: whoever owed it owes it no longer."""
    session.execute(
        update(ReportDuty)
        .where(ReportDuty.unit_id == unit_id, ReportDuty.period == period, ReportDuty.submitted_at.is_(None))
        .values(submitted_at=at)
    )


def first_submission(unit_id: int, period: str) -> datetime | None:
    """When the first version of a unit's report of a period was submitted; None when none was."""
    return session.scalar(
        select(func.min(ReportReview.at))
        .join(Report, Report.id == ReportReview.report_id)
        .where(
            Report.unit_id == unit_id,
            Report.period == period,
            ReportReview.to_state == ReportState.SUBMITTED,
        )
    )
