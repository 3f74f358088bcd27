"""What must hold in the ledger, each as a query that names the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import String, and_, cast, func, or_, select, tuple_

from branch.growers.models.tables import Grower
from branch.ledger.models.tables import SaleFactRow, SalesDaily, SalesDirty, SalesMonthly, SalesPart
from branch.ledger.queries.expected import (
    DAILY_KEYS,
    DIMENSIONS,
    MONTHLY_KEYS,
    MONTHLY_MEASURES,
    SUMS,
    daily_sums,
    monthly_sums,
)
from core.clock import local_day
from core.database import session
from core.invariants import SHOWN, Finding
from core.invariants import disagreements as broken_rows
from core.money import MINOR_DIGITS
from core.seal import Finding as Disagreement


def check_all() -> list[Finding]:
    """Every invariant, in the order in which a reader wants them. Reads only."""
    return [check() for check in CHECKS]


def disagreements() -> Iterator[Disagreement]:
    """The rows that break an invariant, one by one."""
    return broken_rows(CHECKS)


def _facts() -> int:
    return session.scalar(select(func.count()).select_from(SaleFactRow)) or 0


def net_adds_up() -> Finding:
    """The four amounts of each fact agree."""
    wrong = (
        SaleFactRow.net_minor
        != SaleFactRow.gross_minor - SaleFactRow.discount_minor - SaleFactRow.refund_minor
    )
    return _of_facts("net = gross - discount - refund on every fact", wrong)


def signs_follow_the_kind() -> Finding:
    """What is sold is not negative, what is refunded not positive; reversals carry no positive sum."""
    fact = SaleFactRow
    sale = and_(
        fact.kind == "sale",
        or_(
            fact.gross_minor < 0,
            fact.discount_minor < 0,
            fact.discount_minor > fact.gross_minor,
            fact.refund_minor != 0,
            fact.plants < 0,
        ),
    )
    refund = and_(fact.kind == "refund", or_(fact.gross_minor != 0, fact.refund_minor <= 0, fact.plants > 0))
    reversal = and_(
        fact.kind == "reversal",
        or_(fact.gross_minor > 0, fact.discount_minor > 0, fact.refund_minor > 0, fact.orders > 0),
    )
    return _of_facts("signs follow the kind of the fact", or_(sale, refund, reversal))


def currency_known() -> Finding:
    """Each currency has a known number of minor digits."""
    return _of_facts("every currency is known", SaleFactRow.currency.not_in(MINOR_DIGITS))


def booked_on_the_local_day() -> Finding:
    """Compares in Python, since the engines disagree on time zones; reads in a stream."""
    rows = session.execute(
        select(
            SaleFactRow.source, SaleFactRow.source_ref, SaleFactRow.occurred_at, SaleFactRow.local_day
        ).execution_options(yield_per=5000)
    )
    broken: list[str] = []
    checked = 0
    for source, ref, occurred_at, day in rows:
        checked += 1
        if local_day(occurred_at) != day and len(broken) < SHOWN:
            broken.append(f"{source} {ref}: booked on {day}, happened on {local_day(occurred_at)}")
    return Finding("every fact is booked on its day in Shanghai", checked, tuple(broken), "sale_fact")


def every_fact_has_a_grower() -> Finding:
    """No fact speaks of a grower who is not there."""
    return _of_facts("every fact belongs to a grower", SaleFactRow.grower_id.not_in(select(Grower.id)))


def corrections_belong_to_a_sale() -> Finding:
    """By source and number of the order."""
    sale = select(SaleFactRow.source, SaleFactRow.order_ref).where(SaleFactRow.kind == "sale")
    orphan = and_(SaleFactRow.kind != "sale", tuple_(SaleFactRow.source, SaleFactRow.order_ref).not_in(sale))
    return _of_facts("every refund and reversal belongs to an order that was sold", orphan)


def nothing_is_refunded_twice() -> Finding:
    """Net sales of each order, in each currency, are not below zero."""
    orders = (
        select(
            SaleFactRow.source,
            SaleFactRow.order_ref,
            SaleFactRow.currency,
            func.sum(SaleFactRow.net_minor).label("left"),
        )
        .group_by(SaleFactRow.source, SaleFactRow.order_ref, SaleFactRow.currency)
        .subquery()
    )
    checked = session.scalar(select(func.count()).select_from(orders)) or 0
    rows = session.execute(
        select(orders).where(orders.c.left < 0).order_by(orders.c.source, orders.c.order_ref).limit(SHOWN)
    )
    broken = tuple(
        f"{row.source} order {row.order_ref}: {row.left} minor units of {row.currency} below zero"
        for row in rows
    )
    return Finding("no order gave back more than it took", checked, broken, "sale_fact")


def rollup_equals_facts() -> Finding:
    """Row by row and sum by sum; days that wait for a refresh are named as such."""
    waiting = session.scalar(select(func.count()).select_from(SalesDirty)) or 0
    should = daily_sums().subquery()
    same_key = and_(*(getattr(should.c, name) == getattr(SalesDaily, name) for name in DAILY_KEYS))
    measures = ("facts", *SUMS)
    differs = or_(
        SalesDaily.id.is_(None), *(getattr(should.c, name) != getattr(SalesDaily, name) for name in measures)
    )
    keys = [getattr(should.c, name) for name in DAILY_KEYS]
    rows = session.execute(
        select(*keys, should.c.net_minor, SalesDaily.net_minor.label("rolled_up"))
        .select_from(should)
        .outerjoin(SalesDaily, same_key)
        .where(differs)
        .order_by(*keys)
        .limit(SHOWN)
    )
    broken = [_day(row) + f": facts {row.net_minor}, roll-up {row.rolled_up}" for row in rows]
    extra = session.execute(
        select(*(getattr(SalesDaily, name) for name in DAILY_KEYS))
        .outerjoin(should, same_key)
        .where(should.c.grower_id.is_(None))
        .limit(SHOWN)
    )
    broken += [_day(row) + ": in the roll-up without facts" for row in extra]
    if broken and waiting:
        broken.append(f"{waiting} marks wait for a refresh: run `flask ledger refresh` and check again")
    checked = session.scalar(select(func.count()).select_from(SalesDaily)) or 0
    return Finding("the daily sums equal the facts", checked, tuple(broken), "sales_daily")


def whole_sums_agree() -> Finding:
    """The grand totals by currency, summed along both ways."""
    by_fact = _grand(SaleFactRow)
    by_day = _grand(SalesDaily)
    broken = tuple(
        f"{code}: facts {by_fact.get(code)}, daily sums {by_day.get(code)}"
        for code in sorted(by_fact.keys() | by_day.keys())
        if by_fact.get(code) != by_day.get(code)
    )
    return Finding("grand totals by currency agree", len(by_fact), broken, "sales_daily")


def monthly_parts_agree() -> Finding:
    """Every dimension sums, by grower, month and currency, to the daily sums."""
    month = func.substr(cast(SalesDaily.local_day, String), 1, 7)
    daily = _by_month(SalesDaily.grower_id, month, SalesDaily)
    broken: list[str] = []
    for dimension in DIMENSIONS:
        parts = _by_month(SalesPart.grower_id, SalesPart.month, SalesPart, SalesPart.dimension == dimension)
        broken += [
            f"{dimension} of grower {key[0]} in {key[1]} ({key[2]}): daily sums {daily.get(key)}, parts {parts.get(key)}"
            for key in sorted(daily.keys() | parts.keys())
            if daily.get(key) != parts.get(key)
        ]
    name = "sums by size and by province equal the daily sums"
    return Finding(name, len(daily), tuple(broken[:SHOWN]), "sales_part")


def monthly_sums_agree() -> Finding:
    """Every monthly sum is that of its days, its first and last day included."""
    should = monthly_sums().subquery()
    measures = (*MONTHLY_MEASURES, "first_day", "last_day")
    right = {tuple(row) for row in session.execute(_columns(should.c, measures))}
    stands = {tuple(row) for row in session.execute(_columns(SalesMonthly, measures))}
    broken = [
        f"grower {row[0]} in {row[1]} through {row[2]}: {row[-3]}" for row in sorted(right ^ stands)[:SHOWN]
    ]
    return Finding("the monthly sums equal the daily sums", len(right), tuple(broken), "sales_monthly")


def _columns(table: Any, measures: tuple[str, ...]) -> Any:
    return select(*(getattr(table, name) for name in (*MONTHLY_KEYS, *measures)))


def _by_month(
    grower: Any, month: Any, table: type[SalesDaily | SalesPart], *where: Any
) -> dict[tuple[int, str, str], tuple[int, ...]]:
    rows = session.execute(
        select(grower, month, table.currency, *(func.sum(getattr(table, name)) for name in SUMS))
        .where(*where)
        .group_by(grower, month, table.currency)
    )
    return {
        (grower_id, key, code): tuple(int(value) for value in sums) for grower_id, key, code, *sums in rows
    }


def _grand(table: type[SaleFactRow | SalesDaily]) -> dict[str, tuple[int, ...]]:
    rows = session.execute(
        select(table.currency, *(func.sum(getattr(table, name)) for name in SUMS)).group_by(table.currency)
    )
    return {code: tuple(int(value) for value in sums) for code, *sums in rows}


def _day(row: object) -> str:
    return " ".join(str(getattr(row, name)) for name in DAILY_KEYS)


def _of_facts(name: str, wrong: object) -> Finding:
    rows = session.execute(
        select(SaleFactRow.source, SaleFactRow.source_ref).where(wrong).order_by(SaleFactRow.id).limit(SHOWN)  # type: ignore[arg-type]
    )
    return Finding(name, _facts(), tuple(f"{source} {ref}" for source, ref in rows), "sale_fact")


CHECKS: tuple[Callable[[], Finding], ...] = (
    net_adds_up,
    signs_follow_the_kind,
    currency_known,
    booked_on_the_local_day,
    every_fact_has_a_grower,
    corrections_belong_to_a_sale,
    nothing_is_refunded_twice,
    rollup_equals_facts,
    whole_sums_agree,
    monthly_sums_agree,
    monthly_parts_agree,
)
