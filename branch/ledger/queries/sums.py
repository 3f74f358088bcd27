"""Reads of the kept sums for pages and reports. Bring them up to date first (`rollup.ensure_fresh`).

Whole months are read from the monthly sums, whose number does not follow the sales.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, case, cast, func, select

from branch.ledger.models.tables import SalesDaily, SalesMonthly
from branch.ledger.queries.expected import SUMS, month_of_day
from core.database import read_columns, session

HOME_CURRENCY = "CNY"


class SalesSum(NamedTuple):
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


# What the monthly sums know, by the name of the grouping; days and products only the daily ones do.
# Columns of the table, not of the class: tens of thousands of rows need no session to look at each.
BY_MONTH: dict[str, Any] = {
    "month": SalesMonthly.__table__.c.month,
    "grower": SalesMonthly.__table__.c.grower_id,
    "channel": SalesMonthly.__table__.c.channel,
    "cultivar_group": SalesMonthly.__table__.c.cultivar_group,
}
BY_DAY: dict[str, Any] = {
    "day": SalesDaily.local_day,
    "month": month_of_day(SalesDaily),
    "grower": SalesDaily.grower_id,
    "channel": SalesDaily.channel,
    "product": SalesDaily.product_key,
    "cultivar_group": SalesDaily.cultivar_group,
}
Table = type[SalesDaily] | type[SalesMonthly]


def sums_by(
    *groupings: str, grower_ids: Sequence[int], since: date, until: date, currency: str = HOME_CURRENCY
) -> list[SalesSum]:
    """Sums of the days in [since, until) by the named groupings, in the order of the keys."""
    monthly = _whole_months(since, until) and BY_MONTH.keys() >= set(groupings)
    table: Table = SalesMonthly if monthly else SalesDaily
    keys = [(BY_MONTH if monthly else BY_DAY)[name] for name in groupings]
    query = (
        _select(table, *keys)
        .group_by(*keys)
        .where(*_where(table, grower_ids, since, until), table.currency == currency)
    )
    rows = read_columns(query.order_by(*keys), {}).all()
    width = len(keys)
    return [SalesSum(tuple(row[:width]), *row[width:]) for row in rows]


def monthly_rows(
    *, grower_ids: Sequence[int], since: date, until: date
) -> Sequence[tuple[int, str, str, str, int, int, int, int, int]]:
    """Every monthly sum in yuan of the whole months of [since, until), in the order of its keys.

    Grower, month, channel, cultivar group, orders, plants, gross, discount, refund: as the table holds them, since
    there are tens of thousands.
    """
    columns = SalesMonthly.__table__.c
    keys = [BY_MONTH[name] for name in ("grower", "month", "channel", "cultivar_group")]
    query = (
        select(*keys, *(columns[name] for name in SUMS[:-1]))
        .where(*_where(SalesMonthly, grower_ids, since, until), columns.currency == HOME_CURRENCY)
        .order_by(*keys)
    )
    return read_columns(query, {}).all()


def net_by_month(*, grower_ids: Sequence[int], since: date, until: date) -> dict[tuple[int, str], int]:
    """Net sales in fen by grower and month (``YYYY-MM``), over the whole months of [since, until)."""
    columns = SalesMonthly.__table__.c
    query = (
        select(columns.grower_id, columns.month, cast(func.sum(columns.net_minor), BigInteger))
        .where(*_where(SalesMonthly, grower_ids, since, until), columns.currency == HOME_CURRENCY)
        .group_by(columns.grower_id, columns.month)
    )
    return {(grower_id, month): net for grower_id, month, net in read_columns(query, {}).all()}


def sums_in_other_currencies(*, grower_ids: Sequence[int], since: date, until: date) -> list[SalesSum]:
    """Sums by currency of what was not sold in yuan; amounts in that currency's minor units."""
    table = _coarsest(since, until)
    query = _select(table, table.currency).where(
        *_where(table, grower_ids, since, until), table.currency != HOME_CURRENCY
    )
    rows = session.execute(query.group_by(table.currency).order_by(table.currency))
    return [SalesSum((row[0],), *row[1:]) for row in rows]


