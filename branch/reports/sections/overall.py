"""The first section: what was sold, in sum and over twelve months."""

from __future__ import annotations

from collections import defaultdict

from flask_babel import gettext as _
from flask_babel import ngettext

from branch.ledger.rules.periods import Period, twelve_months
from branch.reports.document import Column, Definition, Row, Section, Table
from branch.reports.facts import figures
from branch.reports.facts.evidence import Scope
from branch.reports.facts.figures import Totals
from branch.reports.sections.contract import defines
from branch.reports.sections.money_charts import month_columns, months_chart
from branch.reports.wording import numbers


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
        net=numbers.amount(now.net_minor),
        plants=numbers.plants(now.plants),
        orders=numbers.count(now.orders),
        growers=numbers.count(sellers),
    )
    detail = _(
        "Goods %(gross)s, less discounts %(discount)s, less refunds %(refund)s. Refund rate %(rate)s. Average price %(price)s yuan a plant.",
        gross=numbers.amount(now.gross_minor),
        discount=numbers.amount(now.discount_minor),
        refund=numbers.amount(now.refund_minor),
        rate=numbers.NOTHING if now.refund_rate is None else numbers.percent(now.refund_rate),
        price=numbers.NOTHING if price is None else numbers.yuan(price),
    )
    months = _months(period, scope)
    return Section(
        key="overall",
        title=_("Overall"),
        paragraphs=(sentence, detail, *_income(scope)),
        tables=(_totals_table(period, now), months),
        charts=(months_chart(months),),
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
        growers=numbers.count(income.growers),
        sales=numbers.amount(income.sales_minor),
        costs=numbers.amount(income.total_costs_minor),
        income=numbers.amount(income.income_minor),
    )
    if income.uncovered:
        rest = ngettext(
            "%(num)s grower-month is not wholly on record, so it may be more.",
            "%(num)s grower-months are not wholly on record, so it may be more.",
            income.uncovered,
        )
        return (f"{sentence} {rest}",)
    return (sentence,)


def _totals_table(period: Period, totals: Totals) -> Table:
    columns = (
        Column("name", _("Reporting period")),
        Column("orders", _("Number of orders"), "count"),
        Column("plants", _("Number of plants"), "count"),
        Column("gross", _("Gross sales (yuan)"), "money"),
        Column("discount", _("Discounts (yuan)"), "money"),
        Column("refund", _("Refunds (yuan)"), "money"),
        Column("net", _("Net sales (yuan)"), "money"),
        Column("price", _("Average price (yuan a plant)"), "price"),
        Column("refund_rate", _("Refund rate"), "ratio"),
    )
    money = (totals.gross_minor, totals.discount_minor, totals.refund_minor, totals.net_minor)
    rates = (totals.average_price_minor, totals.refund_rate)
    row = Row("all", (period.key, totals.orders, totals.plants, *money, *rates))
    return Table("totals", _("Totals of the window"), columns, (row,))


def _months(period: Period, scope: Scope) -> Table:
    """Net sales of the twelve months up to the window's end, beside those a year earlier."""
    sums: defaultdict[Period, int] = defaultdict(int)
    for row in scope.summed:
        sums[row.month] += row.totals.net_minor
    rows = []
    for month in twelve_months(period):
        last = month.year_before()
        base = 0 if scope.is_open(month) else sums[last]
        ratio = figures.net_growth(sums[month], base)
        rows.append(Row(month.key, (month.key, sums[month] or None, sums[last] or None, ratio)))
    return Table("months", _("Net sales of twelve months"), month_columns(), tuple(rows))
