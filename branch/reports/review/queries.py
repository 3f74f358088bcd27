"""What lies on the committee's desk: what came in, what is late, what was asked, how the units' months went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from branch.organisation.queries.tree import UnitView, unit_name, units_where
from branch.reports.deadlines.queries import DutyView, duties_of
from branch.reports.models.tables import Report
from branch.reports.questions.queries import OpenQuestion, open_questions_at
from branch.reports.review.models import ReportKeyFigures
from branch.reports.review.rules import sparkline
from branch.reports.states import ReportState
from core.database import session, view_of

CAME_IN = (ReportState.SUBMITTED, ReportState.RETURNED, ReportState.ACCEPTED, ReportState.ARCHIVED)
COUNTED = (ReportState.SUBMITTED, ReportState.ACCEPTED, ReportState.ARCHIVED)
GRID_MONTHS = 6
TREND_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Figures:
    """What a unit's newest submitted or accepted report of a month says in sum."""

    period: str
    preliminary: bool
    net_minor: int
    plants: int
    growth: Decimal | None
    like_growth: Decimal | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A unit's months, oldest first; `line` is drawn on the unit's own scale. Months without a report are None."""

    unit_name: str
    months: tuple[Figures | None, ...]

    @property
    def line(self) -> tuple[str, ...]:
        """The months as points of polylines, as `sparkline` draws them."""
        return sparkline([None if month is None else month.net_minor for month in self.months])


@dataclass(frozen=True, slots=True)
class ReportOverview:
    """What the committee sees at one glance; `months` are those of the trends, oldest first."""

    units: tuple[UnitView, ...]
    periods: tuple[str, ...]
    duties: tuple[DutyView, ...]
    questions: tuple[OpenQuestion, ...]
    unit_names: dict[int, str]
    months: tuple[str, ...]
    trends: tuple[Trend, ...]

    @property
    def late(self) -> tuple[DutyView, ...]:
        """Still owed after their day, the longest first."""
        owed = (duty for duty in self.duties if duty.submitted_at is None and duty.days_late)
        return tuple(sorted(owed, key=lambda duty: -duty.days_late))

    @property
    def grid_months(self) -> tuple[str, ...]:
        """The newest months that were asked for, the newest first."""
        return tuple(sorted({duty.period for duty in self.duties}, reverse=True)[:GRID_MONTHS])

    def grid(self) -> list[tuple[str, list[DutyView | None]]]:
        """By unit, what was owed in each of `grid_months`."""
        by_place = {(duty.unit_name, duty.period): duty for duty in self.duties}
        names = dict.fromkeys(duty.unit_name for duty in self.duties)
        return [(name, [by_place.get((name, month)) for month in self.grid_months]) for name in names]


def report_overview(
    account_id: int, *, unit_code: str = "", period: str = "", at: datetime
) -> ReportOverview:
    """Everything that the account may see, or of one unit (with those below) and one period."""
    all_units = units_where(account_id, "reports.view")
    chosen = next((unit for unit in all_units if unit.code == unit_code), None)
    units = [unit for unit in all_units if chosen is None or unit.path.startswith(chosen.path)]
    ids = [unit.id for unit in units]
    duties = [duty for duty in duties_of(ids, at=at) if not period or duty.period == period]
    questions = [question for question in open_questions_at(ids) if not period or question.period == period]
    months = _months(ids, period)
    return ReportOverview(
        units=tuple(unit for unit in all_units if unit.kind in {"committee", "branch"}),
        periods=_periods([unit.id for unit in all_units]),
        duties=tuple(duties),
        questions=tuple(questions),
        unit_names={unit.id: unit_name(unit) for unit in units},
        months=months,
        trends=_trends(units, months),
    )


def _periods(unit_ids: Sequence[int]) -> tuple[str, ...]:
    """The windows that anything came in for, the newest first."""
    rows = session.execute(
        select(Report.period, func.max(Report.period_start).label("start"))
        .where(Report.unit_id.in_(unit_ids), Report.state.in_(CAME_IN))
        .group_by(Report.period)
        .order_by(func.max(Report.period_start).desc(), Report.period)
        .limit(60)
    )
    return tuple(row.period for row in rows)


def _months(unit_ids: Sequence[int], until: str) -> tuple[str, ...]:
    """The last twelve months with a submitted report, oldest first; up to `until` when one was chosen."""
    query = select(Report.period).where(
        Report.unit_id.in_(unit_ids), Report.state.in_(COUNTED), Report.period.like("____-__")
    )
    months = sorted(
        {key for key in session.scalars(query) if key[5:].isdigit() and (not until or key <= until)}
    )
    return tuple(months[-TREND_MONTHS:])


def _trends(units: Sequence[UnitView], months: Sequence[str]) -> tuple[Trend, ...]:
    rows = session.execute(
        select(Report.unit_id, Report.period, Report.preliminary, ReportKeyFigures)
        .join(ReportKeyFigures, ReportKeyFigures.report_id == Report.id)
        .where(
            Report.unit_id.in_([unit.id for unit in units]),
            Report.period.in_(months),
            Report.state.in_(COUNTED),
        )
        .order_by(Report.version)
    )
    newest = {
        (row.unit_id, row.period): view_of(
            Figures, row.ReportKeyFigures, period=row.period, preliminary=row.preliminary
        )
        for row in rows
    }
    return tuple(
        Trend(unit_name(unit), tuple(newest.get((unit.id, month)) for month in months))
        for unit in units
        if any((unit.id, month) in newest for month in months)
    )
