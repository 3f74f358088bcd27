"""Section on the seasonally adjusted series (rung D4): growers with whole records, three full years at least."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from flask_babel import gettext as _

from branch.ledger.rules.periods import Period, month_of
from branch.reports.document import Chart, Column, Row, Section, Series, Table
from branch.reports.facts.evidence import Scope
from branch.reports.facts.figures import FEWEST_LIKE_FOR_LIKE_GROWERS, growth
from branch.reports.facts.panel import PanelCell, PanelGrower, build_panel
from branch.reports.sections.money_charts import money_chart
from branch.reports.wording import numbers
from branch.uplift.panel import Refused
from branch.uplift.seasonal import LEAST_MONTHS, seasonally_adjust

FEN = 100
MOST_MONTHS = 60
# A longer series is taken only while it keeps this share of the growers that three years have.
KEPT_GROWERS = 0.9
QUARTER = 3


@dataclass(frozen=True, slots=True)
class MonthAdjusted:
    """Net sales of one month in fen, as recorded and with the season taken out; the trend where there is one."""

    month: Period
    recorded_minor: int
    adjusted_minor: int
    trend_minor: int | None


@dataclass(frozen=True, slots=True)
class SeasonalSeries:
    """The series of a constant set of growers; `refusal` says why there is none."""

    growers: int
    left_out: int
    months: tuple[MonthAdjusted, ...]
    refusal: str | None = None


@lru_cache(maxsize=8)
def seasonal_series(
    growers: tuple[PanelGrower, ...], cells: tuple[PanelCell, ...], last: Period
) -> SeasonalSeries:
    """The total of growers who are covered in every month of the longest run that keeps most of them.

    The refusal is `too_few_growers`, or the code with which the adjustment refused.
    """
    built = build_panel(growers, cells, last=last)
    if built is None or len(built.months) < LEAST_MONTHS:
        return SeasonalSeries(0, 0, (), "too_few_years")
    covered = built.panel.covered
    whole = {
        length: covered[:, -length:].all(axis=1)
        for length in range(LEAST_MONTHS, min(MOST_MONTHS, len(built.months)) + 1)
    }
    enough = max(FEWEST_LIKE_FOR_LIKE_GROWERS, KEPT_GROWERS * int(whole[LEAST_MONTHS].sum()))
    length = max((length for length, rows in whole.items() if int(rows.sum()) >= enough), default=0)
    if not length:
        return SeasonalSeries(int(whole[LEAST_MONTHS].sum()), len(covered), (), "too_few_growers")
    rows, months = whole[length], built.months[-length:]
    total = built.panel.outcome[rows, -length:].sum(axis=0)
    count = int(rows.sum())
    try:
        adjustment = seasonally_adjust(total, months[0].start.month)
    except Refused as refusal:
        return SeasonalSeries(count, len(covered) - count, (), refusal.code)
    return SeasonalSeries(
        count,
        len(covered) - count,
        tuple(
            MonthAdjusted(
                month,
                round(float(total[place]) * FEN),
                round(float(adjustment.adjusted[place]) * FEN),
                None if math.isnan(adjustment.trend[place]) else round(float(adjustment.trend[place]) * FEN),
            )
            for place, month in enumerate(months)
        ),
    )


def seasonal(period: Period, scope: Scope) -> Section:
    """The adjusted series up to the last whole month, or why there is none."""
    series = seasonal_series(
        scope.evidence.panel_growers, scope.evidence.panel_cells, _last_whole(period, scope)
    )
    title = _("Seasonally adjusted (D4)")
    if series.refusal:
        return Section("seasonal", title, (_refusal(series),), outcomes={"refusal": series.refusal})
    table = _table(series)
    return Section(
        "seasonal",
        title,
        (
            _(
                "Rung D4, description: net sales of %(growers)s growers whose every month from %(first)s to %(last)s is on record, the season taken out; %(out)s growers are not in it.",
                growers=series.growers,
                out=series.left_out,
                first=series.months[0].month.key,
                last=series.months[-1].month.key,
            ),
            _movement(series),
        ),
        (table,),
        (_chart(table),),
        (
            _(
                "Season factors of the calendar months from centred averages of twelve months on the log scale; every new month moves them, so recent points will be revised."
            ),
            _("An adjusted series describes; it does not show what caused a change."),
        ),
    )


def _last_whole(period: Period, scope: Scope) -> Period:
    """The last month of the window, or the one before today's while the window is open."""
    last = month_of(period.last_day)
    if not scope.is_open(period):
        return last
    this = month_of(scope.today)
    return Period(this.year - 1, 12) if this.month == 1 else Period(this.year, (this.month or 1) - 1)


def _refusal(series: SeasonalSeries) -> str:
    if series.refusal == "too_few_growers":
        return _(
            "No adjusted series (D4): fewer than %(least)s growers have three full years on record.",
            least=FEWEST_LIKE_FOR_LIKE_GROWERS,
        )
    if series.refusal == "not_positive":
        return _("No adjusted series (D4): a month without sales cannot be seasonally adjusted.")
    return _("No adjusted series (D4): it needs three full years on record.")


def _movement(series: SeasonalSeries) -> str:
    adjusted = np.array([point.adjusted_minor for point in series.months], dtype=np.int64)
    now, before = int(adjusted[-QUARTER:].sum()), int(adjusted[-2 * QUARTER : -QUARTER].sum())
    return _(
        "Adjusted net sales of the last three months are %(change)s on the three months before.",
        change=numbers.change(growth(now, before)),
    )


def _table(series: SeasonalSeries) -> Table:
    columns = (
        Column("month", _("Month")),
        Column("recorded", _("As recorded (yuan)"), "money"),
        Column("adjusted", _("Seasonally adjusted (yuan)"), "money"),
        Column("trend", _("Trend (yuan)"), "money"),
    )
    rows = tuple(
        Row(point.month.key, (point.month.key, point.recorded_minor, point.adjusted_minor, point.trend_minor))
        for point in series.months
    )
    return Table("seasonal", _("Net sales with the season taken out"), columns, rows)


def _chart(table: Table) -> Chart:
    return money_chart(
        table,
        "series",
        [Series(_("Seasonally adjusted"), table.numbers(2)), Series(_("As recorded"), table.numbers(1))],
        alt=_(
            "Two lines by month, net sales as recorded and with the season taken out; the numbers are in the table."
        ),
    )
