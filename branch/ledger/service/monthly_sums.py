"""Monthly sums, added up from the daily ones: what reports read, so that their cost does not follow the sales.

One row per grower, month (``YYYY-MM``), channel, cultivar group and currency, with the first and the last day on
record. Kept by the same marks as the daily sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, insert, tuple_

from branch.ledger.models.tables import SalesDaily, SalesMonthly
from branch.ledger.queries.expected import MONTHLY_KEYS, MONTHLY_MEASURES, month_of_day, monthly_sums
from core.clock import month_start
from core.database import session

CHUNK = 200


def refresh(days: Iterable[tuple[int, date]]) -> None:
    """Add up anew the months in which these growers' days lie. Adds to the caller's transaction."""
    months = sorted({(grower_id, month_start(day)) for grower_id, day in days})
    for start in range(0, len(months), CHUNK):
        chunk = months[start : start + CHUNK]
        keys = [(grower_id, f"{first:%Y-%m}") for grower_id, first in chunk]
        session.execute(
            delete(SalesMonthly).where(tuple_(SalesMonthly.grower_id, SalesMonthly.month).in_(keys))
        )
        # The bounds on growers and days let the index work; the pairs of keys make the set exact.
        _fill(
            monthly_sums().where(
                SalesDaily.grower_id.in_({grower_id for grower_id, _first in chunk}),
                SalesDaily.local_day >= min(first for _grower, first in chunk),
                SalesDaily.local_day < month_start(max(first for _grower, first in chunk), 1),
                tuple_(SalesDaily.grower_id, month_of_day(SalesDaily)).in_(keys),
            )
        )


def rebuild() -> None:
    """Add up every month anew. Adds to the caller's transaction."""
    session.execute(delete(SalesMonthly))
    _fill(monthly_sums())


def _fill(sums: Select[Any]) -> None:
    names = [*MONTHLY_KEYS, *MONTHLY_MEASURES, "first_day", "last_day", "last_recorded_at"]
    session.execute(insert(SalesMonthly).from_select(names, sums, include_defaults=False))
