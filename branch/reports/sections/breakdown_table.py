"""One breakdown of a window: its table, its largest row in words, bars, and small multiples of twelve months."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal

from flask_babel import gettext as _

from branch.ledger.rules.periods import Period, twelve_months
from branch.reports.document import Chart, Column, Row, Section, Series, Table
from branch.reports.facts import coded_sums, figures
from branch.reports.facts.blocks import DisclosureControl, blocks_of
from branch.reports.facts.coded_sums import OTHERS, CodedSum
from branch.reports.facts.evidence import Scope
from branch.reports.facts.figures import Totals
from branch.reports.sections.money_charts import money_chart
from branch.reports.wording import numbers

LONGEST_CHART = 12
MOST_PANELS = 8
NET, SHARE, NET_BEFORE, POINTS = 3, 6, 7, 9


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What is broken down by what: `first` heads the column of names, `rows` gives the sums of 24 months.

    With `apart` every code has a row of its own; else those that may not be shown are put together.
    """

    key: str
    title: str
    first: str
    name: Callable[[str], str]
    rows: Callable[[], Sequence[CodedSum]]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """The numbers of a breakdown, the same in every language: sums by code in this window and the one before it,
    and net sales by code and month of the `panels`, the largest codes of twelve months.
    """

    now: dict[str, Totals]
    before: dict[str, Totals]
    panels: tuple[str, ...]
    cells: dict[tuple[str, str], int | None]


def section(period: Period, scope: Scope, breakdown: Breakdown) -> Section:
    """Table, bars and small multiples; rows that may not be shown are put together."""
    breakdown_sums = sums(period, scope, breakdown)
    if not breakdown_sums.now and not breakdown_sums.before:
        return Section(breakdown.key, breakdown.title, (_("Nothing on record for this breakdown."),))
    main = table(period, scope, breakdown)
    months = _months(period, breakdown, breakdown_sums)
    return Section(
        breakdown.key,
        breakdown.title,
        largest(main),
        (main, months),
        (bars(period, main), _multiples(months)),
        (why_empty(),),
    )


def why_empty() -> str:
    """The note on figures that are not printed."""
    return _(
        "A dash stands where fewer than three growers are behind a figure in some month, or where such a figure could be computed from the others; a breakdown has them together in one row."
    )


def named(name: Callable[[str], str]) -> Callable[[str], str]:
    """`name`, with words for the row of those that were put together."""
    return lambda code: _("Others, together") if code == OTHERS else name(code)


def sums(period: Period, scope: Scope, breakdown: Breakdown) -> Sums:
    """What is shown, computed once; nothing before while this window is open."""
    return scope.once(f"breakdown {breakdown.key}", period, lambda: _sums(period, scope, breakdown))


def _sums(period: Period, scope: Scope, breakdown: Breakdown) -> Sums:
    rows, months, blocks = breakdown.rows(), twelve_months(period), blocks_of(scope)
    now = coded_sums.within_months(rows, period.months())
    before = [] if scope.is_open(period) else coded_sums.within_months(rows, period.year_before().months())
    if breakdown.apart:
        return Sums(coded_sums.sums(now), coded_sums.sums(before), (), {})
    year = now if period.months() == months else coded_sums.within_months(rows, months)
    together = blocks.codes_to_hide(breakdown.key, {row.month for row in (*now, *before)})
    now, before, year = (coded_sums.merged_codes(part, together) for part in (now, before, year))
    panels, cells = tuple(coded_sums.sums(year))[:MOST_PANELS], coded_sums.monthly(year)
    shown = {month: _codes_shown(blocks, breakdown.key, month, panels, together) for month in months}
    return Sums(
        coded_sums.sums(now),
        coded_sums.sums(before),
        panels,
        {
            (code, month.key): cells.get((code, month)) if code in shown[month] else None
            for code in panels
            for month in months
        },
    )


def _codes_shown(
    blocks: DisclosureControl, key: str, month: Period, codes: Sequence[str], together: AbstractSet[str]
) -> set[str]:
    """Which of `codes` may have a number in a month; those `together` when all of them may, or all others."""
    if blocks.is_small(month):
        return set()
    hidden = blocks.codes_to_hide(key, {month})
    shown = set(codes) - hidden
    return shown - {OTHERS} if hidden & together and hidden - together else shown


