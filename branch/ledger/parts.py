"""Monthly sums by size class and by province: what the daily sums do not know, kept by the same marks.

Each fact stands once under every dimension, so the parts of one dimension sum to the whole; a fact
that names no size or no province stands under "".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, insert, literal, select, tuple_

from branch.ledger.models import SaleFactRow, SalesPart
from branch.ledger.months import month_of_day
from core.clock import month_start
from core.database import read_columns, session

DIMENSIONS = {"size_class": SaleFactRow.size_class, "province": SaleFactRow.province}
SUMS = ("orders", "plants", "gross_minor", "discount_minor", "refund_minor", "net_minor")
CHUNK = 200


class PartSum(NamedTuple):
    """What one grower sold in one month (``YYYY-MM``) under one value of a dimension."""

    grower_id: int
    month: str
    value: str
    orders: int
    plants: int
    gross_minor: int
    discount_minor: int
    refund_minor: int


def monthly_parts(dimension: str) -> Select[Any]:
    """The sums of one dimension as they should be, straight from the facts."""
    # Each expression is made once: PostgreSQL takes two with parameters of their own for different ones.
    month, value = month_of_day(SaleFactRow), func.coalesce(DIMENSIONS[dimension], "")
    keys = (
        SaleFactRow.grower_id.label("grower_id"),
        month.label("month"),
        value.label("value"),
        SaleFactRow.currency.label("currency"),
    )
    return select(
        literal(dimension).label("dimension"),
        *keys,
        *(func.sum(getattr(SaleFactRow, name)).label(name) for name in SUMS),
    ).group_by(SaleFactRow.grower_id, month, value, SaleFactRow.currency)


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


def parts_by(
    dimension: str, *, grower_ids: Sequence[int], since: date, until: date, currency: str = "CNY"
) -> list[PartSum]:
    """The sums of the months from `since` up to, not including, the month of `until`, in the order of the keys."""
    # Columns of the table, not of the class: tens of thousands of rows need no session to look at each.
    kept = SalesPart.__table__.c
    query = (
        select(
            kept.grower_id, kept.month, kept.value, kept.orders, kept.plants,
            kept.gross_minor, kept.discount_minor, kept.refund_minor,
        )
        .where(
            kept.dimension == dimension,
            kept.currency == currency,
            kept.grower_id.in_(grower_ids),
            kept.month >= f"{since:%Y-%m}",
            kept.month < f"{until:%Y-%m}",
        )
    )  # fmt: skip
    # In order here, not there: PostgreSQL would sort them on disk.
    return sorted([PartSum(*row) for row in read_columns(query, {}).all()])


def _fill(sums: Select[Any]) -> None:
    names = ["dimension", "grower_id", "month", "value", "currency", *SUMS]
    session.execute(insert(SalesPart).from_select(names, sums, include_defaults=False))
