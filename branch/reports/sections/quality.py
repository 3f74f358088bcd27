"""Section on what is missing, said plainly, and the lines a committee should doubt."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext

from branch.ledger.rules.periods import REFUND_WINDOW_DAYS, Period
from branch.ledger.wording import channel_name
from branch.reports.document import Chart, Column, Definition, Row, Section, Series, Table
from branch.reports.facts import figures
from branch.reports.facts.evidence import CoverageCount, Scope
from branch.reports.facts.figures import Coverage
from branch.reports.sections.contract import defines
from branch.reports.sections.money_charts import month_names
from branch.reports.wording import numbers


def _terms() -> tuple[Definition, ...]:
    return (
        Definition(
            _("Grower-month on record"),
            _(
                "A month in which every channel that the grower uses is wholly on record. Other months are missing, not zero."
            ),
        ),
    )


@defines(_terms)
def quality(period: Period, scope: Scope) -> Section:
    """What is not on record, by month and channel, and what a reader should doubt."""
    covered = _coverage(period, scope)
    by_channel = _channel_tables(scope)
    return Section(
        key="quality",
        title=_("What is missing"),
        paragraphs=(
            _(
                "%(missing)s of %(possible)s grower-months carry no record. A month without a record is not counted as a month without sales.",
                missing=numbers.count(covered.missing),
                possible=numbers.count(covered.possible),
            ),
            *doubts(period, scope),
        ),
        tables=(_coverage_table(covered), *by_channel, _facts_table(scope), *_foreign_tables(scope)),
        charts=tuple(_coverage_chart(table) for table in by_channel[1:]),
        notes=(
            _(
                "A grower counts as complete when every outside channel in use was on record before the earlier window began and "
                "through the last month of the later one; the first recorded month of a channel counts as partial."
            ),
            _(
                "Service requests and their four rates (accepted, answered, completed, satisfied) are not recorded by this system, "
                "so the report has no section on them."
            ),
            _(
                "Orders that a shop marked as not genuine can only be left out when the import says so; the ledger holds what was imported."
            ),
        ),
    )


def _coverage(period: Period, scope: Scope) -> Coverage:
    return figures.coverage(period, scope.summed, scope.sellers(period), until=scope.elapsed_until(period))


def _coverage_table(covered: Coverage) -> Table:
    columns = (
        Column("month", _("Month")),
        Column("growers", _("Growers who sell"), "count"),
        Column("recorded", _("With records"), "count"),
        Column("missing", _("Without records"), "count"),
        Column("share", _("Recorded share"), "ratio"),
    )
    rows = tuple(
        Row(
            month.key,
            (
                month.key,
                covered.growers,
                covered.growers - silent,
                silent,
                figures.share(covered.growers - silent, covered.growers),
            ),
        )
        for month, silent in covered.silent_by_month
    )
    whole = Row(
        "total",
        (
            _("Sum total"),
            covered.possible,
            covered.recorded,
            covered.missing,
            figures.share(covered.recorded, covered.possible),
        ),
    )
    return Table("coverage", _("Growers and months with records"), columns, rows, whole)


def _channel_tables(scope: Scope) -> tuple[Table, ...]:
    """Grower-months of twelve months by channel, from what imports, shops and growers say; none without a map."""
    coverage = scope.evidence.coverage
    channels = sorted({count.channel for count in coverage if count.complete + count.partial + count.missing})
    if not channels:
        return ()
    counts = (
        Column("channel", _("Channel")),
        Column("complete", _("Grower-months wholly on record"), "count"),
        Column("partial", _("partly on record"), "count"),
        Column("missing", _("not on record"), "count"),
        Column("share", _("Wholly on record, share"), "ratio"),
    )
    shares = (Column("month", _("Month")), *(Column(code, channel_name(code), "ratio") for code in channels))
    at = {(count.channel, count.month): count for count in coverage}
    months = sorted({count.month for count in coverage})
    return (
        Table(
            "coverage_channels",
            _("Coverage by channel, twelve months"),
            counts,
            tuple(_counts(code, [count for count in coverage if count.channel == code]) for code in channels),
        ),
        Table(
            "coverage_map",
            _("Share of growers with the whole month on record, by channel"),
            shares,
            tuple(
                Row(month.key, (month.key, *(_whole_share(at[code, month]) for code in channels)))
                for month in months
            ),
        ),
    )


def _counts(code: str, coverage: list[CoverageCount]) -> Row:
    complete, partial, missing = (
        sum(getattr(count, name) for count in coverage) for name in ("complete", "partial", "missing")
    )
    share = figures.share(complete, complete + partial + missing)
    return Row(code, (channel_name(code), complete, partial, missing, share))


def _whole_share(count: CoverageCount) -> Decimal | None:
    return figures.share(count.complete, count.complete + count.partial + count.missing)


def _coverage_chart(table: Table) -> Chart:
    """A map of shades: channels down, months across, the share of growers with the whole month on record."""

    def permille(place: int) -> tuple[int | None, ...]:
        cells = (row.cells[place] for row in table.rows)
        return tuple(int(cell * 1000) if isinstance(cell, Decimal) else None for cell in cells)

    return Chart(
        key=table.key,
        kind="heat",
        title=table.title,
        alt=_(
            "A map of shaded cells, channels down and months across, darker where more growers have the whole month on record; hatched where nobody sells there. The numbers are in the table."
        ),
        unit="%",
        divisor=1,
        categories=month_names(table),
        series=tuple(
            Series(column.title, permille(place)) for place, column in enumerate(table.columns) if place
        ),
        table_key=table.key,
    )


def _facts_table(scope: Scope) -> Table:
    names = {"sale": _("Sales"), "refund": _("Refunds"), "reversal": _("Reversals")}
    rows = tuple(Row(kind, (name, scope.evidence.kinds.get(kind, 0))) for kind, name in names.items())
    return Table(
        "facts",
        _("Facts in the ledger"),
        (Column("kind", _("Kind of fact")), Column("facts", _("Number of facts"), "count")),
        rows,
    )


def _foreign_tables(scope: Scope) -> tuple[Table, ...]:
    """Sales in other currencies as sums in that currency's minor unit; no rate is applied."""
    if not scope.evidence.foreign:
        return ()
    columns = (
        Column("currency", _("Currency")),
        Column("orders", _("Number of orders"), "count"),
        Column("plants", _("Number of plants"), "count"),
        Column("net_minor", _("Net sales in minor units"), "count"),
    )
    rows = tuple(
        Row(code, (code, totals.orders, totals.plants, totals.net_minor))
        for code, totals in scope.evidence.foreign
    )
    return (Table("foreign", _("Sales in other currencies, not in any total"), columns, rows),)


