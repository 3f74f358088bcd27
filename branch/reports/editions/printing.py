"""How a public edition prints its sums: headline, sections, tables, charts, definitions."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _

from branch.ledger.periods import Period
from branch.reports import figures, wording
from branch.reports.comparison import not_yet_compared, ordinary_growth
from branch.reports.document import Cell, Chart, Column, Definition, Figure, Row, Section, Series, Table
from branch.reports.editions.parts import LIKE, Breakdown, Hidden, Part
from branch.reports.evidence import Scope
from branch.reports.figures import Totals

NAME, PLANTS, NET, PRICE, SHARE, NET_BEFORE, GROWTH = range(7)


def headline(period: Period, scope: Scope, whole: Part, *, like_shown: bool) -> tuple[Figure, ...]:
    now, before = whole.totals
    like = scope.like_for_like(period)
    growth = figures.growth(now.net_minor, before.net_minor, smallest_base=figures.SMALLEST_BASE_MINOR)
    not_stated = _("not stated")
    sold = _(
        "%(plants)s, average price %(price)s yuan a plant.",
        plants=wording.plants(now.plants),
        price=wording.NOTHING if now.average_price_minor is None else wording.yuan(now.average_price_minor),
    )
    third = _signed(like.growth) if like_shown and like.growth is not None else not_stated
    return (
        Figure("net", _("Net sales"), wording.amount(now.net_minor), "D1", _("counted"), sold),
        Figure(
            "growth",
            _("Against last year, all growers"),
            not_stated if growth is None else _signed(growth),
            "D2",
            _("compared"),
            ordinary_growth(),
        ),
        Figure(
            LIKE,
            _("Against last year, like-for-like"),
            third,
            "D3",
            _("compared, constant growers"),
            _("%(growers)s growers with complete data. Not an effect of the mark.", growers=len(like.inside)),
        ),
    )


def _signed(ratio: Decimal) -> str:
    value = figures.rounded(ratio * 100, 1)
    return f"{value:+,}%" if value else "0.0%"


def overall(whole: Part, months: Breakdown, hidden: Hidden) -> Section:
    now, _before = whole.totals
    sentence = _(
        "Net sales %(net)s: %(plants)s in %(orders)s orders by %(growers)s growers.",
        net=wording.amount(now.net_minor),
        plants=wording.plants(now.plants),
        orders=wording.count(now.orders),
        growers=wording.count(len({row.grower_id for row in whole.now})),
    )
    rows = []
    for part in reversed(months.parts):
        values = _values(part, hidden)
        rows.append(Row(part.name, (part.name, values[NET], values[NET_BEFORE], values[GROWTH])))
    columns = (
        Column("month", _("Month")),
        Column("net", _("Net sales (yuan)"), "money"),
        Column("net_before", _("A year before (yuan)"), "money"),
        Column("growth", _("Change, year on year"), "ratio"),
    )
    table = Table("months", months.title, columns, tuple(rows))
    return Section("overall", _("Overall"), (sentence,), (table,), (_lines(table),), (_why_empty(),))


def compared(period: Period, scope: Scope, whole: Part, *, like_shown: bool) -> Section:
    title = _("Against the same window of last year")
    if scope.is_open(period):
        return Section("comparison", title, (not_yet_compared(), ordinary_growth()))
    now, before = whole.totals
    growth = figures.growth(now.net_minor, before.net_minor, smallest_base=figures.SMALLEST_BASE_MINOR)
    like = scope.like_for_like(period)
    if like_shown and like.growth is not None:
        third = _("Like-for-like (D3): net sales %(change)s.", change=wording.change(like.growth))
    else:
        third = _("Like-for-like (D3): not stated.")
    sentences = (
        _(
            "All growers (D2): net sales %(change)s on the year before, from %(before)s to %(now)s.",
            change=wording.change(growth),
            before=wording.amount(before.net_minor),
            now=wording.amount(now.net_minor),
        ),
        third,
        ordinary_growth(),
    )
    return Section("comparison", title, sentences)


def broken_down(one: Breakdown, whole: Part, hidden: Hidden, period: Period) -> Section:
    total_now, _total_before = whole.totals
    rows = tuple(
        Row(part.key.partition(":")[2], (part.name, *_values(part, hidden, total_now)[1:]))
        for part in one.parts
    )
    columns = (
        Column("name", one.first),
        Column("plants", _("Number of plants"), "count"),
        Column("net", _("Net sales (yuan)"), "money"),
        Column("price", _("Average price (yuan a plant)"), "price"),
        Column("share", _("Share of sales"), "ratio"),
        Column("net_before", _("A year before (yuan)"), "money"),
        Column("growth", _("Change, year on year"), "ratio"),
    )
    total = Row("total", (_("Sum total"), *_values(whole, hidden, total_now)[1:]))
    table = Table(one.key, one.title, columns, rows, total)
    charts = (_bars(table, period),) if sum(row.cells[NET] is not None for row in rows) > 1 else ()
    return Section(one.key, one.title, (), (table,), charts, (_why_empty(),))


def _values(part: Part, hidden: Hidden, whole: Totals | None = None) -> tuple[Cell, ...]:
    """What a row prints, in the order of NAME to GROWTH; nothing of a window in which it is hidden."""
    now, before = part.totals
    shown, shown_before = ((part.key, place) not in hidden for place in (0, 1))
    this = (
        now.plants,
        now.net_minor,
        now.average_price_minor,
        figures.share(now.net_minor, whole.net_minor) if whole else None,
    )
    last = before.net_minor if part.before and shown_before else None
    growth = figures.growth(now.net_minor, before.net_minor, smallest_base=figures.SMALLEST_BASE_MINOR)
    return (
        part.name,
        *(this if shown else (None,) * len(this)),
        last,
        growth if shown and last is not None else None,
    )


def _why_empty() -> str:
    return _(
        "A dash stands where fewer than three growers are behind a figure, or where such a figure could be computed from the others."
    )


def _lines(table: Table) -> Chart:
    def values(place: int) -> tuple[int | None, ...]:
        return tuple(None if row.cells[place] is None else int(row.cells[place] or 0) for row in table.rows)

    unit, divisor = wording.chart_unit(max((value or 0 for value in values(1) + values(2)), default=0))
    return Chart(
        key="months",
        kind="lines",
        title=table.title,
        alt=_(
            "Lines of net sales by month, from %(first)s to %(last)s and a year before; the numbers are in the table.",
            first=table.rows[0].key,
            last=table.rows[-1].key,
        ),
        unit=unit,
        divisor=divisor,
        categories=tuple(row.key[2:] for row in table.rows),
        series=(
            Series(_("These twelve months"), values(1)),
            Series(_("A year before"), values(2)),
        ),
        table_key="months",
    )


def _bars(table: Table, period: Period) -> Chart:
    shown = [row for row in table.rows if row.cells[NET] is not None]
    now = tuple(int(row.cells[NET] or 0) for row in shown)
    before = tuple(
        None if row.cells[NET_BEFORE] is None else int(row.cells[NET_BEFORE] or 0) for row in shown
    )
    unit, divisor = wording.chart_unit(max((value or 0 for value in now + before), default=0))
    series = [Series(period.key, now)]
    if any(value is not None for value in before):
        series.append(Series(period.year_before().key, before))
    return Chart(
        key=table.key,
        kind="bars",
        title=table.title,
        alt=_(
            "Bars of net sales, %(now)s beside %(before)s; the numbers are in the table.",
            now=period.key,
            before=period.year_before().key,
        ),
        unit=unit,
        divisor=divisor,
        categories=tuple(str(row.cells[NAME]) for row in shown),
        series=tuple(series),
        table_key=table.key,
    )


def definitions() -> tuple[Definition, ...]:
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
