"""Reading from the ledger and the tree what a report needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import select

from branch.growers.models.tables import Grower
from branch.ledger.queries import parts, sums
from branch.ledger.queries.costs import net_income
from branch.ledger.queries.coverage import covered_months
from branch.ledger.rules.costs import NetIncome
from branch.ledger.rules.coverage import CoverageMap, CoverageState
from branch.ledger.rules.periods import Period, month_of, parse_period, twelve_months
from branch.licences.queries.dates import authorised_since
from branch.organisation.models.tables import Unit
from branch.organisation.queries.tree import UnitView, unit_name, units_below
from branch.programmes.queries import programmes_of
from branch.reports.facts.coded_sums import CodedSum
from branch.reports.facts.evidence import ChildLabel, CoverageCount, Evidence, GrowerLabel, Scope
from branch.reports.facts.figures import MonthRow, Span, Totals
from branch.reports.facts.panel import PanelCell, PanelGrower, months_between
from branch.reports.facts.programme_dates import ProgrammeDate
from branch.reports.facts.provinces import province_code
from core.clock import local_day, month_start, to_shanghai
from core.database import session
from core.garbage_collection import without_collecting
from core.web.wording.languages import in_chinese

# How far back the panel reaches: old habits of a trade say little about today's.
LONGEST_HISTORY_YEARS = 6


@without_collecting()
def gather(period: Period, unit: UnitView, *, today: date) -> Scope:
    """The scope of a report: names in the active locale, numbers from the daily sums."""
    growers = _growers(unit)
    return Scope(
        unit_id=unit.id,
        unit_code=unit.code,
        unit_name=unit_name(unit),
        growers=growers,
        evidence=replace(_evidence(period, sorted(growers)), programmes=_programmes(unit, period)),
        today=today,
        group_name=group_name(),
        children=_children(unit),
    )


def in_active_locale(scope: Scope, unit: UnitView) -> Scope:
    """The same evidence under the names of another language, with what was worked out from it."""
    named = replace(
        scope,
        unit_name=unit_name(unit),
        growers=_growers(unit),
        group_name=group_name(),
        children=_children(unit),
    )
    named.known.update(scope.known)
    return named


def group_name() -> Callable[[str], str]:
    """How a cultivar group is called; the room that owns the words is wired in `wsgi.py`."""
    named = current_app.extensions.get("report_group_name")
    return named or (lambda code: code)


def grower_ids_of(unit: UnitView) -> list[int]:
    """Every grower of the unit and below, in the order in which annexes number them."""
    units = [descendant.id for descendant in units_below(unit.id)]
    return list(session.scalars(select(Grower.id).where(Grower.unit_id.in_(units)).order_by(Grower.id)))


def _programmes(unit: UnitView, period: Period) -> tuple[ProgrammeDate, ...]:
    """What the unit or one below it began before the window's end."""
    return tuple(
        ProgrammeDate(
            programme.unit_code,
            programme.name,
            programme.started_on,
            local_day(programme.noted_at),
        )
        for programme in programmes_of([below.id for below in units_below(unit.id)])
        if programme.started_on < period.end
    )


def _growers(unit: UnitView) -> dict[int, GrowerLabel]:
    """Every grower of the unit and below, whatever became of them since."""
    units = [descendant.id for descendant in units_below(unit.id)]
    rows = session.execute(
        select(Grower.id, Grower.name, Grower.slug, Unit.code, Unit.name_zh, Unit.name_en)
        .join(Unit, Unit.id == Grower.unit_id)
        .where(Grower.unit_id.in_(units))
        .order_by(Grower.id)
    )
    return {
        row.id: GrowerLabel(
            row.id, row.name, row.slug, row.code, row.name_zh if in_chinese() else row.name_en
        )
        for row in rows
    }


def _children(unit: UnitView) -> dict[int, ChildLabel]:
    """The unit just below `unit` to which each grower belongs; those who belong to `unit` itself are in none."""
    below = units_below(unit.id)
    children = [descendant for descendant in below if descendant.parent_id == unit.id]
    home = {
        descendant.id: child
        for descendant in below
        for child in children
        if descendant.path.startswith(child.path)
    }
    rows = session.execute(
        select(Grower.id, Grower.unit_id).where(Grower.unit_id.in_(home)).order_by(Grower.id)
    )
    return {row.id: ChildLabel(home[row.unit_id].code, unit_name(home[row.unit_id])) for row in rows}


