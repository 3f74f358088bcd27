"""The figures at the head of a report, and what changed since last year."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _

from branch.ledger.rules.periods import Period
from branch.ledger.wording import channel_name
from branch.reports.document import Figure
from branch.reports.facts import figures
from branch.reports.facts.blocks import blocks_of
from branch.reports.facts.bridge import bridge
from branch.reports.facts.evidence import Scope
from branch.reports.sections.comparison import growth_figure, net_figure, not_yet_compared, stated
from branch.reports.sections.effect import headline_figure
from branch.reports.wording import numbers


def headline(period: Period, scope: Scope) -> tuple[Figure, ...]:
    """The three figures of the first page, each with the rung it stands on."""
    now, before = figures.total(scope.summed_now(period)), figures.total(scope.summed_before(period))
    like = scope.like_for_like(period)
    all_growth = figures.net_growth(now.net_minor, before.net_minor)
    return (
        net_figure(now, with_plants=True),
        _against_last_year(all_growth, like),
        headline_figure(period, scope),
    )


def _against_last_year(all_growth: Decimal | None, like: figures.LikeForLike) -> Figure:
    """Like-for-like where it may be stated, else all growers."""
    if like.growth is None:
        return growth_figure(all_growth)
    return Figure(
        "like_for_like",
        _("Against last year, like-for-like"),
        stated(like.growth),
        "D3",
        _("compared, constant growers"),
        _(
            "%(inside)s growers in, %(outside)s out, %(share)s of sales. Not an effect of the mark.",
            inside=len(like.inside),
            outside=len(like.outside),
            share=numbers.NOTHING if like.share_now is None else numbers.percent(like.share_now),
        ),
    )


def changed(period: Period, scope: Scope) -> tuple[str, ...]:
    """At most five sentences on what moved most, for the committee's page."""
    now, before = scope.summed_now(period), scope.summed_before(period)
    total_now, total_before = figures.total(now), figures.total(before)
    if scope.is_open(period):
        return (not_yet_compared(),)
    if total_before.is_empty:
        return (_("There is nothing on record for the year before."),)
    growth = figures.net_growth(total_now.net_minor, total_before.net_minor)
    lines = [
        _(
            "All growers (D2): net sales %(change)s; this includes the market and growers who joined.",
            change=numbers.change(growth),
        ),
        _(
            "Plants %(plants)s, average price %(price)s.",
            plants=numbers.change(figures.growth(total_now.plants, total_before.plants)),
            price=_price_change(total_now, total_before),
        ),
    ]
    hidden = blocks_of(scope).codes_to_hide("channels", {row.month for row in (*now, *before)})
    shifts = figures.share_shifts(now, before, lambda row: row.channel)
    for code, shift in [shift_of_code for shift_of_code in shifts if shift_of_code[0] not in hidden][:1]:
        lines.append(
            _(
                "The share of %(channel)s moved most: %(points)s percentage points.",
                channel=channel_name(code),
                points=numbers.points(shift),
            )
        )
    parts = bridge(
        figures.grouped(before, lambda row: row.grower_id), figures.grouped(now, lambda row: row.grower_id)
    )
    lines.append(
        _(
            "Growers: %(new)s new, %(lost)s no longer selling, %(same)s selling in both years.",
            new=parts.new_growers,
            lost=parts.lost_growers,
            same=parts.same_growers,
        )
    )
    rate_now, rate_before = total_now.refund_rate, total_before.refund_rate
    if rate_now is not None and rate_before is not None:
        lines.append(
            _(
                "Refund rate %(rate)s, %(points)s percentage points on the year before.",
                rate=numbers.percent(rate_now),
                points=numbers.points(rate_now - rate_before),
            )
        )
    return tuple(lines)


def _price_change(now: figures.Totals, before: figures.Totals) -> str:
    if now.average_price_minor is None or before.average_price_minor is None:
        return numbers.NOTHING
    return numbers.change(
        now.average_price_minor / before.average_price_minor - 1 if before.average_price_minor else None
    )
