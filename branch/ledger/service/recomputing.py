"""Reading the sums as the facts themselves give them now, whatever the kept sums say; nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import func, insert, literal, select, union

from branch.ledger.models.tables import SaleFactRow, SalesDaily, SalesDirty
from branch.ledger.queries.expected import month_of_day
from branch.ledger.service.daily_sums import refresh_rollups
from core.database import session, transaction

T = TypeVar("T")


class _Undo(Exception):  # noqa: N818 - not an error: it takes the transaction back
    pass


@dataclass(frozen=True, slots=True)
class LateSum:
    """What was recorded after a moment for one grower, month (``YYYY-MM``), channel and cultivar group ("" for none)."""

    grower_id: int
    month: str
    channel: str
    cultivar_group: str
    facts: int
    orders: int
    plants: int
    gross_minor: int
    discount_minor: int
    refund_minor: int


def from_the_facts(read: Callable[[], T], *, grower_ids: Sequence[int], until: date) -> T:
    """What `read` finds when every sum of these growers before `until` is computed anew from the facts.

    Runs in a transaction of its own, which is taken back: the kept sums stay as they are, right or wrong. On
    SQLite nobody else can write meanwhile, on PostgreSQL no refresh can run. `read` must not open transactions.
    """
    readings: list[T] = []
    session.rollback()
    try:
        with transaction():
            _mark(grower_ids, until)
            refresh_rollups()
            readings.append(read())
            raise _Undo
    except _Undo:
        return readings[0]


def _mark(grower_ids: Sequence[int], until: date) -> None:
    """Mark the days that have facts, and those that have sums, which may be sums of nothing."""
    days = union(
        *(
            select(table.grower_id, table.local_day).where(
                table.grower_id.in_(grower_ids), table.local_day < until
            )
            for table in (SaleFactRow, SalesDaily)
        )
    ).subquery()
    session.execute(
        insert(SalesDirty).from_select(
            ["grower_id", "local_day"], select(days.c.grower_id, days.c.local_day), include_defaults=False
        )
    )


def late_sums(*, grower_ids: Sequence[int], since: date, until: date, after: datetime) -> list[LateSum]:
    """Sums in yuan of the facts about [since, until) that were recorded after the moment `after`."""
    month = month_of_day(SaleFactRow)
    group = func.coalesce(SaleFactRow.cultivar_group, literal(""))
    keys = (SaleFactRow.grower_id, month, SaleFactRow.channel, group)
    names = ("orders", "plants", "gross_minor", "discount_minor", "refund_minor")
    rows = session.execute(
        select(*keys, func.count(), *(func.sum(getattr(SaleFactRow, name)) for name in names))
        .where(
            SaleFactRow.grower_id.in_(grower_ids),
            SaleFactRow.local_day >= since,
            SaleFactRow.local_day < until,
            SaleFactRow.currency == "CNY",
            SaleFactRow.recorded_at > after,
        )
        .group_by(*keys)
    )
    return [LateSum(*row[:4], *(int(value) for value in row[4:])) for row in rows]
