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
    columns = SalesPart.__table__.c
    query = (
        select(
            columns.grower_id, columns.month, columns.value, columns.orders, columns.plants,
            columns.gross_minor, columns.discount_minor, columns.refund_minor,
        )
        .where(
            columns.dimension == dimension,
            columns.currency == currency,
            columns.grower_id.in_(grower_ids),
            columns.month >= f"{since:%Y-%m}",
            columns.month < f"{until:%Y-%m}",
        )
    )  # fmt: skip
    # In order here, not there: PostgreSQL would sort them on disk.
    return sorted([PartSum(*row) for row in read_columns(query, {}).all()])