def standing(period: Period, scope: Scope) -> str:
    """Whether the figures are final, in one sentence."""
    if period.is_open(scope.today):
        return _("Preliminary: the window is still open.")
    if period.is_preliminary(scope.today):
        return _(
            "Preliminary: refunds may still arrive until %(days)s days after the window's end.",
            days=REFUND_WINDOW_DAYS,
        )
    return _("Final for the records held at the cut-off.")


def doubts(period: Period, scope: Scope) -> tuple[str, ...]:
    """What a reader should doubt, one sentence each; empty when there is nothing to say."""
    sentences: list[str] = []
    now = scope.now(period)
    whole = figures.total(now)
    if period.is_preliminary(scope.today):
        sentences.append(standing(period, scope))
    covered = _coverage(period, scope)
    silent = covered.never_recorded
    if silent:
        sentences.append(
            ngettext(
                "%(num)s grower who sold before has no record in this window.",
                "%(num)s growers who sold before have no record in this window.",
                silent,
            )
        )
    like = scope.like_for_like(period)
    if like.share_now is not None and like.share_now < figures.LEAST_LIKE_FOR_LIKE_SHARE:
        sentences.append(
            _("Like-for-like covers only %(share)s of the sales.", share=numbers.percent(like.share_now))
        )
    unnamed = figures.share(
        figures.total(row for row in now if not row.cultivar_group).net_minor, whole.net_minor
    )
    if unnamed:
        sentences.append(_("%(share)s of net sales name no cultivar group.", share=numbers.percent(unnamed)))
    sentences.extend(
        _("Sales in %(currency)s are listed apart and are in no total.", currency=code)
        for code, _totals in scope.evidence.foreign
    )
    largest = next(iter(figures.grouped(now, lambda row: row.grower_id).values()), None)
    concentration = None if largest is None else figures.share(largest.net_minor, whole.net_minor)
    if concentration is not None and concentration > figures.CONCENTRATED and len(scope.sellers(period)) > 1:
        sentences.append(
            _(
                "One grower alone makes more than %(share)s of net sales.",
                share=numbers.percent(figures.CONCENTRATED),
            )
        )
    return tuple(sentences)
