"""The section that holds this window against last year's: all growers, like-for-like, the bridge."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext

from branch.ledger.rules.periods import Period
from branch.reports.document import Chart, Column, Definition, Figure, Row, Section, Series, Table
from branch.reports.facts import figures
from branch.reports.facts.bridge import Bridge, bridge
from branch.reports.facts.evidence import Scope
from branch.reports.facts.figures import Totals
from branch.reports.sections.contract import defines
from branch.reports.wording import numbers


def ordinary_growth() -> str:
    """The remark that rungs D1 to D3 never go without."""
    return _(
        "Ordinary growth: it includes the growth of the market and is not an effect of the mark or of the branch."
    )


def not_yet_compared() -> str:
    """What stands instead of a comparison while the window is open."""
    return _("The window is still open. It is held against last year only when it is over.")


def _terms() -> tuple[Definition, ...]:
    return (
        Definition(
            _("Change, year on year"),
            _(
                "This window over the same window of last year, less one; not stated below a base of CNY 10,000."
            ),
            "comparison/comparison/all/growth",
        ),
        Definition(_("Reporting period"), _("Calendar months in China Standard Time (UTC+8).")),
        Definition(
            _("Like-for-like"),
            _("Only growers with complete data in both windows; at least ten, else not stated."),
            "comparison/comparison/like_for_like/growth",
        ),
        Definition(
            _("D1 to D5"),
            _(
                "Rungs of evidence: D1 counted; D2 all growers compared; D3 constant growers compared; D4 the season "
                "taken out; D5 the change decomposed. None of them shows what caused a change."
            ),
        ),
    )


@defines(_terms)
def comparison(period: Period, scope: Scope) -> Section:
    """Rungs D2, D3 and D5: all growers, growers with complete data, and the bridge between the years."""
    if scope.is_open(period):
        return Section(
            "comparison", _("Against the same window of last year"), (not_yet_compared(), ordinary_growth())
        )
    now, before = scope.summed_now(period), scope.summed_before(period)
    total_now, total_before = figures.total(now), figures.total(before)
    like = scope.like_for_like(period)
    parts = bridge(
        figures.grouped(before, lambda row: row.grower_id), figures.grouped(now, lambda row: row.grower_id)
    )
    steps = _bridge_table(parts)
    return Section(
        key="comparison",
        title=_("Against the same window of last year"),
        paragraphs=(
            all_growers_sentence(total_now, total_before),
            like_for_like_sentence(like),
            _bridge_sentence(parts),
            ordinary_growth(),
        ),
        tables=(_comparison_table(total_now, total_before, like), steps),
        charts=(_bridge_chart(period, steps),),
        notes=(
            _(
                "Quantity is the change in plants at last year's average price of the same grower; price is the rest, "
                "so it also holds changes in the mix of sizes and in refunds."
            ),
        ),
    )


def all_growers_sentence(now: Totals, before: Totals) -> str:
    """Rung D2 in one sentence."""
    return _(
        "All growers (D2): net sales %(change)s on the year before, from %(before)s to %(now)s.",
        change=numbers.change(figures.net_growth(now.net_minor, before.net_minor)),
        before=numbers.amount(before.net_minor),
        now=numbers.amount(now.net_minor),
    )


def net_figure(now: Totals, *, with_plants: bool) -> Figure:
    """Rung D1: net sales, and what was paid for a plant."""
    price = numbers.NOTHING if now.average_price_minor is None else numbers.yuan(now.average_price_minor)
    sold = _(
        "%(plants)s, average price %(price)s yuan a plant.", plants=numbers.plants(now.plants), price=price
    )
    amount = numbers.amount(now.net_minor)
    return Figure("net", _("Net sales"), amount, "D1", _("counted"), sold if with_plants else "")


def growth_figure(growth: Decimal | None) -> Figure:
    """Rung D2: all growers against last year."""
    label = _("Against last year, all growers")
    return Figure("growth", label, stated(growth), "D2", _("compared"), ordinary_growth())


def stated(ratio: Decimal | None) -> str:
    """A relative change with its sign, or that there is none."""
    return _("not stated") if ratio is None else numbers.signed(ratio)


def like_for_like_sentence(like: figures.LikeForLike) -> str:
    """Rung D3 in words, or why it is not stated, and whom it covers."""
    inside, outside = len(like.inside), len(like.outside)
    covered = numbers.NOTHING if like.share_now is None else numbers.percent(like.share_now)
    scope = _(
        "%(inside)s growers have complete data in both windows, %(outside)s do not; the former make %(share)s of the sales.",
        inside=inside,
        outside=outside,
        share=covered,
    )
    if like.reason == "too_few_growers":
        verdict = _(
            "Like-for-like (D3): not stated, fewer than %(least)s growers have complete data.",
            least=figures.FEWEST_LIKE_FOR_LIKE_GROWERS,
        )
    elif like.reason == "base_too_small":
        verdict = _("Like-for-like (D3): not stated, last year's base is below CNY 10,000.")
    else:
        verdict = _("Like-for-like (D3): net sales %(change)s.", change=numbers.change(like.growth))
    return f"{verdict} {scope}"


def _bridge_sentence(parts: Bridge) -> str:
    sentence = _(
        "Of the change of %(change)s, new growers account for %(new)s, growers who no longer sell for %(lost)s, "
        "and the same growers for %(quantity)s by quantity and %(price)s by price (D5).",
        change=numbers.amount(parts.after_minor - parts.before_minor),
        new=numbers.amount(parts.new_minor),
        lost=numbers.amount(parts.lost_minor),
        quantity=numbers.amount(parts.quantity_minor),
        price=numbers.amount(parts.price_minor),
    )
    if parts.unsplit_minor:
        rest = _(
            "%(amount)s could not be split into quantity and price.",
            amount=numbers.amount(parts.unsplit_minor),
        )
        return f"{sentence} {rest}"
    return sentence


def _growers(number: int) -> str:
    return ngettext("%(num)s grower", "%(num)s growers", number)


def _bridge_table(parts: Bridge) -> Table:
    def step(key: str, name: str, minor: int) -> Row:
        return Row(key, (name, minor, figures.net_growth(parts.before_minor + minor, parts.before_minor)))

    same = _growers(parts.same_growers)
    rows = [
        Row("before", (_("Last year"), parts.before_minor, None)),
        step("new", _("New: %(growers)s", growers=_growers(parts.new_growers)), parts.new_minor),
        step("lost", _("No longer: %(growers)s", growers=_growers(parts.lost_growers)), parts.lost_minor),
        step("quantity", _("Same %(growers)s, quantity", growers=same), parts.quantity_minor),
        step("price", _("Same %(growers)s, price", growers=same), parts.price_minor),
    ]
    if parts.unsplit_minor:
        rows.append(step("unsplit", _("Same growers, not to be split"), parts.unsplit_minor))
    columns = (
        Column("step", _("Step of the bridge")),
        Column("amount", _("Net sales (yuan)"), "money"),
        Column("points", _("Contribution (percentage points)"), "points"),
    )
    return Table(
        "bridge",
        _("From last year to this"),
        columns,
        tuple(rows),
        Row("after", (_("This year"), parts.after_minor, None)),
    )


def _bridge_chart(period: Period, table: Table) -> Chart:
    rows = table.all_rows()
    unit, divisor = numbers.chart_unit(max(abs(int(row.cells[1] or 0)) for row in rows))
    return Chart(
        key="bridge",
        kind="bridge",
        title=_("From %(before)s to %(now)s", before=period.year_before().key, now=period.key),
        alt=_("A bridge from last year's net sales to this year's; each step is a row of the table."),
        unit=unit,
        divisor=divisor,
        categories=tuple(str(row.cells[0]) for row in rows),
        series=(Series("amount", tuple(int(row.cells[1] or 0) for row in rows)),),
        table_key="bridge",
    )


def _comparison_table(now: Totals, before: Totals, like: figures.LikeForLike) -> Table:
    columns = (
        Column("measure", _("Measure")),
        Column("now", _("This window (yuan)"), "money"),
        Column("before", _("A year before (yuan)"), "money"),
        Column("growth", _("Change, year on year"), "ratio"),
        Column("plants", _("Plants, this window"), "count"),
        Column("plants_before", _("Plants, a year before"), "count"),
        Column("plants_growth", _("Change in plants"), "ratio"),
    )
    stated = before.net_minor >= figures.SMALLEST_BASE_MINOR
    plants_all = figures.growth(now.plants, before.plants) if stated else None
    plants_like = figures.growth(like.now.plants, like.before.plants) if like.reason is None else None
    rows = (
        Row(
            "all",
            (
                _("All growers (D2)"),
                now.net_minor,
                before.net_minor,
                figures.net_growth(now.net_minor, before.net_minor),
                now.plants,
                before.plants,
                plants_all,
            ),
        ),
        Row(
            "like_for_like",
            (
                _("Like-for-like (D3)"),
                like.now.net_minor,
                like.before.net_minor,
                like.growth,
                like.now.plants,
                like.before.plants,
                plants_like,
            ),
        ),
    )
    return Table("comparison", _("Comparison"), columns, rows)
