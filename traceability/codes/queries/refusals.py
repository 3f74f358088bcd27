"""Activations that were refused: who tried, when, for how many plants, and what was missing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from core.accounts.queries.account import display_names
from core.clock import local_day
from core.database import session, view_of
from traceability.codes.models.tables import ActivationRefusal
from traceability.codes.states import BEYOND_BALANCE, Refusal
from traceability.lots.models.tables import Lot

SHOWN = 30


@dataclass(frozen=True)
class RefusalView:
    """One refused activation for the branch."""

    grower_id: int
    lot_number: str | None
    why: Refusal
    codes: int
    plants: int
    free: int | None
    by: str
    at: datetime


def refusals_of(grower_ids: Collection[int]) -> list[RefusalView]:
    """The newest refused activations of these growers."""
    rows = session.execute(
        select(ActivationRefusal, Lot.number)
        .outerjoin(Lot, Lot.id == ActivationRefusal.lot_id)
        .where(ActivationRefusal.grower_id.in_(list(grower_ids)))
        .order_by(ActivationRefusal.id.desc())
        .limit(SHOWN)
    ).all()
    names = display_names(row.by_account_id for row, _number in rows)
    return [
        view_of(RefusalView, row, lot_number=number, why=Refusal(row.why), by=names[row.by_account_id])
        for row, number in rows
    ]


@dataclass(frozen=True)
class Tries:
    """Attempts beyond the balance: the same lot on the same day counts once, whoever pressed the button again."""

    times: int = 0
    plants: int = 0
    rows: tuple[int, ...] = ()


def tries_beyond(*, within: timedelta, at: datetime) -> dict[int, Tries]:
    """By grower, what was tried beyond land or lot in the time before `at`; the largest try of a day counts."""
    rows = session.execute(
        select(
            ActivationRefusal.id,
            ActivationRefusal.grower_id,
            func.coalesce(ActivationRefusal.lot_id, 0),
            ActivationRefusal.plants,
            ActivationRefusal.at,
        )
        .where(
            ActivationRefusal.why.in_(sorted(BEYOND_BALANCE)),
            ActivationRefusal.at > at - within,
            ActivationRefusal.at <= at,
        )
        .order_by(ActivationRefusal.id)
    )
    largest: dict[int, dict[tuple[int, str], int]] = {}
    evidence: dict[int, list[int]] = {}
    for row_id, grower_id, lot_id, plants, moment in rows:
        once = largest.setdefault(grower_id, {})
        key = (lot_id, local_day(moment).isoformat())
        once[key] = max(once.get(key, 0), plants)
        evidence.setdefault(grower_id, []).append(row_id)
    return {
        grower_id: Tries(len(once), sum(once.values()), tuple(evidence[grower_id]))
        for grower_id, once in largest.items()
    }
