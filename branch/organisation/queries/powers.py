"""Who may give which role where, asked of the database; the rule itself is in `roles.py`."""

from collections.abc import Iterable

from sqlalchemy import select

from branch.organisation.models.tables import Membership
from branch.organisation.queries.tree import UnitView, holds_everywhere, roles_held
from branch.organisation.rules.roles import Role, may_change_role
from core.database import session

LEADING = frozenset({Role.SECRETARY, Role.COMMITTEE})


def may_give(account_id: int, role: Role, unit: UnitView | None) -> bool:
    """Whether the account may give `role` there: by a role above, or as an operator to a town that has nobody yet."""
    if unit is not None and may_change_role(roles_held(account_id), role, unit.path):
        return True
    first = unit is not None and role in LEADING and bool(towns_without_people([unit]))
    return first and holds_everywhere(account_id, "units.found")


def towns_without_people(units: Iterable[UnitView]) -> set[int]:
    """The towns among these units at whose root nobody is secretary or on the committee."""
    roots = {unit.id for unit in units if unit.parent_id is None}
    led = session.scalars(
        select(Membership.unit_id).where(Membership.unit_id.in_(roots), Membership.role.in_(LEADING))
    )
    return roots - set(led)
