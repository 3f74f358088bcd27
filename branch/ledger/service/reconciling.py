"""A random month's sums compared with the facts each night; what differs is marked, logged and told.

The month is drawn by the date, so that any night can be replayed: `flask ledger reconcile --day 2026-03-12`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from prometheus_client import Gauge
from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from branch.ledger.models.tables import (
    ReconcileRun,
    SaleFactRow,
    SalesDaily,
    SalesMonthly,
    SalesPart,
)
from branch.ledger.queries.expected import (
    DAILY_KEYS,
    DIMENSIONS,
    MONTHLY_KEYS,
    MONTHLY_MEASURES,
    SUMS,
    daily_sums,
    monthly_parts,
    monthly_sums,
)
from branch.ledger.rules.coverage import months_between
from branch.ledger.rules.periods import Period, month_of
from branch.organisation.queries.members import holders_of_roles
from branch.organisation.rules.roles import Role
from core.accounts.service.notifying import notify_accounts
from core.clock import month_start
from core.database import session

log = structlog.get_logger(__name__)

SHOWN = 20
COUNTS = ("facts", "sales", "refunds", *SUMS)

GrowerDay = tuple[int, date]


@dataclass(frozen=True, slots=True)
class RunView:
    """What one night found."""

    day: date
    first_month: str
    last_month: str
    month: str
    days: int
    differing: int
    examples: tuple[str, ...]


def drawn_month(day: date, months: Sequence[Period]) -> Period:
    """The month whose sums are compared in the night of `day`; the same for the same day and months."""
    rng = random.Random(f"ledger reconcile {day.isoformat()}")  # noqa: S311 - replayable on purpose
    return months[rng.randrange(len(months))]


def months_on_record() -> list[Period]:
    """Every month from the first fact or sum to the last."""
    bounds = [
        session.execute(select(func.min(table.local_day), func.max(table.local_day))).one()
        for table in (SaleFactRow, SalesDaily)
    ]
    days = [day for pair in bounds for day in pair if day is not None]
    return [month_of(first) for first in months_between(min(days), month_start(max(days), 1))] if days else []


def compare(month: Period, only: dict[GrowerDay, str] | None = None) -> tuple[int, dict[GrowerDay, str]]:
    """How many grower-days were compared, and those that differ, each with what differs."""
    growers = sorted({who for who, _when in only} if only else session.scalars(_growers()))
    days = _days_that_differ(month, growers)
    # A day that is put right puts its month right as well.
    months = _months_that_differ(month, sorted(set(growers) - {who for who, _when in days}))
    differences = {**_parts_that_differ(month, growers), **months, **days}
    compared = session.scalar(
        select(func.count()).select_from(
            select(SaleFactRow.grower_id, SaleFactRow.local_day)
            .where(*_within(SaleFactRow, month, growers))
            .distinct()
            .subquery()
        )
    )
    return compared or 0, differences


def _growers() -> Any:
    """Everyone with facts or sums; with their keys, an index leads to the month."""
    return select(SaleFactRow.grower_id).distinct().union(select(SalesDaily.grower_id).distinct())


def _within(table: type[SaleFactRow | SalesDaily], month: Period, growers: Sequence[int]) -> tuple[Any, ...]:
    return (table.grower_id.in_(growers), table.local_day >= month.start, table.local_day < month.end)


def _days_that_differ(month: Period, growers: Sequence[int]) -> dict[GrowerDay, str]:
    should = daily_sums().where(*_within(SaleFactRow, month, growers)).subquery()
    same = and_(*(should.c[name] == getattr(SalesDaily, name) for name in DAILY_KEYS))
    wrong = or_(SalesDaily.id.is_(None), *(should.c[name] != getattr(SalesDaily, name) for name in COUNTS))
    rows = session.execute(
        select(
            should.c.grower_id, should.c.local_day, should.c.channel, should.c.net_minor, SalesDaily.net_minor
        )
        .select_from(should)
        .outerjoin(SalesDaily, same)
        .where(wrong)
    )
    differences = {
        (who, when): f"grower {who} on {when} through {channel}: facts {right}, sums {wrong_sum}"
        for who, when, channel, right, wrong_sum in rows
    }
    extra = session.execute(
        select(SalesDaily.grower_id, SalesDaily.local_day, SalesDaily.channel, SalesDaily.net_minor)
        .outerjoin(should, same)
        .where(*_within(SalesDaily, month, growers), should.c.grower_id.is_(None))
    )
    differences |= {
        (who, when): f"grower {who} on {when} through {channel}: no facts, sums {net}"
        for who, when, channel, net in extra
    }
    return differences


def _parts_that_differ(month: Period, growers: Sequence[int]) -> dict[GrowerDay, str]:
    """Growers whose monthly sums by a dimension differ, under the month's first day: a mark there puts them right."""
    keys = ("grower_id", "value", "currency", *SUMS)
    differences: dict[GrowerDay, str] = {}
    for dimension in DIMENSIONS:
        should = monthly_parts(dimension).where(*_within(SaleFactRow, month, growers)).subquery()
        right = {tuple(row) for row in session.execute(select(*(should.c[name] for name in keys)))}
        stands = {
            tuple(row)
            for row in session.execute(
                select(*(getattr(SalesPart, name) for name in keys)).where(
                    SalesPart.dimension == dimension,
                    SalesPart.month == month.key,
                    SalesPart.grower_id.in_(growers),
                )
            )
        }
        for row in right ^ stands:
            differences[row[0], month.start] = (
                f"grower {row[0]} in {month.key}: sums by {dimension} of {row[1] or 'none'}"
            )
    return differences


