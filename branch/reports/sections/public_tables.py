"""How a public edition prints its sums: headline, sections, tables, charts, definitions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from flask_babel import gettext as _

from branch.ledger.rules.periods import Period
from branch.reports.document import Chart, Column, Definition, Figure, Row, Section, Table
from branch.reports.facts import figures
from branch.reports.facts.blocks import NET as YUAN
from branch.reports.facts.blocks import ORDERS, PLANTS
from branch.reports.facts.coded_sums import OTHERS
from branch.reports.facts.evidence import Scope
from branch.reports.sections.breakdown_table import LONGEST_CHART, sales_bars, why_empty
from branch.reports.sections.comparison import (
    all_growers_sentence,
    growth_figure,
    net_figure,
    not_yet_compared,
    ordinary_growth,
    stated,
)
from branch.reports.sections.money_charts import month_columns, months_chart
from branch.reports.sections.public_sums import LIKE, Breakdown, Part
from branch.reports.wording import numbers

# Where a row of a breakdown has its name and its values.
NAME, NOW, SHARE, BEFORE, CHANGE = range(5)


def headline(
    period: Period, scope: Scope, whole: Part, *, like_shown: bool, within: bool
) -> tuple[Figure, ...]:
    """The figures of the first page; with `within`, net sales only, as nothing else of such a unit was checked."""
    now, before = whole.totals
    like = scope.like_for_like(period)
    return (
        net_figure(now, with_plants=not within),
        growth_figure(figures.net_growth(now.net_minor, before.net_minor)),
        Figure(
            LIKE,
            _("Against last year, like-for-like"),
            stated(like.growth if like_shown else None),
            "D3",
            _("compared, constant growers"),
            _("%(growers)s growers with complete data. Not an effect of the mark.", growers=len(like.inside)),
        ),
    )


def overall(whole: Part, months: Breakdown, *, within: bool) -> Section:
    """What was sold, in sum and over twelve months; with `within`, net sales only."""
    now, _before = whole.totals
    net = numbers.amount(now.net_minor)
    growers = numbers.count(len({row.grower_id for row in whole.now}))
    sentence = (
        _("Net sales %(net)s by %(growers)s growers.", net=net, growers=growers)
        if within
        else _(
            "Net sales %(net)s: %(plants)s in %(orders)s orders by %(growers)s growers.",
            net=net,
            plants=numbers.plants(now.plants),
            orders=numbers.count(now.orders),
            growers=growers,
        )
    )
    rows = tuple(
        Row(part.name, (part.name, *printed, _growth(*printed)))
        for part in months.parts
        for printed in (part.printed(YUAN),)
    )
    table = Table("months", months.title, month_columns(), rows)
    return Section("overall", _("Overall"), (sentence,), (table,), (months_chart(table),), (why_empty(),))


def _growth(now: int | None, before: int | None) -> Decimal | None:
    return None if now is None or before is None else figures.net_growth(now, before)


def compared(period: Period, scope: Scope, whole: Part, *, like_shown: bool) -> Section:
    """Rungs D2 and D3, as far as the public edition states them."""
    title = _("Against the same window of last year")
    if scope.is_open(period):
        return Section("comparison", title, (not_yet_compared(), ordinary_growth()))
    if not whole.before:
        return Section(
            "comparison",
            title,
            (_("Of the year before there is nothing that may be printed."), ordinary_growth()),
        )
    now, before = whole.totals
    like = scope.like_for_like(period)
    if like_shown and like.growth is not None:
        third = _("Like-for-like (D3): net sales %(change)s.", change=numbers.change(like.growth))
    else:
        third = _("Like-for-like (D3): not stated.")
    sentences = (
        all_growers_sentence(now, before),
        third,
        ordinary_growth(),
    )
    return Section("comparison", title, sentences)


def broken_down(breakdown: Breakdown, period: Period) -> Section:
    """A table in one quantity, with what is not shown of a window in one row, and its bars."""
    whole = breakdown.whole.printed(breakdown.measure)
    rows = [
        _row(breakdown, part.code, part.name, part.printed(breakdown.measure), whole)
        for part in breakdown.parts
        if any(
            part.printed(breakdown.measure)[place] is not None and (part.now, part.before)[place]
            for place in (0, 1)
        )
    ]
    rest = breakdown.rest()
    if rest != (None, None):
        rows.append(_row(breakdown, OTHERS, _("Others, together"), rest, whole))
    kind = "money" if breakdown.measure == YUAN else "count"
    now, before = {
        YUAN: (_("Net sales (yuan)"), _("A year before (yuan)")),
        PLANTS: (_("Number of plants"), _("Plants a year before")),
        ORDERS: (_("Number of orders"), _("Orders a year before")),
    }[breakdown.measure]
    columns = (
        Column("name", breakdown.first),
        Column(breakdown.measure, now, kind),
        Column("share", _("Share"), "ratio"),
        Column(f"{breakdown.measure}_before", before, kind),
        Column("growth", _("Change, year on year"), "ratio")
        if breakdown.measure == YUAN
        else Column("share_points", _("Share, change (percentage points)"), "points"),
    )
    total = _row(breakdown, "total", _("Sum total"), whole, whole)
    table = Table(breakdown.key, breakdown.title, columns, tuple(rows), total)
    charts = (_bars(breakdown, table, period),) if sum(row.cells[NOW] is not None for row in rows) > 1 else ()
    return Section(breakdown.key, breakdown.title, (), (table,), charts, (why_empty(), _three_quantities()))


def _row(
    breakdown: Breakdown,
    key: str,
    name: str,
    printed: tuple[int | None, int | None],
    whole: tuple[int | None, int | None],
) -> Row:
    """A row's values; change in per cent of yuan, of plants and orders in points of the share."""
    shares = [
        None if value is None or of is None else figures.share(value, of)
        for value, of in zip(printed, whole, strict=True)
    ]
    if breakdown.measure == YUAN:
        change = _growth(*printed)
    else:
        change = None if shares[0] is None or shares[1] is None else shares[0] - shares[1]
    return Row(key, (name, printed[0], shares[0], printed[1], change))


def _three_quantities() -> str:
    return _(
        "Channels, cultivar groups and villages are given in yuan, sizes in plants, provinces in orders, so that no table can be subtracted from another."
    )


def _bars(breakdown: Breakdown, table: Table, period: Period) -> Chart:
    shown = replace(
        table, rows=tuple(row for row in table.rows if row.cells[NOW] is not None)[:LONGEST_CHART]
    )
    chart = sales_bars(period, shown, (NOW, BEFORE))
    if breakdown.measure == YUAN:
        return chart
    alt = _(
        "Bars of numbers, %(now)s beside %(before)s; the numbers are in the table.",
        now=period.key,
        before=period.year_before().key,
    )
    unit = _("plants") if breakdown.measure == PLANTS else _("orders")
    return replace(chart, alt=alt, unit=unit, divisor=1)


def definitions() -> tuple[Definition, ...]:
    """What the edition's terms mean."""
    return (
        Definition(
            _("Net sales"),
            _("Goods less discounts less refunds, in yuan at current prices, without freight."),
        ),
        Definition(
            _("Number of plants"), _("Plants of paid lines less plants of refunded lines that came back.")
        ),
        Definition(
            _("Like-for-like"),
            _("Only growers with complete data in both windows; at least ten, else not stated."),
        ),
        Definition(_("Reporting period"), _("Calendar months in China Standard Time (UTC+8).")),
        Definition(
            _("No single grower"),
            _(
                "No figure speaks of one or two growers, and none can be had by adding and subtracting the others; this was checked over all tables at once."
            ),
        ),
    )
