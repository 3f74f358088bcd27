"""What growers spent in a season, and what that leaves them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from branch.ledger.models.tables import GrowerCost
from branch.ledger.queries import sums
from branch.ledger.queries.coverage import covered_months
from branch.ledger.rules.costs import NetIncome, added, costs_of
from branch.ledger.rules.periods import Period
from core.database import session, view_of


@dataclass(frozen=True, slots=True)
class CostEntry:
    """One version of one amount."""

    purpose: str
    version: int
    amount_minor: int
    note: str
    at: datetime


def entries_of(grower_id: int, season: Period) -> list[CostEntry]:
    """Every version of a grower's cost sheet, the newest first."""
    rows = session.scalars(
        select(GrowerCost)
        .where(GrowerCost.grower_id == grower_id, GrowerCost.season == season.key)
        .order_by(GrowerCost.id.desc())
    )
    return [view_of(CostEntry, row) for row in rows]


def sheets_of(grower_ids: Iterable[int]) -> dict[int, dict[str, dict[str, int]]]:
    """The amounts that stand now, by grower, sheet and purpose."""
    sheets: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = session.execute(
        select(GrowerCost.grower_id, GrowerCost.season, GrowerCost.purpose, GrowerCost.amount_minor)
        .where(GrowerCost.grower_id.in_(list(grower_ids)))
        .order_by(GrowerCost.version)
    )
    for grower_id, season, purpose, amount in rows:
        sheets[grower_id][season][purpose] = amount
    return sheets


def costs_recorded(grower_ids: Iterable[int], period: Period) -> set[int]:
    """Those of the growers whose costs of the window are all on record."""
    return {
        grower_id
        for grower_id, sheets in sheets_of(grower_ids).items()
        if costs_of(sheets, period) is not None
    }


def net_income(grower_ids: Iterable[int], period: Period) -> NetIncome | None:
    """Sales less costs of these growers in a window; only then may a report speak of income.

    None unless every one of them has said all costs of the window, and while anything was sold in another
    currency. Reads the daily sums: bring them up to date first.
    """
    ids = sorted(set(grower_ids))
    sheets = sheets_of(ids)
    costs = [costs_of(sheets.get(grower_id, {}), period) for grower_id in ids]
    full = [entry for entry in costs if entry is not None]
    window: dict[str, Any] = {"grower_ids": ids, "since": period.start, "until": period.end}
    if not ids or len(full) < len(ids) or sums.sums_in_other_currencies(**window):
        return None
    table = covered_months(ids, since=period.start, until=period.end)
    return NetIncome(
        growers=len(ids),
        sales_minor=sum(entry.net_minor for entry in sums.sums_by("grower", **window)),
        costs_minor=added(full),
        uncovered=sum(
            1
            for grower_id in ids
            for month in table.months
            if not table.grower_month_covered(grower_id, month)
        ),
    )
