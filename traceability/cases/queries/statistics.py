"""Public counts of cases by month; nothing in a cell points at a person, a grower or a shop."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from core.clock import local_day, local_moment, month_start
from core.database import session
from traceability.cases.models.tables import CounterfeitCase
from traceability.cases.states import CaseVerdict

MONTHS = 24
COLUMNS = ("received", "in_time", "late", "open", "confirmed", "cleared", "undetermined")


@dataclass(frozen=True)
class MonthCounts:
    """The cases that were received in one month of Shanghai, and what became of them by now.

    `in_time + late + open = received`; `late` counts those past their deadline, decided or not.
    """

    month: date
    received: int
    in_time: int
    late: int
    open: int
    confirmed: int
    cleared: int
    undetermined: int

    def values(self) -> tuple[int, ...]:
        """The counts in the order of `COLUMNS`."""
        return tuple(getattr(self, column) for column in COLUMNS)


def monthly_counts(*, at: datetime, months: int = MONTHS) -> list[MonthCounts]:
    """The latest months, the newest first; months without a case are there with zeros, back to the first case."""
    today = local_day(at)
    first = month_start(today, 1 - months)
    rows = session.execute(
        select(
            CounterfeitCase.opened_at,
            CounterfeitCase.due_at,
            CounterfeitCase.decided_at,
            CounterfeitCase.verdict,
        ).where(CounterfeitCase.opened_at >= local_moment(first))
    )
    by_month: dict[date, list[tuple[datetime, datetime | None, str | None]]] = {}
    for opened_at, due_at, decided_at, verdict in rows:
        month = month_start(local_day(opened_at))
        by_month.setdefault(month, []).append((due_at, decided_at, verdict))
    if not by_month:
        return []
    counts = []
    month = month_start(today)
    while month >= min(by_month):
        counts.append(_count(month, by_month.get(month, []), at))
        month = month_start(month, -1)
    return counts


def _count(
    month: date, cases: list[tuple[datetime, datetime | None, str | None]], at: datetime
) -> MonthCounts:
    in_time = sum(1 for due, decided, _ in cases if decided is not None and decided <= due)
    late = sum(1 for due, decided, _ in cases if (decided or at) > due)
    verdicts = [verdict for _, _, verdict in cases]
    return MonthCounts(
        month=month,
        received=len(cases),
        in_time=in_time,
        late=late,
        open=len(cases) - in_time - late,
        confirmed=verdicts.count(str(CaseVerdict.CONFIRMED_FAKE)),
        cleared=verdicts.count(str(CaseVerdict.GENUINE)),
        undetermined=verdicts.count(str(CaseVerdict.UNDETERMINED)),
    )
