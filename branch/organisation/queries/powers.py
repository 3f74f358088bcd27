"""Who may give which role where, asked of the database; the rule itself is in `roles.py`."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from branch.organisation.models.tables import Membership
from branch.organisation.queries.tree import UnitView, roles_of
from branch.organisation.rules.permissions import PERMISSIONS_OF
from branch.organisation.rules.roles import Role, may_change_role
from core.database import session
from core.errors import Forbidden

LEADING = frozenset({Role.SECRETARY, Role.COMMITTEE})
Gift = tuple[int, Role, UnitView | None]  # an account, the role that it would give, and where


def require_may_give(account_id: int, role: Role, unit: UnitView | None) -> None:
    """Refuse who may not give, or take, `role` there.

    Raises:
        Forbidden: `role_above_own`.
    """
    if not may_give_each([(account_id, role, unit)])[0]:
        raise Forbidden(
            _("Only someone who holds this role or a higher one above this unit can change it."),
            code="role_above_own",
        )


def may_give_each(gifts: Sequence[Gift]) -> list[bool]:
    """Whether the account may give the role there: by a role above, or as an operator to a town that has nobody yet.

    For each in turn, with as few statements as for one.
    """
    roles = roles_of(account_id for account_id, _role, _unit in gifts)
    by_role = [
        unit is not None and may_change_role(roles[account_id], role, unit.path)
        for account_id, role, unit in gifts
    ]
    as_operator = [
        unit is not None
        and role in LEADING
        and any(
            role.unit_path is None and "units.found" in PERMISSIONS_OF[role.role]
            for role in roles[account_id]
        )
        for account_id, role, unit in gifts
    ]
    doubtful = [
        unit
        for (_id, _role, unit), given, first in zip(gifts, by_role, as_operator, strict=True)
        if unit is not None and first and not given
    ]
    headless = towns_without_people(doubtful) if doubtful else set()
    return [
        given or (first and unit is not None and unit.id in headless)
        for (_id, _role, unit), given, first in zip(gifts, by_role, as_operator, strict=True)
    ]


def towns_without_people(units: Iterable[UnitView]) -> set[int]:
    """The towns among these units at whose root nobody is secretary or on the committee."""
    roots = {unit.id for unit in units if unit.parent_id is None}
    led = session.scalars(
        select(Membership.unit_id).where(Membership.unit_id.in_(roots), Membership.role.in_(LEADING))
    )
    return roots - set(led)
