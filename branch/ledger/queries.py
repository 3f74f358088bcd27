"""Reads of the daily sums for pages and reports. Bring them up to date first (`rollup.ensure_fresh`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, cast, func, select

from branch.ledger.models import SalesDaily
from branch.ledger.rollup import SUMS
from core.database import session

HOME_CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class SalesSum:
    """Sums under one key of whatever was grouped by; amounts are minor units of yuan."""

    key: tuple[Any, ...]
    orders: int
    plants: int
    gross_minor: int
    discount_minor: int
    refund_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class ChannelSpan:
    """The first and last day on record of a grower's channel within the days asked for."""

    grower_id: int
    channel: str
    first_day: date
    last_day: date


def _month() -> Any:
    """The month of a day as ``YYYY-MM``, the same on both engines."""
    return func.substr(cast(SalesDaily.local_day, String), 1, 7)


GROUPINGS: dict[str, Any] = {
    "day": SalesDaily.local_day,
    "month": _month(),
    "grower": SalesDaily.grower_id,
    "channel": SalesDaily.channel,
    "product": SalesDaily.product_key,
    "cultivar_group": SalesDaily.cultivar_group,
}


def sums_by(
    *groupings: str, grower_ids: Sequence[int], since: date, until: date, currency: str = HOME_CURRENCY
) -> list[SalesSum]:
    """Sums of the days in [since, until) by the named groupings, in the order of the keys."""
    keys = [GROUPINGS[name] for name in groupings]
    query = _select(*keys).where(*_where(grower_ids, since, until), SalesDaily.currency == currency)
    rows = session.execute(query.group_by(*keys).order_by(*keys))
    return [
        SalesSum(tuple(row[: len(keys)]), *(int(value or 0) for value in row[len(keys) :])) for row in rows
    ]


def sums_in_other_currencies(*, grower_ids: Sequence[int], since: date, until: date) -> list[SalesSum]:
    """Sums by currency of what was not sold in yuan; amounts in that currency's minor units."""
    query = _select(SalesDaily.currency).where(
        *_where(grower_ids, since, until), SalesDaily.currency != HOME_CURRENCY
    )
    rows = session.execute(query.group_by(SalesDaily.currency).order_by(SalesDaily.currency))
    return [SalesSum((row[0],), *(int(value or 0) for value in row[1:])) for row in rows]


def _select(*keys: Any) -> Select[Any]:
    return select(*keys, *(func.sum(getattr(SalesDaily, name)) for name in SUMS))


def _where(grower_ids: Sequence[int], since: date, until: date) -> tuple[Any, ...]:
    return (SalesDaily.grower_id.in_(grower_ids), SalesDaily.local_day >= since, SalesDaily.local_day < until)


def channel_spans(*, grower_ids: Sequence[int], until: date) -> list[ChannelSpan]:
    """For each grower and channel, the first and the last day on record before `until`."""
    rows = session.execute(
        select(
            SalesDaily.grower_id,
            SalesDaily.channel,
            func.min(SalesDaily.local_day),
            func.max(SalesDaily.local_day),
        )
        .where(SalesDaily.grower_id.in_(grower_ids), SalesDaily.local_day < until)
        .group_by(SalesDaily.grower_id, SalesDaily.channel)
        .order_by(SalesDaily.grower_id, SalesDaily.channel)
    )
    return [ChannelSpan(*row) for row in rows]


def kinds_of_facts(*, grower_ids: Sequence[int], since: date, until: date) -> dict[str, int]:
    """How many sales, refunds and reversals lie in [since, until)."""
    row = session.execute(
        select(func.sum(SalesDaily.sales), func.sum(SalesDaily.refunds), func.sum(SalesDaily.facts)).where(
            *_where(grower_ids, since, until)
        )
    ).one()
    sales, refunds, facts = (int(value or 0) for value in row)
    return {"sale": sales, "refund": refunds, "reversal": facts - sales - refunds}


def last_recorded(*, grower_ids: Sequence[int], since: date, until: date) -> datetime | None:
    """When the latest fact about [since, until) was recorded."""
    return session.scalar(
        select(func.max(SalesDaily.last_recorded_at)).where(*_where(grower_ids, since, until))
    )


def newest_day(grower_ids: Sequence[int]) -> date | None:
    """The latest day on which any of these growers has a record."""
    return session.scalar(select(func.max(SalesDaily.local_day)).where(SalesDaily.grower_id.in_(grower_ids)))
