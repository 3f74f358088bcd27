"""Sums kept by month (``YYYY-MM``), by the same marks as the daily ones, so that the cost of reports does not follow the sales.

`sales_monthly` is added up from the daily sums: a row per grower, month, channel, cultivar group and currency, with the
first and the last day on record. `sales_part` holds what the daily sums do not know, size class and province, from the
facts: each fact stands once under every dimension, so the parts of one dimension sum to the whole; a fact that names no
size or no province stands under "".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, insert, tuple_

from branch.ledger.models.tables import SaleFactRow, SalesDaily, SalesMonthly, SalesPart
from branch.ledger.queries.expected import DIMENSIONS, month_of_day, monthly_parts, monthly_sums
from core.clock import month_start
from core.database import session

CHUNK = 200


def _kept() -> tuple[tuple[type[Any], type[Any], tuple[Select[Any], ...]], ...]:
    """Each table of monthly sums, the one that it is summed from, and the sums as they should be."""
    return (
        (SalesMonthly, SalesDaily, (monthly_sums(),)),
        (SalesPart, SaleFactRow, tuple(monthly_parts(dimension) for dimension in DIMENSIONS)),
    )


def refresh(days: Iterable[tuple[int, date]]) -> None:
    """Recompute the months in which these growers' days lie. Adds to the caller's transaction."""
    months = sorted({(grower_id, month_start(day)) for grower_id, day in days})
    for start in range(0, len(months), CHUNK):
        chunk = months[start : start + CHUNK]
        keys = [(grower_id, f"{first:%Y-%m}") for grower_id, first in chunk]
        first_days = [first for _grower, first in chunk]
        for table, source, sums in _kept():
            session.execute(delete(table).where(tuple_(table.grower_id, table.month).in_(keys)))
            # The bounds on growers and days let the index work; the pairs of keys make the set exact.
            within = (
                source.grower_id.in_({grower_id for grower_id, _first in chunk}),
                source.local_day >= min(first_days),
                source.local_day < month_start(max(first_days), 1),
                tuple_(source.grower_id, month_of_day(source)).in_(keys),
            )
            for query in sums:
                fill(table, query.where(*within))


def rebuild() -> None:
    """Recompute every month from scratch. Adds to the caller's transaction."""
    for table, _source, sums in _kept():
        session.execute(delete(table))
        for query in sums:
            fill(table, query)


def fill(table: type[Any], sums: Select[Any]) -> None:
    """Write what `sums` selects, under the names of its columns, in one statement."""
    names = sums.selected_columns.keys()
    session.execute(insert(table).from_select(names, sums, include_defaults=False))