def table(period: Period, scope: Scope, breakdown: Breakdown) -> Table:
    """The table of a breakdown, the largest net sales first."""
    breakdown_sums, name = (
        sums(period, scope, breakdown),
        breakdown.name if breakdown.apart else named(breakdown.name),
    )
    now, before = breakdown_sums.now, breakdown_sums.before
    whole_now, whole_before = sum(now.values(), Totals()), sum(before.values(), Totals())
    order = [*now, *(code for code in before if code not in now)]
    rows = tuple(
        _row(code, name(code), now.get(code), before.get(code), whole_now, whole_before) for code in order
    )
    columns = (
        Column("name", breakdown.first),
        Column("orders", _("Number of orders"), "count"),
        Column("plants", _("Number of plants"), "count"),
        Column("net", _("Net sales (yuan)"), "money"),
        Column("price", _("Average price (yuan a plant)"), "price"),
        Column("refund_rate", _("Refund rate"), "ratio"),
        Column("share", _("Share of sales"), "ratio"),
        Column("net_before", _("A year before (yuan)"), "money"),
        Column("growth", _("Change, year on year"), "ratio"),
        Column("share_points", _("Share, change (percentage points)"), "points"),
    )
    total = _row(
        "total", _("Sum total"), whole_now, whole_before if before else None, whole_now, whole_before
    )
    return Table(breakdown.key, breakdown.title, columns, rows, total)


def _row(
    key: str, name: str, now: Totals | None, before: Totals | None, whole_now: Totals, whole_before: Totals
) -> Row:
    this, last = now or Totals(), before or Totals()
    share_now = figures.share(this.net_minor, whole_now.net_minor)
    share_before = figures.share(last.net_minor, whole_before.net_minor)
    shift: Decimal | None = None if share_now is None or share_before is None else share_now - share_before
    return Row(
        key,
        (
            name,
            this.orders,
            this.plants,
            this.net_minor,
            this.average_price_minor,
            this.refund_rate,
            share_now,
            None if before is None else last.net_minor,
            figures.net_growth(this.net_minor, last.net_minor),
            shift,
        ),
    )


def largest(table: Table) -> tuple[str, ...]:
    """One sentence on the largest row and how its share moved."""
    if not table.rows or not isinstance(table.rows[0].cells[SHARE], Decimal):
        return (_("No sales on record."),)
    row = next((row for row in table.rows if row.key not in {OTHERS, ""}), table.rows[0])
    share = row.cells[SHARE]
    assert isinstance(share, Decimal)
    sentence = _(
        "%(name)s is the largest with %(amount)s, %(share)s of net sales.",
        name=row.cells[0],
        amount=numbers.amount(int(row.cells[NET] or 0)),
        share=numbers.percent(share),
    )
    points = row.cells[POINTS]
    if isinstance(points, Decimal):
        shift = _("Its share changed by %(points)s percentage points.", points=numbers.points(points))
        return (f"{sentence} {shift}",)
    return (sentence,)


def bars(period: Period, table: Table) -> Chart:
    """The largest rows, this window beside the year before; the rest is in the table."""
    shown = replace(table, rows=table.rows[:LONGEST_CHART])
    if len(table.rows) > LONGEST_CHART:
        title = _("%(title)s, the %(number)s largest", title=table.title, number=LONGEST_CHART)
        shown = replace(shown, title=title)
    return sales_bars(period, shown, (NET, NET_BEFORE))


def sales_bars(period: Period, table: Table, places: tuple[int, int]) -> Chart:
    """Bars of two columns of sales, those of `period` and those a year before; the latter only where there are any."""
    before = table.numbers(places[1])
    series = [Series(period.key, table.numbers(places[0]))]
    if any(value is not None for value in before):
        series.append(Series(period.year_before().key, before))
    alt = _(
        "Bars of net sales, %(now)s beside %(before)s; the numbers are in the table.",
        now=period.key,
        before=period.year_before().key,
    )
    return money_chart(table, "bars", series, alt=alt, names=[str(row.cells[0]) for row in table.rows])


def _months(period: Period, breakdown: Breakdown, breakdown_sums: Sums) -> Table:
    """Twelve months down, the largest codes across; a month of one or two growers stays empty."""
    months, name = twelve_months(period), named(breakdown.name)
    codes, cells = breakdown_sums.panels, breakdown_sums.cells
    columns = (
        Column("month", _("Month")),
        *(Column(code or "unnamed", name(code), "money") for code in codes),
    )
    rows = tuple(Row(month.key, (month.key, *(cells[code, month.key] for code in codes))) for month in months)
    title = _("%(title)s, twelve months, net sales (yuan)", title=breakdown.title)
    return Table(f"{breakdown.key}_months", title, columns, rows)


def _multiples(table: Table) -> Chart:
    """One small panel per column of the table, all on one scale."""
    columns = list(enumerate(table.columns))[1:]
    return money_chart(
        table,
        "multiples",
        [Series(column.title, table.numbers(place)) for place, column in columns],
        title=_("Month by month, one scale for all"),
        alt=_(
            "One small chart for each, twelve months of net sales on one scale; the numbers are in the table."
        ),
    )
