"""Putting sections together into a document: headline, what changed, what is doubtful, definitions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from babel.dates import format_skeleton
from flask_babel import get_locale
from flask_babel import gettext as _

from branch.ledger.rules.periods import Period
from branch.ledger.wording import season_name
from branch.reports.document import Definition, Document, Section
from branch.reports.facts.evidence import Scope
from branch.reports.sections import quality
from branch.reports.sections.contract import SectionFunction, definitions_of
from branch.reports.sections.headline import changed, headline
from branch.reports.wording import numbers
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
    """The title of a report, by the kind of its window."""
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
            return season_name(period)
        case "year":
            return _("%(year)s, whole year", year=period.year)
        case _:
            months = period.months()
            return _("%(first)s to %(last)s", first=_month_label(months[0]), last=_month_label(months[-1]))


def _month_label(month: Period) -> str:
    return format_skeleton("yMMMM", month.start, locale=get_locale())


def _cut_off(scope: Scope) -> str:
    moment = scope.evidence.cut_off
    return numbers.NOTHING if moment is None else local_minute(moment) + " (UTC+8)"


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
