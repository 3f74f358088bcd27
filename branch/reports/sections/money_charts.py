"""Charts of amounts in fen: the unit of the axis follows from the largest one; the twelve months that two documents draw."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from branch.reports.document import Chart, Column, Series, Table
from branch.reports.wording import numbers


def money_chart(
    table: Table, kind: str, series: Sequence[Series], *, alt: str, names: Sequence[str] = (), title: str = ""
) -> Chart:
    """A chart of figures of `table`. Without `names` its rows are months; without a `title` it has the table's."""
    values = [value or 0 for line in series for value in (*line.values, *line.high)]
    unit, divisor = numbers.chart_unit(max(values, default=0))
    return Chart(
        key=table.key,
        kind=kind,
        title=title or table.title,
        alt=alt,
        unit=unit,
        divisor=divisor,
        categories=tuple(names) or month_names(table),
        series=tuple(series),
        table_key=table.key,
    )


def month_names(table: Table) -> tuple[str, ...]:
    """The months of a table's rows, short enough for an axis: ``26-03``."""
    return tuple(row.key[2:] for row in table.rows)


def month_columns() -> tuple[Column, ...]:
    """The columns of a table of months, each beside the same month a year before."""
    return (
        Column("month", _("Month")),
        Column("net", _("Net sales (yuan)"), "money"),
        Column("net_before", _("A year before (yuan)"), "money"),
        Column("growth", _("Change, year on year"), "ratio"),
    )


def months_chart(table: Table) -> Chart:
    """The lines of a table with `month_columns`."""
    alt = _(
        "Lines of net sales by month, from %(first)s to %(last)s and a year before; the numbers are in the table.",
        first=table.rows[0].key,
        last=table.rows[-1].key,
    )
    series = [
        Series(_("These twelve months"), table.numbers(1)),
        Series(_("A year before"), table.numbers(2)),
    ]
    return money_chart(table, "lines", series, alt=alt)
