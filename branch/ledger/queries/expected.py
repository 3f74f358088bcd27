"""The kept sums as they should be: selects of facts by day, of days by month, and of facts by month and dimension."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, case, cast, func, literal, select

from branch.ledger.models.tables import SaleFactRow, SalesDaily

DAILY_KEYS = ("grower_id", "local_day", "channel", "product_key", "cultivar_group", "currency")
MONTHLY_KEYS = ("grower_id", "month", "channel", "cultivar_group", "currency")
SUMS = ("orders", "plants", "gross_minor", "discount_minor", "refund_minor", "net_minor")
MONTHLY_MEASURES = (
    "facts", "sales", "refunds", "orders", "plants", "gross_minor", "discount_minor", "refund_minor", "net_minor",
)  # fmt: skip
DIMENSIONS = {"size_class": SaleFactRow.size_class, "province": SaleFactRow.province}


def month_of_day(table: type[SaleFactRow | SalesDaily]) -> Any:
    """The month of a row's local day as ``YYYY-MM``, the same on both engines."""
    return func.substr(cast(table.local_day, String), 1, 7)


def daily_sums() -> Select[tuple[object, ...]]:
    """The sums as they should be, straight from the facts: keys, then counts, then sums."""
    group = func.coalesce(SaleFactRow.cultivar_group, "")
    keys = [group if name == "cultivar_group" else getattr(SaleFactRow, name) for name in DAILY_KEYS]
    return select(
        *(key.label(name) for key, name in zip(keys, DAILY_KEYS, strict=True)),
        func.count().label("facts"),
        func.sum(case((SaleFactRow.kind == "sale", 1), else_=0)).label("sales"),
        func.sum(case((SaleFactRow.kind == "refund", 1), else_=0)).label("refunds"),
        *(func.sum(getattr(SaleFactRow, name)).label(name) for name in SUMS),
        func.max(SaleFactRow.recorded_at).label("last_recorded_at"),
    ).group_by(*keys)


def monthly_sums() -> Select[Any]:
    """The sums as they should be, from the daily ones: keys, counts and sums, first and last day, last record."""
    month = month_of_day(SalesDaily)
    keys = [month if name == "month" else getattr(SalesDaily, name) for name in MONTHLY_KEYS]
    return select(
        *(key.label(name) for key, name in zip(keys, MONTHLY_KEYS, strict=True)),
        *(func.sum(getattr(SalesDaily, name)).label(name) for name in MONTHLY_MEASURES),
        func.min(SalesDaily.local_day).label("first_day"),
        func.max(SalesDaily.local_day).label("last_day"),
        func.max(SalesDaily.last_recorded_at).label("last_recorded_at"),
    ).group_by(*keys)


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
