"""Reading from the ledger and the tree what a report needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import get_locale
from sqlalchemy import select

from branch.growers.models import Grower
from branch.ledger import parts
from branch.ledger import queries as ledger
from branch.ledger.periods import Period, parse_period, twelve_months
from branch.organisation.models import Unit
from branch.organisation.queries import UnitView, unit_name, units_below
from branch.reports.evidence import Evidence, GrowerLabel, Scope
from branch.reports.figures import MonthRow, Span, Totals
from branch.reports.pieces import Piece
from core.clock import to_shanghai
from core.database import session


def gather(period: Period, unit: UnitView, *, today: date) -> Scope:
    """The scope of a report: names in the active locale, numbers from the daily sums."""
    growers = _growers(unit)
    return Scope(
        unit_id=unit.id,
        unit_code=unit.code,
        unit_name=unit_name(unit),
        growers=growers,
        evidence=_evidence(period, sorted(growers)),
        today=today,
        group_name=group_name(),
    )


def group_name() -> Callable[[str], str]:
    """How a cultivar group is called; the room that owns the words is wired in `wsgi.py`."""
    named = current_app.extensions.get("report_group_name")
    return named or (lambda code: code)


def grower_ids_of(unit: UnitView) -> list[int]:
    """Every grower of the unit and below, in the order in which annexes number them."""
    units = [one.id for one in units_below(unit.id)]
    return list(session.scalars(select(Grower.id).where(Grower.unit_id.in_(units)).order_by(Grower.id)))


def _growers(unit: UnitView) -> dict[int, GrowerLabel]:
    """Every grower of the unit and below, whatever became of them since."""
    units = [one.id for one in units_below(unit.id)]
    rows = session.execute(
        select(Grower.id, Grower.name, Grower.slug, Unit.code, Unit.name_zh, Unit.name_en)
        .join(Unit, Unit.id == Grower.unit_id)
        .where(Grower.unit_id.in_(units))
        .order_by(Grower.id)
    )
    locale = get_locale()
    english = locale is not None and locale.language == "en"
    return {
        row.id: GrowerLabel(row.id, row.name, row.slug, row.code, row.name_en if english else row.name_zh)
        for row in rows
    }


def _evidence(period: Period, grower_ids: Sequence[int]) -> Evidence:
    since = twelve_months(period)[0].year_before().start
    window: dict[str, Any] = {"grower_ids": grower_ids, "since": period.start, "until": period.end}
    rows = ledger.sums_by(
        "grower", "month", "channel", "cultivar_group", grower_ids=grower_ids, since=since, until=period.end
    )
    cut_off = ledger.last_recorded(grower_ids=grower_ids, since=since, until=period.end)
    return Evidence(
        rows=tuple(
            MonthRow(one.key[0], parse_period(one.key[1]), one.key[2], one.key[3], _totals(one))
            for one in rows
        ),
        spans=tuple(
            Span(one.grower_id, one.channel, one.first_day, one.last_day)
            for one in ledger.channel_spans(grower_ids=grower_ids, until=period.end)
        ),
        foreign=tuple((one.key[0], _totals(one)) for one in ledger.sums_in_other_currencies(**window)),
        kinds=ledger.kinds_of_facts(**window),
        cut_off=None if cut_off is None else to_shanghai(cut_off),
        sizes=_pieces("size_class", grower_ids, since, period.end),
        provinces=_pieces("province", grower_ids, since, period.end),
    )


def _pieces(dimension: str, grower_ids: Sequence[int], since: date, until: date) -> tuple[Piece, ...]:
    found = parts.parts_by(dimension, grower_ids=grower_ids, since=since, until=until)
    return tuple(
        Piece(
            one.value,
            one.grower_id,
            parse_period(one.month),
            Totals(one.orders, one.plants, one.gross_minor, one.discount_minor, one.refund_minor),
        )
        for one in found
    )


def _totals(one: ledger.SalesSum) -> Totals:
    return Totals(one.orders, one.plants, one.gross_minor, one.discount_minor, one.refund_minor)
