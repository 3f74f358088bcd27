"""What growers say that a season cost them: without it, sales are never called income."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch.growers.models.tables import Grower
from branch.ledger.models.record_sealing import seal_cost
from branch.ledger.models.tables import GrowerCost
from branch.ledger.queries.costs import CostEntry, entries_of
from branch.ledger.rules.costs import Purpose, has_a_sheet
from branch.ledger.rules.periods import Period
from core.clock import local_day
from core.database import session
from core.errors import Invalid


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
