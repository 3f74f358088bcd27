"""Sections by channel, cultivar group, size class, village, province and grower."""

from __future__ import annotations

from flask_babel import gettext as _

from branch.ledger.rules.periods import Period
from branch.ledger.wording import channel_name
from branch.reports.document import Chart, Column, Row, Section, Series, Table
from branch.reports.facts import figures
from branch.reports.facts.coded_sums import CodedSum
from branch.reports.facts.evidence import Scope
from branch.reports.facts.provinces import PROVINCES
from branch.reports.sections import breakdown_table
from branch.reports.sections.breakdown_table import Breakdown
from branch.reports.sections.money_charts import money_chart
from branch.reports.wording import numbers


def channels(period: Period, scope: Scope) -> Section:
    """Sales by channel."""

    def found() -> list[CodedSum]:
        return [CodedSum(row.channel, row.grower_id, row.month, row.totals) for row in scope.summed]

    return breakdown_table.section(
        period, scope, Breakdown("channels", _("By channel"), _("Channel"), channel_name, found)
    )


def cultivar_groups(period: Period, scope: Scope) -> Section:
    """Sales by cultivar group; those that name none are a row of their own."""

    def found() -> list[CodedSum]:
        rows = figures.channels_together(scope.evidence.rows)
        return [CodedSum(row.cultivar_group, row.grower_id, row.month, row.totals) for row in rows]

    def name(code: str) -> str:
        return scope.group_name(code) if code else _("Not named")

    by_group = Breakdown("cultivar_groups", _("By cultivar group"), _("Cultivar group"), name, found)
    return breakdown_table.section(period, scope, by_group)


def sizes(period: Period, scope: Scope) -> Section:
    """Sales by size class."""
    by_size = Breakdown(
        "sizes", _("By size class"), _("Size class"), numbers.size_class, lambda: scope.evidence.sizes
    )
    return breakdown_table.section(period, scope, by_size)


def villages(period: Period, scope: Scope) -> Section:
    """Sales by the grower's village."""
    names = {label.village_code: label.village_name for label in scope.growers.values()}

    def found() -> list[CodedSum]:
        return [
            CodedSum(scope.growers[row.grower_id].village_code, row.grower_id, row.month, row.totals)
            for row in scope.summed
        ]

    by_village = Breakdown("villages", _("By village"), _("Village"), lambda code: names[code], found)
    return breakdown_table.section(period, scope, by_village)


def provinces(period: Period, scope: Scope) -> Section:
    """Where the plants went, with a tile map; orders that name no province are a row of their own."""
    title = _("By province of the buyer")
    by_province = Breakdown(
        "provinces", title, _("Province"), numbers.province, lambda: scope.evidence.provinces
    )
    months = set(period.months())
    if not any(piece.code and piece.month in months for piece in scope.evidence.provinces):
        return Section("provinces", title, (_("No order of this window names a province."),))
    table = breakdown_table.table(period, scope, by_province)
    return Section(
        "provinces",
        title,
        breakdown_table.largest(table),
        (table,),
        (_tile_map(table),),
        (
            _("Equal squares: a square shows roughly where a province lies, not how large it is."),
            _(
                "Provinces behind which fewer than three growers stand are put together and have no number on the map."
            ),
        ),
    )


def _tile_map(table: Table) -> Chart:
    known = [row for row in table.rows if row.key in PROVINCES]
    values = {row.key: int(row.cells[breakdown_table.NET] or 0) for row in known}
    return money_chart(
        table,
        "tiles",
        [Series(",".join(PROVINCES), tuple(values.get(code) for code in PROVINCES))],
        title=_("Net sales by province of the buyer"),
        alt=_(
            "A map of equal squares, one for each province, darker where more was sold; the numbers are in the table."
        ),
        names=[numbers.province(code) for code in PROVINCES],
    )


def growers(period: Period, scope: Scope) -> Section:
    """The annex that names growers: for the branch and the committee only."""
    inside, _outside = figures.complete_growers(period, scope.summed, scope.evidence.spans)
    labels = {label.slug: label for label in scope.growers.values()}
    table = breakdown_table.table(
        period,
        scope,
        Breakdown(
            "growers",
            _("By grower"),
            _("Grower"),
            lambda slug: labels[slug].name,
            lambda: _by_slug(scope),
            apart=True,
        ),
    )

    def extended(row: Row) -> Row:
        complete = _("complete") if labels[row.key].id in inside else _("incomplete")
        return Row(row.key, (row.cells[0], labels[row.key].village_name, *row.cells[1:], complete))

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


def _by_slug(scope: Scope) -> list[CodedSum]:
    return [
        CodedSum(scope.growers[row.grower_id].slug, row.grower_id, row.month, row.totals)
        for row in scope.summed
    ]
