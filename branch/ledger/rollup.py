"""Daily sums: recomputed from the facts for the days that are marked, in SQL, in one transaction."""

from __future__ import annotations

from sqlalchemy import Select, case, delete, func, insert, select, text, tuple_

from branch.ledger import months, parts
from branch.ledger.models import SaleFactRow, SalesDaily, SalesDirty
from core.database import session

KEYS = ("grower_id", "local_day", "channel", "product_key", "cultivar_group", "currency")
CHUNK = 400
# More marked days than this are cheaper to recompute all at once.
REBUILD_FROM = 20_000
SUMS = ("orders", "plants", "gross_minor", "discount_minor", "refund_minor", "net_minor")


def daily_sums() -> Select[tuple[object, ...]]:
    """The sums as they should be, straight from the facts: keys, then counts, then sums."""
    group = func.coalesce(SaleFactRow.cultivar_group, "")
    keys = [group if name == "cultivar_group" else getattr(SaleFactRow, name) for name in KEYS]
    return select(
        *(key.label(name) for key, name in zip(keys, KEYS, strict=True)),
        func.count().label("facts"),
        func.sum(case((SaleFactRow.kind == "sale", 1), else_=0)).label("sales"),
        func.sum(case((SaleFactRow.kind == "refund", 1), else_=0)).label("refunds"),
        *(func.sum(getattr(SaleFactRow, name)).label(name) for name in SUMS),
        func.max(SaleFactRow.recorded_at).label("last_recorded_at"),
    ).group_by(*keys)


def needs_refresh() -> bool:
    """Whether any day's sums are out of date."""
    return session.scalar(select(SalesDirty.id).limit(1)) is not None


def refresh_rollups() -> int:
    """Recompute the sums of every marked day; idempotent. Adds to the caller's transaction.

    The marks are taken away first: whatever is committed later brings a mark of its own, and whatever
    was marked is visible to the statements that follow. Refreshes run one after another.

    Returns:
        How many grower-days were recomputed.
    """
    _alone()
    marked = session.execute(delete(SalesDirty).returning(SalesDirty.grower_id, SalesDirty.local_day))
    days = sorted({(grower_id, local_day) for grower_id, local_day in marked})
    if len(days) > REBUILD_FROM:
        rebuild_rollups()
        return len(days)
    for start in range(0, len(days), CHUNK):
        chunk = days[start : start + CHUNK]
        session.execute(
            delete(SalesDaily).where(tuple_(SalesDaily.grower_id, SalesDaily.local_day).in_(chunk))
        )
        _fill(daily_sums().where(tuple_(SaleFactRow.grower_id, SaleFactRow.local_day).in_(chunk)))
    months.refresh(days)
    parts.refresh(days)
    return len(days)


def rebuild_rollups() -> int:
    """Recompute every sum from scratch. Adds to the caller's transaction.

    Returns:
        How many rows there are now.
    """
    _alone()
    session.execute(delete(SalesDirty))
    session.execute(delete(SalesDaily))
    _fill(daily_sums())
    months.rebuild()
    parts.rebuild()
    return session.scalar(select(func.count()).select_from(SalesDaily)) or 0


def ensure_fresh() -> None:
    """Bring the sums up to date when they are not; call it at an edge, inside its transaction."""
    if needs_refresh():
        refresh_rollups()


def _fill(sums: Select[tuple[object, ...]]) -> None:
    names = [*KEYS, "facts", "sales", "refunds", *SUMS, "last_recorded_at"]
    session.execute(insert(SalesDaily).from_select(names, sums, include_defaults=False))


def _alone() -> None:
    """Let no other refresh run beside this one; on SQLite the transaction's write lock does it."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE sales_daily IN SHARE ROW EXCLUSIVE MODE"))