def _months_that_differ(month: Period, growers: Sequence[int]) -> dict[GrowerDay, str]:
    """Growers whose monthly sums are not those of their days."""
    names = (*MONTHLY_KEYS, *MONTHLY_MEASURES, "first_day", "last_day")
    should = monthly_sums().where(*_within(SalesDaily, month, growers)).subquery()
    right = {tuple(row) for row in session.execute(select(*(should.c[name] for name in names)))}
    stands = {
        tuple(row)
        for row in session.execute(
            select(*(getattr(SalesMonthly, name) for name in names)).where(
                SalesMonthly.month == month.key, SalesMonthly.grower_id.in_(growers)
            )
        )
    }
    return {
        (row[0], month.start): f"grower {row[0]} in {month.key}: monthly sums through {row[2]}"
        for row in right ^ stands
    }


def examples_of(differences: dict[GrowerDay, str]) -> tuple[str, ...]:
    """The first differences in words, in the order of growers and days; at most `SHOWN`."""
    return tuple(differences[key] for key in sorted(differences)[:SHOWN])


def write_run(view: RunView, at: datetime) -> None:
    """Write the night down; tell the operators when something differed. Adds to the caller's transaction."""
    session.add(
        ReconcileRun(
            day=view.day,
            first_month=view.first_month,
            last_month=view.last_month,
            month=view.month,
            days=view.days,
            differing=view.differing,
            examples=list(view.examples),
            at=at,
        )
    )
    if not view.differing:
        return
    notify_accounts(
        holders_of_roles([Role.OPERATOR]),
        "ledger_differs",
        {
            "month": view.month,
            "differing": view.differing,
            "days": view.days,
            "examples": list(view.examples[:5]),
        },
        key=f"ledger-differs:{view.month}:{at.isoformat()}",
    )


def tell_of_differences(view: RunView) -> None:
    """Write the night to the application's log."""
    details = {"night": view.day.isoformat(), "month": view.month, "days": view.days}
    if view.differing:
        log.error("ledger_sums_differ", **details, differing=view.differing, examples=list(view.examples[:5]))
    else:
        log.info("ledger_sums_agree", **details)


def _last_differing() -> float:
    """For `/metrics`: what the last night found; not a number while the database is away."""
    try:
        differing = session.scalar(select(ReconcileRun.differing).order_by(ReconcileRun.id.desc()).limit(1))
    except SQLAlchemyError:
        return float("nan")
    return float(differing or 0)


DIFFERING = Gauge(
    "guiyuan_ledger_days_differing",
    "Grower-days whose sums differed from the facts in the last nightly comparison; they were put right",
)
DIFFERING.set_function(_last_differing)
