"""Monthly sums by size class and by province: what the daily sums do not know, kept by the same marks.

Each fact stands once under every dimension, so the parts of one dimension sum to the whole; a fact
that names no size or no province stands under "".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, insert, tuple_

from branch.ledger.models.tables import SaleFactRow, SalesPart
from branch.ledger.queries.expected import DIMENSIONS, SUMS, month_of_day, monthly_parts
from core.clock import month_start
from core.database import session

CHUNK = 200


def refresh(days: Iterable[tuple[int, date]]) -> None:
    """Recompute the months in which these growers' days lie. Adds to the caller's transaction."""
    months = sorted({(grower_id, month_start(day)) for grower_id, day in days})
    for start in range(0, len(months), CHUNK):
        chunk = months[start : start + CHUNK]
        keys = [(grower_id, f"{first:%Y-%m}") for grower_id, first in chunk]
        session.execute(delete(SalesPart).where(tuple_(SalesPart.grower_id, SalesPart.month).in_(keys)))
        growers = sorted({grower_id for grower_id, _first in chunk})
        # The bounds on growers and days let the index work; the pairs of keys make the set exact.
        within = (
            SaleFactRow.grower_id.in_(growers),
            SaleFactRow.local_day >= min(first for _grower, first in chunk),
            SaleFactRow.local_day < month_start(max(first for _grower, first in chunk), 1),
            tuple_(SaleFactRow.grower_id, month_of_day(SaleFactRow)).in_(keys),
        )
        for dimension in DIMENSIONS:
            _fill(monthly_parts(dimension).where(*within))


def rebuild() -> None:
    """Recompute every month from scratch. Adds to the caller's transaction."""
    session.execute(delete(SalesPart))
    for dimension in DIMENSIONS:
        _fill(monthly_parts(dimension))


def _fill(sums: Select[Any]) -> None:
    names = ["dimension", "grower_id", "month", "value", "currency", *SUMS]
    session.execute(insert(SalesPart).from_select(names, sums, include_defaults=False))
