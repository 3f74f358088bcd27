"""Sections by channel, cultivar group, village and grower."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from flask_babel import gettext as _

from branch.ledger.channels import channel_name
from branch.ledger.periods import Period
from branch.reports import figures, wording
from branch.reports.document import Chart, Column, Row, Section, Series, Table
from branch.reports.evidence import GrowerLabel, Scope
from branch.reports.figures import MonthRow, Totals

LONGEST_CHART = 12


def channels(period: Period, scope: Scope) -> Section:
    table = _breakdown(
        period,
        scope,
        "channels",
        _("By channel"),
        _("Channel"),
        lambda row: row.channel,
        channel_name,
    )
    return Section("channels", _("By channel"), _largest(table), (table,), (_chart(period, table),))


def cultivar_groups(period: Period, scope: Scope) -> Section:
    def name(code: str) -> str:
        return scope.group_name(code) if code else _("Not named")

    table = _breakdown(
        period,
        scope,
        "cultivar_groups",
        _("By cultivar group"),
        _("Cultivar group"),
        lambda row: row.cultivar_group,
        name,
    )
    return Section(
        "cultivar_groups", _("By cultivar group"), _largest(table), (table,), (_chart(period, table),)
    )


def villages(period: Period, scope: Scope) -> Section:
    names = {label.village_code: label.village_name for label in scope.growers.values()}

    def village(row: MonthRow) -> str:
        return scope.growers[row.grower_id].village_code

    table = _breakdown(
        period, scope, "villages", _("By village"), _("Village"), village, lambda code: names[code]
    )
    return Section("villages", _("By village"), _largest(table), (table,), (_chart(period, table),))


def growers(period: Period, scope: Scope) -> Section:
    """The annex that names growers: for the branch and the committee only."""
    inside, _outside = figures.complete_growers(period, scope.evidence.rows, scope.evidence.spans)
    table = _breakdown(
        period,
        scope,
        "growers",
        _("By grower"),
        _("Grower"),
        lambda row: scope.growers[row.grower_id].slug,
        _grower_names(scope.growers.values()),
    )
    by_slug = {label.slug: label for label in scope.growers.values()}

    def extended(row: Row) -> Row:
        complete = _("complete") if by_slug[row.key].id in inside else _("incomplete")
        return Row(row.key, (row.cells[0], by_slug[row.key].village_name, *row.cells[1:], complete))

    columns = (
        table.columns[0],
        Column("village", _("Village")),
        *table.columns[1:],
        Column("data", _("Data in both windows")),
    )
    total = table.total and Row(table.total.key, (table.total.cells[0], "", *table.total.cells[1:], ""))
    named = Table(table.key, table.title, columns, tuple(extended(row) for row in table.rows), total)
    return Section(
        "growers",
        _("Annex: by grower"),
        (_("Figures of single growers: for the branch and the committee only, not for publication."),),
        (named,),
        private=True,
    )


def _grower_names(labels: Iterable[GrowerLabel]) -> Callable[[str], str]:
    names = {label.slug: label.name for label in labels}
    return lambda slug: names[slug]


def _breakdown(
    period: Period,
    scope: Scope,
    key: str,
    title: str,
    first: str,
    of: Callable[[MonthRow], str],
    name: Callable[[str], str],
) -> Table:
    now, before = figures.grouped(scope.now(period), of), figures.grouped(scope.before(period), of)
    whole_now, whole_before = sum(now.values(), Totals()), sum(before.values(), Totals())
    order = [*now, *(code for code in before if code not in now)]
    rows = tuple(
        _row(code, name(code), now.get(code), before.get(code), whole_now, whole_before) for code in order
    )
    columns = (
        Column("name", first),
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
    return Table(
        key,
        title,
        columns,
        rows,
        _row("total", _("Sum total"), whole_now, whole_before if before else None, whole_now, whole_before),
    )


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
            figures.growth(this.net_minor, last.net_minor, smallest_base=figures.SMALLEST_BASE_MINOR),
            shift,
        ),
    )


def _largest(table: Table) -> tuple[str, ...]:
    if not table.rows or not isinstance(table.rows[0].cells[6], Decimal):
        return (_("No sales on record."),)
    row = table.rows[0]
    share = row.cells[6]
    assert isinstance(share, Decimal)
    sentence = _(
        "%(name)s is the largest with %(amount)s, %(share)s of net sales.",
        name=row.cells[0],
        amount=wording.amount(int(row.cells[3] or 0)),
        share=wording.percent(share),
    )
    if isinstance(row.cells[9], Decimal):
        shift = _("Its share changed by %(points)s percentage points.", points=wording.points(row.cells[9]))
        return (f"{sentence} {shift}",)
    return (sentence,)


def _chart(period: Period, table: Table) -> Chart:
    """The largest rows, this window beside the year before; the rest is in the table."""
    rows = table.rows[:LONGEST_CHART]
    title = table.title
    unit, divisor = wording.chart_unit(
        max((int(value or 0) for row in rows for value in (row.cells[3], row.cells[7])), default=0)
    )
    if len(table.rows) > LONGEST_CHART:
        title = _("%(title)s, the %(number)s largest", title=table.title, number=LONGEST_CHART)
    series = [Series(period.key, tuple(int(row.cells[3] or 0) for row in rows))]
    before = tuple(None if row.cells[7] is None else int(row.cells[7]) for row in rows)
    if any(value is not None for value in before):
        series.append(Series(period.year_before().key, before))
    return Chart(
        key=table.key,
        kind="bars",
        title=title,
        alt=_(
            "Bars of net sales, %(now)s beside %(before)s; the numbers are in the table.",
            now=period.key,
            before=period.year_before().key,
        ),
        unit=unit,
        divisor=divisor,
        categories=tuple(str(row.cells[0]) for row in rows),
        series=tuple(series),
        table_key=table.key,
    )
