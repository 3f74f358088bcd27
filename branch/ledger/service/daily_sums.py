"""Daily sums: recomputed from the facts for the days that are marked, in SQL, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    String,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
)

from branch.ledger.models.tables import SaleFactRow, SalesDaily, SalesDirty
from branch.ledger.queries.expected import daily_sums
from branch.ledger.service import monthly_sums
from core.clock import now
from core.database import is_postgresql, session
from core.sweeps import claimable

SUMMING = "branch.ledger.sum_up"
CHUNK = 400
# More marked days than this are cheaper to recompute all at once.
REBUILD_FROM = 20_000


class GrowerDay(NamedTuple):
    """A day of one grower's sales; as text, the key of its claim."""

    grower_id: int
    local_day: date

    def __str__(self) -> str:
        return f"{self.grower_id}/{self.local_day.isoformat()}"


def needs_refresh() -> bool:
    """Whether any day's sums are out of date."""
    return session.scalar(select(SalesDirty.id).limit(1)) is not None


def marked_days(*, at: datetime) -> list[GrowerDay]:
    """Grower-days whose sums are out of date, for the sweep; those left out whose sums failed lately."""
    rows = session.execute(
        select(SalesDirty.grower_id, SalesDirty.local_day).distinct().where(_may_be_summed(at))
    )
    return sorted(GrowerDay(grower_id, day) for grower_id, day in rows)


def left_out(grower_ids: Collection[int], since: date, until: date) -> list[GrowerDay]:
    """Days of these growers in [since, until) whose sums could not be computed, and do not say what the facts do."""
    rows = session.execute(
        select(SalesDirty.grower_id, SalesDirty.local_day)
        .distinct()
        .where(SalesDirty.local_day >= since, SalesDirty.local_day < until, ~_may_be_summed(now()))
    )
    wanted = set(grower_ids)
    return sorted(GrowerDay(grower_id, day) for grower_id, day in rows if grower_id in wanted)


def mark_days(days: Iterable[tuple[int, date]]) -> None:
    """Have the daily sums of these days made anew."""
    session.execute(
        insert(SalesDirty), [{"grower_id": grower, "local_day": day} for grower, day in sorted(days)]
    )


def refresh_rollups() -> int:
    """Recompute the sums of every marked day; idempotent. Adds to the caller's transaction.

    The marks are taken away first: whatever is committed later brings a mark of its own, and whatever
    was marked is visible to the statements that follow. Refreshes run one after another. Days whose sums
    cannot be computed, as a sweep has found, keep their marks.

    Returns:
        How many grower-days were recomputed.
    """
    _alone()
    marked = session.execute(
        delete(SalesDirty)
        .where(_may_be_summed(now()))
        .returning(SalesDirty.grower_id, SalesDirty.local_day)
        .execution_options(synchronize_session=False)
    )
    days = sorted({(grower_id, local_day) for grower_id, local_day in marked})
    if len(days) > REBUILD_FROM and not needs_refresh():
        rebuild_rollups()
    else:
        _recompute(days)
    return len(days)


def refresh_days(days: Sequence[GrowerDay]) -> int:
    """As `refresh_rollups`, for these days only, whatever was found about them before."""
    _alone()
    for start in range(0, len(days), CHUNK):
        session.execute(
            delete(SalesDirty).where(
                tuple_(SalesDirty.grower_id, SalesDirty.local_day).in_(days[start : start + CHUNK])
            )
        )
    _recompute(days)
    return len(days)


def _recompute(days: Sequence[tuple[int, date]]) -> None:
    for start in range(0, len(days), CHUNK):
        chunk = days[start : start + CHUNK]
        session.execute(
            delete(SalesDaily).where(tuple_(SalesDaily.grower_id, SalesDaily.local_day).in_(chunk))
        )
        monthly_sums.fill(
            SalesDaily, daily_sums().where(tuple_(SaleFactRow.grower_id, SaleFactRow.local_day).in_(chunk))
        )
    monthly_sums.refresh(days)


def _may_be_summed(at: datetime) -> ColumnElement[bool]:
    key = cast(SalesDirty.grower_id, String) + "/" + cast(SalesDirty.local_day, String)
    return claimable(SUMMING, key, at=at)


def rebuild_rollups() -> int:
    """Recompute every sum from scratch. Adds to the caller's transaction.

    Returns:
        How many rows there are now.
    """
    _alone()
    session.execute(delete(SalesDirty))
    session.execute(delete(SalesDaily))
    monthly_sums.fill(SalesDaily, daily_sums())
    monthly_sums.rebuild()
    return session.scalar(select(func.count()).select_from(SalesDaily)) or 0


def ensure_fresh() -> None:
    """Bring the sums up to date when they are not; call it at an edge, inside its transaction.

    A day whose sums cannot be computed stays marked: ask `left_out` where that matters.
    """
    if needs_refresh():
        refresh_rollups()


def _alone() -> None:
    """Let no other refresh run beside this one; on SQLite the transaction's write lock does it."""
    if is_postgresql():
        session.execute(text("LOCK TABLE sales_daily IN SHARE ROW EXCLUSIVE MODE"))