def _evidence(period: Period, grower_ids: Sequence[int]) -> Evidence:
    since = twelve_months(period)[0].year_before().start
    window: dict[str, Any] = {"grower_ids": grower_ids, "since": period.start, "until": period.end}
    rows = sums.monthly_rows(grower_ids=grower_ids, since=since, until=period.end)
    months = {row[1]: parse_period(row[1]) for row in rows}
    cut_off = sums.last_recorded(grower_ids=grower_ids, since=since, until=period.end)
    until_end, ever = sums.spans_until_and_ever(grower_ids=grower_ids, until=period.end)
    spans = tuple(Span(span.grower_id, span.channel, span.first_day, span.last_day) for span in until_end)
    return Evidence(
        rows=tuple(
            [
                MonthRow(grower_id, months[month], channel, group, Totals(*amounts))
                for grower_id, month, channel, group, *amounts in rows
            ]
        ),
        spans=spans,
        foreign=tuple((sales.key[0], _totals(sales)) for sales in sums.sums_in_other_currencies(**window)),
        kinds=sums.kinds_of_facts(**window),
        cut_off=None if cut_off is None else to_shanghai(cut_off),
        sizes=_coded_sums("size_class", grower_ids, since, period.end),
        provinces=_provinces(_coded_sums("province", grower_ids, since, period.end)),
        income=_income(period, rows),
        **_history(period, grower_ids, spans, ever),
    )


def _income(period: Period, rows: Iterable[Sequence[Any]]) -> NetIncome | None:
    """Sales less costs of everybody who sold in the window, when all of them have said their costs."""
    months = {month.key for month in period.months()}
    sellers = {row[0] for row in rows if row[1] in months}
    return net_income(sellers, period) if sellers else None


def _history(
    period: Period, grower_ids: Sequence[int], spans: Sequence[Span], ever: Sequence[sums.ChannelSpan]
) -> dict[str, Any]:
    """The panel of all covered months since records began, and the coverage of the window by channel."""
    if not spans:
        return {}
    oldest = date(period.end.year - LONGEST_HISTORY_YEARS, period.end.month, 1)
    since = max(month_start(min(span.first_day for span in spans)), oldest)
    covered = covered_months(
        grower_ids, since=min(since, twelve_months(period)[0].start), until=period.end, recorded=ever
    )
    sold = sums.net_by_month(grower_ids=grower_ids, since=since, until=period.end)
    authorised = authorised_since(grower_ids)
    months = [
        (month, month.key, month.start)
        for month in months_between(month_of(since), month_of(period.last_day))
    ]
    channels = sorted({channel for grower_id in grower_ids for channel in covered.channels_of(grower_id)})
    return {
        "panel_growers": tuple(
            PanelGrower(grower_id, authorised.get(grower_id), grower_id not in covered.channels_unknown)
            for grower_id in grower_ids
        ),
        "panel_cells": tuple(
            PanelCell(grower_id, month, sold.get((grower_id, key), 0))
            for grower_id in grower_ids
            for month, key, first in months
            if covered.grower_month_covered(grower_id, first)
        ),
        "coverage": tuple(
            _coverage(covered, grower_ids, channel, month)
            for month in twelve_months(period)
            for channel in channels
        ),
    }


def _coverage(covered: CoverageMap, grower_ids: Sequence[int], channel: str, month: Period) -> CoverageCount:
    first = month.start
    states = Counter(covered.state(grower_id, channel, first) for grower_id in grower_ids)
    return CoverageCount(
        month,
        channel,
        complete=states[CoverageState.COMPLETE],
        partial=states[CoverageState.PARTIAL],
        missing=states[CoverageState.NONE],
    )


def _provinces(rows: Iterable[CodedSum]) -> tuple[CodedSum, ...]:
    """The same sums under the codes of the provinces; orders write one province in several ways."""
    together: dict[tuple[int, str, str], CodedSum] = {}
    codes: dict[str, str] = {}
    for row in rows:
        name, grower_id, month, totals = row
        code = codes.get(name)
        if code is None:
            code = codes[name] = province_code(name)
        key = (grower_id, month.key, code)
        known = together.get(key)
        together[key] = CodedSum(code, grower_id, month, known.totals + totals if known else totals)
    return tuple([together[key] for key in sorted(together)])


def _coded_sums(dimension: str, grower_ids: Sequence[int], since: date, until: date) -> tuple[CodedSum, ...]:
    rows = parts.parts_by(dimension, grower_ids=grower_ids, since=since, until=until)
    months = {row.month: parse_period(row.month) for row in rows}
    return tuple(
        [
            CodedSum(value, grower_id, months[month], Totals(*amounts))
            for grower_id, month, value, *amounts in rows
        ]
    )


def _totals(sales: sums.SalesSum) -> Totals:
    _key, orders, plants, gross_minor, discount_minor, refund_minor, _net_minor = sales
    return Totals(orders, plants, gross_minor, discount_minor, refund_minor)