def _whole_months(*bounds: date) -> bool:
    return all(day.day == 1 or day == date.max for day in bounds)


def _coarsest(*bounds: date) -> Table:
    """The smallest table whose rows do not straddle these bounds."""
    return SalesMonthly if _whole_months(*bounds) else SalesDaily


def _select(table: Table, *keys: Any) -> Select[Any]:
    # PostgreSQL sums whole numbers to a decimal one.
    return select(*keys, *(cast(func.sum(table.__table__.c[name]), BigInteger) for name in SUMS))


def _where(table: Table, grower_ids: Sequence[int], since: date, until: date) -> tuple[Any, ...]:
    return (table.grower_id.in_(grower_ids), _from(table, since), _before(table, until))


def _from(table: Table, since: date) -> Any:
    return table.month >= _key(since) if table is SalesMonthly else SalesDaily.local_day >= since


def _before(table: Table, until: date) -> Any:
    return table.month < _key(until) if table is SalesMonthly else SalesDaily.local_day < until


def _key(day: date) -> str:
    return "9999-99" if day == date.max else f"{day:%Y-%m}"


def channel_spans(*, grower_ids: Sequence[int], until: date) -> list[ChannelSpan]:
    """For each grower and channel, the first and the last day on record before `until`."""
    table = _coarsest(until)
    first, last = (
        (SalesMonthly.first_day, SalesMonthly.last_day)
        if table is SalesMonthly
        else (SalesDaily.local_day, SalesDaily.local_day)
    )
    keys = (table.grower_id, table.channel)
    rows = session.execute(
        select(*keys, func.min(first), func.max(last))
        .where(table.grower_id.in_(grower_ids), _before(table, until))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [ChannelSpan(*row) for row in rows]


def spans_until_and_ever(
    *, grower_ids: Sequence[int], until: date
) -> tuple[list[ChannelSpan], list[ChannelSpan]]:
    """`channel_spans` of the whole months before `until`, and without an end, from one look at the sums."""
    columns = SalesMonthly.__table__.c
    keys = (columns.grower_id, columns.channel)
    before = case((columns.month < _key(until), columns.last_day))
    rows = read_columns(
        select(*keys, func.min(columns.first_day), func.max(columns.last_day), func.max(before))
        .where(columns.grower_id.in_(grower_ids))
        .group_by(*keys)
        .order_by(*keys),
        {},
    ).all()
    # The first day of all lies in the first month, so it is the first before `until` as well, where there is one.
    ever = [ChannelSpan(who, channel, first, last) for who, channel, first, last, _last in rows]
    return [
        ChannelSpan(who, channel, first, last)
        for who, channel, first, _ever, last in rows
        if last is not None
    ], ever


def kinds_of_facts(*, grower_ids: Sequence[int], since: date, until: date) -> dict[str, int]:
    """How many sales, refunds and reversals lie in [since, until)."""
    table = _coarsest(since, until)
    row = session.execute(
        select(func.sum(table.sales), func.sum(table.refunds), func.sum(table.facts)).where(
            *_where(table, grower_ids, since, until)
        )
    ).one()
    sales, refunds, facts = (int(value or 0) for value in row)
    return {"sale": sales, "refund": refunds, "reversal": facts - sales - refunds}


def last_recorded(*, grower_ids: Sequence[int], since: date, until: date) -> datetime | None:
    """When the latest fact about [since, until) was recorded."""
    table = _coarsest(since, until)
    return session.scalar(
        select(func.max(table.last_recorded_at)).where(*_where(table, grower_ids, since, until))
    )


def newest_day(grower_ids: Sequence[int]) -> date | None:
    """The latest day on which any of these growers has a record."""
    return session.scalar(
        select(func.max(SalesMonthly.last_day)).where(SalesMonthly.grower_id.in_(grower_ids))
    )
