"""What growers say that a season cost them: without it, sales are never called income."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from branch.growers.models.tables import Grower
from branch.ledger.models.record_sealing import seal_cost
from branch.ledger.models.tables import GrowerCost
from branch.ledger.queries import sums as queries
from branch.ledger.queries.coverage import covered_months
from branch.ledger.rules.costs import NetIncome, Purpose, added, costs_of, has_a_sheet
from branch.ledger.rules.periods import Period
from core.clock import local_day
from core.database import session
from core.errors import Invalid

__all__ = [
    "CostEntry",
    "NetIncome",
    "costs_recorded",
    "entries_of",
    "net_income",
    "record_costs",
    "sheets_of",
]


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
    return [CostEntry(row.purpose, row.version, row.amount_minor, row.note, row.at) for row in rows]


def sheets_of(grower_ids: Iterable[int]) -> dict[int, dict[str, dict[str, int]]]:
    """The amounts that stand now, by grower, sheet and purpose."""
    found: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = session.execute(
        select(GrowerCost.grower_id, GrowerCost.season, GrowerCost.purpose, GrowerCost.amount_minor)
        .where(GrowerCost.grower_id.in_(list(grower_ids)))
        .order_by(GrowerCost.version)
    )
    for grower_id, season, purpose, amount in rows:
        found[grower_id][season][purpose] = amount
    return found


def record_costs(
    grower_id: int,
    season: Period,
    amounts: Mapping[str, int],
    *,
    note: str = "",
    by_account_id: int | None,
    at: datetime,
) -> list[str]:
    """Write down what a season cost, in fen by purpose, and seal it; what is the same as before adds no version.

    Adds to the caller's transaction.

    Returns:
        The purposes whose amount is new.

    Raises:
        Invalid: `costs_not_kept_so` (no sheet is kept for such a window, or it has not begun),
            `cost_not_allowed` (an unknown purpose or a negative amount).
    """
    if not has_a_sheet(season) or season.start > local_day(at):
        raise Invalid(_("Costs are written down for a season that has begun."), code="costs_not_kept_so")
    if set(amounts) - set(Purpose) or any(amount < 0 for amount in amounts.values()):
        raise Invalid(_("Such a cost cannot be written down."), code="cost_not_allowed")
    session.execute(select(Grower.id).where(Grower.id == grower_id).with_for_update())
    standing: dict[str, CostEntry] = {}
    for entry in reversed(entries_of(grower_id, season)):
        standing[entry.purpose] = entry
    changed = []
    for purpose in Purpose:
        before = standing.get(purpose)
        if purpose not in amounts or (before and before.amount_minor == amounts[purpose]):
            continue
        row = GrowerCost(
            grower_id=grower_id,
            season=season.key,
            purpose=str(purpose),
            version=before.version + 1 if before else 1,
            amount_minor=amounts[purpose],
            note=note.strip(),
            by_account_id=by_account_id,
            at=at,
        )
        session.add(row)
        session.flush()
        seal_cost(row)
        changed.append(str(purpose))
    return changed


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
    full = [one for one in costs if one is not None]
    window: dict[str, Any] = {"grower_ids": ids, "since": period.start, "until": period.end}
    if not ids or len(full) < len(ids) or queries.sums_in_other_currencies(**window):
        return None
    table = covered_months(ids, since=period.start, until=period.end)
    return NetIncome(
        growers=len(ids),
        sales_minor=sum(one.net_minor for one in queries.sums_by("grower", **window)),
        costs_minor=added(full),
        uncovered=sum(
            1
            for grower_id in ids
            for month in table.months
            if not table.grower_month_covered(grower_id, month)
        ),
    )
