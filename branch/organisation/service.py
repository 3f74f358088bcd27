"""Verbs of the tree: add a unit, give and take roles. Nothing here commits."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch.organisation.models import Membership, MembershipChange, Unit
from branch.organisation.queries import MemberView, UnitView, get_unit, roles_held, unit_by_id
from branch.organisation.roles import WITHOUT_UNIT, Role, may_change_role
from core.database import session
from core.errors import Conflict, Forbidden, Invalid

REASON_LIMIT = 500


def add_unit(*, code: str, name_zh: str, name_en: str, kind: str, parent: str | None = None) -> UnitView:
    """Add a unit below `parent` (a code), or answer the one that has the code already."""
    found = session.scalar(select(Unit).where(Unit.code == code))
    if found is None:
        above = get_unit(parent) if parent else None
        found = Unit(
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            kind=kind,
            parent_id=above.id if above else None,
            path=f"{above.path if above else ''}{code}/",
        )
        session.add(found)
        session.flush()
    return unit_by_id(found.id)


def give_role(
    account_id: int,
    role: Role,
    *,
    unit: UnitView | None,
    by_account_id: int | None,
    reason: str,
    at: datetime,
) -> None:
    """Give a role and write down who, when and why. `by_account_id` None is the command line.

    Raises:
        Forbidden: the giver's own role is lower, or does not reach the unit.
        Conflict: the account holds the role there already.
        Invalid: the role needs a unit, or the reason is missing.
    """
    if unit is None and role not in WITHOUT_UNIT:
        raise Invalid(_("This role belongs to a unit; say which one."), code="unit_missing")
    _check_may_change(by_account_id, account_id, role, unit, reason)
    unit_id = unit.id if unit else None
    same = select(Membership.id).where(
        Membership.account_id == account_id,
        Membership.role == role,
        Membership.unit_id.is_(None) if unit_id is None else Membership.unit_id == unit_id,
    )
    if session.scalar(same) is not None:
        raise Conflict(_("This person holds this role already."), code="role_held")
    session.add(Membership(account_id=account_id, unit_id=unit_id, role=role, since=at))
    _note("given", account_id, role, unit_id, by_account_id, reason, at)
    session.flush()


def take_role(member: MemberView, *, by_account_id: int, reason: str, at: datetime) -> None:
    """Take a role away and write down who, when and why.

    Raises:
        Forbidden: the role is higher than the taker's, outside his units, or his own.
        Invalid: the reason is missing.
    """
    _check_may_change(by_account_id, member.account_id, member.role, member.unit, reason)
    session.delete(session.get_one(Membership, member.id))
    unit_id = member.unit.id if member.unit else None
    _note("taken", member.account_id, member.role, unit_id, by_account_id, reason, at)
    session.flush()


def _check_may_change(
    by_account_id: int | None, account_id: int, role: Role, unit: UnitView | None, reason: str
) -> None:
    if not reason.strip():
        raise Invalid(_("Say why; the reason is kept with the change."), code="reason_missing")
    if by_account_id is None:
        return
    if by_account_id == account_id:
        raise Forbidden(_("Nobody changes their own roles; ask another member of staff."), code="own_role")
    if not may_change_role(roles_held(by_account_id), role, unit.path if unit else ""):
        raise Forbidden(
            _("Only someone who holds this role or a higher one above this unit can change it."),
            code="role_above_own",
        )


def _note(
    action: str,
    account_id: int,
    role: Role,
    unit_id: int | None,
    by_account_id: int | None,
    reason: str,
    at: datetime,
) -> None:
    session.add(
        MembershipChange(
            account_id=account_id,
            unit_id=unit_id,
            role=role,
            action=action,
            by_account_id=by_account_id,
            reason=reason.strip()[:REASON_LIMIT],
            at=at,
        )
    )
