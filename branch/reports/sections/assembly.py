"""Putting sections together into a document: headline, what changed, what is doubtful, definitions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal

from babel.dates import format_skeleton
from flask_babel import get_locale
from flask_babel import gettext as _

from branch.ledger.rules.periods import Period
from branch.ledger.wording import channel_name
from branch.reports.document import Definition, Document, Figure, Section
from branch.reports.facts import figures
from branch.reports.facts.blocks import blocks_of
from branch.reports.facts.bridge import bridge
from branch.reports.facts.evidence import Scope
from branch.reports.sections import quality
from branch.reports.sections.comparison import not_yet_compared, ordinary_growth
from branch.reports.sections.contract import SectionFunction, definitions_of
from branch.reports.sections.effect import headline_figure
from branch.reports.wording import numbers as wording
from core.clock import local_minute


def assemble(period: Period, scope: Scope, functions: Sequence[SectionFunction], *, locale: str) -> Document:
    """Run every section function over `scope` and frame the result. Texts are in the active locale."""
    sections = tuple(function(period, scope) for function in functions)
    digest = _digest(scope.digest(period), sections)
    return Document(
        locale=locale,
        number=f"{scope.unit_code}/{period.key}/{digest[:10]}",
        title=title(period, scope.unit_name),
        unit_name=scope.unit_name,
        period_key=period.key,
        period_label=period_label(period),
        preliminary=period.is_preliminary(scope.today),
        standing=quality.standing(period, scope),
        cut_off=_cut_off(scope),
        digest=digest,
        headline=headline(period, scope),
        changed=changed(period, scope),
        doubtful=quality.doubts(period, scope),
        sections=sections,
        definitions=definitions(functions),
    )


def _digest(evidence: str, sections: Sequence[Section]) -> str:
    """What the report follows from: the evidence, and what sections read besides it; another digest is a new version."""
    read = {section.key: section.inputs for section in sections if section.inputs}
    canonical = json.dumps([evidence, read], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def title(period: Period, unit_name: str) -> str:
    match period.kind:
        case "month":
            return _("Sales of the month, %(unit)s", unit=unit_name)
        case "season":
            return _("Sales of the season, %(unit)s", unit=unit_name)
        case "year":
            return _("Sales of the year, %(unit)s", unit=unit_name)
        case _:
            return _("Sales of several months, %(unit)s", unit=unit_name)


def period_label(period: Period) -> str:
    """The window in words: ``April 2026``, ``Spring 2026 (February to May)``, ``March 2026 to August 2026``."""
    match period.kind:
        case "month":
            return _month_label(period)
        case "season":
            return {
                1: _("Spring %(year)s (February to May)", year=period.year),
                2: _("Summer %(year)s (June to August)", year=period.year),
                3: _("Autumn %(year)s (September to December)", year=period.year),
            }[period.season or 0]
        case "year":
            return _("%(year)s, whole year", year=period.year)
        case _:
            months = period.months()
            return _("%(first)s to %(last)s", first=_month_label(months[0]), last=_month_label(months[-1]))


def _month_label(month: Period) -> str:
    return format_skeleton("yMMMM", month.start, locale=get_locale())


def _cut_off(scope: Scope) -> str:
    moment = scope.evidence.cut_off
    return wording.NOTHING if moment is None else local_minute(moment) + " (UTC+8)"


def headline(period: Period, scope: Scope) -> tuple[Figure, ...]:
    """The three figures of the first page, each with the rung it stands on."""
    now, before = figures.total(scope.summed_now(period)), figures.total(scope.summed_before(period))
    like = scope.like_for_like(period)
    all_growth = figures.growth(now.net_minor, before.net_minor, smallest_base=figures.SMALLEST_BASE_MINOR)
    price = wording.NOTHING if now.average_price_minor is None else wording.yuan(now.average_price_minor)
    return (
        Figure(
            "net",
            _("Net sales"),
            wording.amount(now.net_minor),
            "D1",
            _("counted"),
            _(
                "%(plants)s, average price %(price)s yuan a plant.",
                plants=wording.plants(now.plants),
                price=price,
            ),
        ),
        _against_last_year(all_growth, like),
        headline_figure(period, scope),
    )


def _against_last_year(all_growth: Decimal | None, like: figures.LikeForLike) -> Figure:
    """Like-for-like where it may be stated, else all growers."""
    if like.growth is None:
        return Figure(
            "growth",
            _("Against last year, all growers"),
            _stated(all_growth),
            "D2",
            _("compared"),
            ordinary_growth(),
        )
    return Figure(
        "like_for_like",
        _("Against last year, like-for-like"),
        _stated(like.growth),
        "D3",
        _("compared, constant growers"),
        _(
            "%(inside)s growers in, %(outside)s out, %(share)s of sales. Not an effect of the mark.",
            inside=len(like.inside),
            outside=len(like.outside),
            share=wording.NOTHING if like.share_now is None else wording.percent(like.share_now),
        ),
    )


def _stated(ratio: Decimal | None) -> str:
    return _("not stated") if ratio is None else wording.signed(ratio)


def changed(period: Period, scope: Scope) -> tuple[str, ...]:
    """At most five sentences on what moved most, for the committee's page."""
    now, before = scope.summed_now(period), scope.summed_before(period)
    total_now, total_before = figures.total(now), figures.total(before)
    if scope.is_open(period):
        return (not_yet_compared(),)
    if total_before.is_empty:
        return (_("There is nothing on record for the year before."),)
    growth = figures.growth(
        total_now.net_minor, total_before.net_minor, smallest_base=figures.SMALLEST_BASE_MINOR
    )
    lines = [
        _(
            "All growers (D2): net sales %(change)s; this includes the market and growers who joined.",
            change=wording.change(growth),
        ),
        _(
            "Plants %(plants)s, average price %(price)s.",
            plants=wording.change(figures.growth(total_now.plants, total_before.plants)),
            price=_price_change(total_now, total_before),
        ),
    ]
    hidden = blocks_of(scope).codes_to_hide("channels", {row.month for row in (*now, *before)})
    shifts = figures.share_shifts(now, before, lambda row: row.channel)
    for code, shift in [one for one in shifts if one[0] not in hidden][:1]:
        lines.append(
            _(
                "The share of %(channel)s moved most: %(points)s percentage points.",
                channel=channel_name(code),
                points=wording.points(shift),
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
                rate=wording.percent(rate_now),
                points=wording.points(rate_now - rate_before),
            )
        )
    return tuple(lines)


def _price_change(now: figures.Totals, before: figures.Totals) -> str:
    if now.average_price_minor is None or before.average_price_minor is None:
        return wording.NOTHING
    return wording.change(
        now.average_price_minor / before.average_price_minor - 1 if before.average_price_minor else None
    )


def definitions(functions: Sequence[SectionFunction]) -> tuple[Definition, ...]:
    """What the sections' terms mean, in their order, then what holds for all of them."""
    return (
        *(term for function in functions for term in definitions_of(function)),
        Definition(
            _("Too few growers"),
            _("Figures behind which one or two growers stand are not printed outside the annex by grower."),
        ),
        Definition(
            _("Rounding"),
            _(
                "Half to even. Shares and growth have one decimal; parts may differ from their sum by rounding."
            ),
        ),
    )
