"""Who is to be told about a unit's reports: the nearest people upwards who may act."""

from __future__ import annotations

from branch.organisation.queries.members import members_of
from branch.organisation.queries.tree import UnitView, upwards
from branch.organisation.rules.permissions import PERMISSIONS_OF


def nearest_holders(
    unit_id: int, permission: str, *, above: bool = False
) -> tuple[UnitView | None, set[int]]:
    """The nearest unit, from this one (or the one above it) upwards, where somebody holds `permission`, and who."""
    chain = list(upwards(unit_id))
    for unit in chain[1:] if above else chain:
        holders = {
            member.account_id for member in members_of([unit]) if permission in PERMISSIONS_OF[member.role]
        }
        if holders:
            return unit, holders
    return None, set()
