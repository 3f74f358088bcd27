"""The first section: what was sold, in sum and over twelve months."""

from __future__ import annotations

from collections import defaultdict

from flask_babel import gettext as _
from flask_babel import ngettext

from branch.ledger.rules.periods import Period, twelve_months
from branch.reports.document import Chart, Column, Definition, Row, Section, Series, Table
from branch.reports.facts import figures
from branch.reports.facts.evidence import Scope
from branch.reports.facts.figures import Totals
from branch.reports.sections.contract import defines
from branch.reports.wording import numbers as wording


def _terms() -> tuple[Definition, ...]:
    return (
        Definition(
            _("Net sales"),
            _("Goods less discounts less refunds, in yuan at current prices, without freight."),
            "overall/totals/all/net",
        ),
        Definition(
            _("Gross sales"), _("Price times quantity of every paid line."), "overall/totals/all/gross"
        ),
        Definition(
            _("Refunds"),
            _("Money returned for goods, booked on the day of the refund, not of the sale."),
            "overall/totals/all/refund",
        ),
        Definition(
            _("Number of plants"),
            _("Plants of paid lines less plants of refunded lines that came back."),
            "overall/totals/all/plants",
        ),
        Definition(
            _("Number of orders"),
            _("An order of several growers counts once for each of them."),
            "overall/totals/all/orders",
        ),
        Definition(_("Average price"), _("Net sales over plants."), "overall/totals/all/price"),
        Definition(
            _("Refund rate"),
            _("Refunds of the window over goods less discounts of the window."),
            "overall/totals/all/refund_rate",
        ),
    )


@defines(_terms)
def overall(period: Period, scope: Scope) -> Section:
    """Rung D1: totals of the window, and its months."""
    now = figures.total(scope.summed_now(period))
    sellers = len({row.grower_id for row in scope.summed_now(period)})
    price = now.average_price_minor
    sentence = _(
        "Net sales %(net)s: %(plants)s in %(orders)s orders by %(growers)s growers.",
        net=wording.amount(now.net_minor),
        plants=wording.plants(now.plants),
        orders=wording.count(now.orders),
        growers=wording.count(sellers),
    )
    detail = _(
        "Goods %(gross)s, less discounts %(discount)s, less refunds %(refund)s. Refund rate %(rate)s. Average price %(price)s yuan a plant.",
        gross=wording.amount(now.gross_minor),
        discount=wording.amount(now.discount_minor),
        refund=wording.amount(now.refund_minor),
        rate=wording.NOTHING if now.refund_rate is None else wording.percent(now.refund_rate),
        price=wording.NOTHING if price is None else wording.yuan(price),
    )
    months = _months(period, scope)
    return Section(
        key="overall",
        title=_("Overall"),
        paragraphs=(sentence, detail, *_income(scope)),
        tables=(
            totals_table(
                "totals", _("Totals of the window"), [("all", period.key, now)], first=_("Reporting period")
            ),
            months,
        ),
        charts=(_months_chart(months),),
        notes=(
            _(
                "Net sales are goods less discounts less refunds, without freight, at current prices, booked on the local day."
            ),
        ),
    )


def _income(scope: Scope) -> tuple[str, ...]:
    """Sales are called income only when everybody who sold has written down what it cost."""
    income = scope.evidence.income
    if income is None:
        return (_("Sales are not income: what they cost the growers is not on record for all of them."),)
    sentence = _(
        "All %(growers)s growers who sold have written down their costs: sales %(sales)s less costs %(costs)s leave an income of %(income)s.",
        growers=wording.count(income.growers),
        sales=wording.amount(income.sales_minor),
        costs=wording.amount(income.total_costs_minor),
        income=wording.amount(income.income_minor),
    )
    if income.uncovered:
        rest = ngettext(
            "%(num)s grower-month is not wholly on record, so it may be more.",
            "%(num)s grower-months are not wholly on record, so it may be more.",
            income.uncovered,
        )
        return (f"{sentence} {rest}",)
    return (sentence,)


def totals_columns(first: str) -> tuple[Column, ...]:
    return (
        Column("name", first),
        Column("orders", _("Number of orders"), "count"),
        Column("plants", _("Number of plants"), "count"),
        Column("gross", _("Gross sales (yuan)"), "money"),
        Column("discount", _("Discounts (yuan)"), "money"),
        Column("refund", _("Refunds (yuan)"), "money"),
        Column("net", _("Net sales (yuan)"), "money"),
        Column("price", _("Average price (yuan a plant)"), "price"),
        Column("refund_rate", _("Refund rate"), "ratio"),
    )


def totals_row(key: str, name: str, totals: Totals) -> Row:
    money = (totals.gross_minor, totals.discount_minor, totals.refund_minor, totals.net_minor)
    return Row(
        key, (name, totals.orders, totals.plants, *money, totals.average_price_minor, totals.refund_rate)
    )


def totals_table(key: str, title: str, named: list[tuple[str, str, Totals]], *, first: str) -> Table:
    return Table(key, title, totals_columns(first), tuple(totals_row(*row) for row in named))


def _months(period: Period, scope: Scope) -> Table:
    """Net sales of the twelve months up to the window's end, beside those a year earlier."""
    sums: defaultdict[Period, int] = defaultdict(int)
    for row in scope.summed:
        sums[row.month] += row.totals.net_minor
    rows = []
    for month in twelve_months(period):
        last = month.year_before()
        base = 0 if scope.is_open(month) else sums[last]
        ratio = figures.growth(sums[month], base, smallest_base=figures.SMALLEST_BASE_MINOR)
        rows.append(Row(month.key, (month.key, sums[month] or None, sums[last] or None, ratio)))
    columns = (
        Column("month", _("Month")),
        Column("net", _("Net sales (yuan)"), "money"),
        Column("net_before", _("A year before (yuan)"), "money"),
        Column("growth", _("Change, year on year"), "ratio"),
    )
    return Table("months", _("Net sales of twelve months"), columns, tuple(rows))


def _months_chart(table: Table) -> Chart:
    def values(index: int) -> tuple[int | None, ...]:
        cells = (row.cells[index] for row in table.rows)
        return tuple(None if cell is None else int(cell) for cell in cells)

    unit, divisor = wording.chart_unit(max((value or 0 for value in values(1) + values(2)), default=0))
    return Chart(
        key="months",
        kind="lines",
        title=_("Net sales of twelve months"),
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
