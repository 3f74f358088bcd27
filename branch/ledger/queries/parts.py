"""Reads of the monthly sums by size class and by province."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from branch.ledger.models.tables import SalesPart
from core.database import read_columns


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
