"""When a month's report is due, who is reminded when, and when the unit above hears of it. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from branch.ledger.rules.periods import Period, month_before, month_of
from core.clock import local_day, local_moment

# Nobody is woken up: what is due goes out from this hour of its day on.
FIRST_HOUR = time(8)
# A report that could not be asked for before its day is due this long after it was asked for.
LEAST_DAYS = 7


class Step(StrEnum):
    """What is sent about one report, each at most once."""

    SOON = "soon"
    LATE = "late"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings: due on `day` of the month after, reminded `days_before`, told upwards after `days_late`."""

    day: int = 10
    days_before: int = 3
    days_late: int = 5

    def moment(self, step: Step, due_on: date) -> datetime:
        """From when on the step is due."""
        days = {Step.SOON: -self.days_before, Step.LATE: 1, Step.ESCALATED: self.days_late}[step]
        return local_moment(due_on + timedelta(days=days), FIRST_HOUR)


@dataclass(frozen=True, slots=True)
class Due:
    """What to send now, if anything, and what was slept through and nobody needs any more."""

    send: Step | None
    skip: tuple[Step, ...]


def due_on(period: Period, *, opened_on: date, plan: Plan) -> date:
    """The last day on which the report of `period` is in time."""
    return max(period.end.replace(day=plan.day), opened_on + timedelta(days=LEAST_DAYS))


def due_steps(due: date, *, opened_at: datetime, done: Collection[str], plan: Plan, at: datetime) -> Due:
    """The latest step whose moment has come; earlier ones that were missed are left out for good.

    A step whose moment lies before `opened_at`, when the report was first asked for, is never sent.
    """
    come = [step for step in Step if step not in done and opened_at < plan.moment(step, due) <= at]
    return Due(come[-1], tuple(come[:-1])) if come else Due(None, ())


def days_late(due: date, *, submitted_at: datetime | None, at: datetime) -> int:
    """By how many days it came, or is, too late; 0 when in time."""
    return max((local_day(submitted_at or at) - due).days, 0)


def months_to_open(last: Period | None, today: date) -> tuple[Period, ...]:
    """The months whose reports are to be asked for: those after `last`, up to the last whole month.

    For a unit that was never asked, the last whole month alone: nobody is asked for what was before.
    """
    newest = month_before(today)
    if last is None:
        return (newest,)
    months = []
    month = month_of(last.end)
    while month <= newest:
        months.append(month)
        month = month_of(month.end)
    return tuple(months)
