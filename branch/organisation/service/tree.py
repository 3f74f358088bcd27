"""Verbs of the tree: add a unit, give and take roles. Nothing here commits."""

import re
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch.organisation.events import RoleChanged
from branch.organisation.models.tables import Membership, MembershipChange, Unit
from branch.organisation.queries.members import MemberView
from branch.organisation.queries.powers import LEADING, require_may_give
from branch.organisation.queries.tree import UnitView, get_unit, unit_by_id
from branch.organisation.rules.roles import KINDS_BELOW, WITHOUT_UNIT, Role
from branch.organisation.service.pending_invitations import end_powerless
from core import pinyin
from core.database import session
from core.errors import Conflict, Forbidden, Invalid
from core.outbox.service import record
from core.transitions import require_reason

REASON_LIMIT = 500
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]")


def add_unit(*, code: str, name_zh: str, name_en: str, kind: str, parent: str | None = None) -> UnitView:
    """Add a unit below `parent` (a code), or answer the one that has the code already."""
    unit = session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        above = get_unit(parent) if parent else None
        unit = Unit(
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            kind=kind,
            parent_id=above.id if above else None,
            path=f"{above.path if above else ''}{code}/",
        )
        session.add(unit)
        session.flush()
    return unit_by_id(unit.id)


def found_unit(*, code: str, name_zh: str, name_en: str, kind: str, parent: UnitView | None) -> UnitView:
    """Add a unit to the tree; its code and its place stay for good, its names may change.

    Raises:
        Invalid: such a unit cannot stand there, or code or name are not usable.
        Conflict: the code is taken.
    """
    code = code.strip().lower() or unit_code(name_zh)
    if not CODE.fullmatch(code):
        raise Invalid(
            _("A code has 2 to 40 small letters, digits and hyphens, as in guihua-osmanthus."),
            code="unit_code",
        )
    if kind not in KINDS_BELOW[parent.kind if parent else None]:
        raise Invalid(_("A unit of this kind cannot stand there."), code="unit_kind")
    if not name_zh.strip():
        raise Invalid(_("Give the unit a name."), code="unit_name")
    if session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise Conflict(_("This code is taken; choose another."), code="unit_code_taken")
    return add_unit(
        code=code,
        name_zh=name_zh.strip(),
        name_en=name_en.strip() or name_zh.strip(),
        kind=kind,
        parent=parent.code if parent else None,
    )


def lock_unit(unit_id: int) -> None:
    """Have whoever decides about the same unit wait until this transaction ends."""
    session.scalars(select(Unit.id).where(Unit.id == unit_id).with_for_update()).one()


def rename_unit(unit_id: int, *, name_zh: str, name_en: str) -> None:
    """Give a unit other names.

    Raises:
        Invalid: the Chinese name is empty.
    """
    if not name_zh.strip():
        raise Invalid(_("Give the unit a name."), code="unit_name")
    unit = session.get_one(Unit, unit_id, populate_existing=True)
    unit.name_zh, unit.name_en = name_zh.strip(), name_en.strip() or name_zh.strip()
    session.flush()


def unit_code(name: str) -> str:
    """A code from a name: `桂花镇` becomes `gui-hua-zhen`."""
    return "-".join(re.findall(r"[a-z0-9]+", " ".join(pinyin.syllables(name)).lower()))[:40].strip("-")


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
    if unit is not None and role is Role.OPERATOR:
        raise Invalid(_("Whoever runs the installation does so at no unit."), code="operator_at_unit")
    _check_may_change(by_account_id, account_id, role, unit, reason)
    unit_id = unit.id if unit else None
    same = select(Membership.id).where(
        Membership.account_id == account_id,
        Membership.role == role,
        Membership.unit_id.is_(None) if unit_id is None else Membership.unit_id == unit_id,
    )
    if session.scalar(same) is not None:
        raise Conflict(_("This person holds this role already."), code="role_held")
    end_powerless(account_id=account_id, at=at)
    session.add(Membership(account_id=account_id, unit_id=unit_id, role=role, since=at))
    _note("given", account_id, role, unit_id, by_account_id, reason, at)
    session.flush()
    if unit_id is not None and role in LEADING:
        end_powerless(unit_id=unit_id, at=at)  # an operator appoints as long as a town has nobody


def take_role(member: MemberView, *, by_account_id: int | None, reason: str, at: datetime) -> None:
    """Take a role away and write down who, when and why. `by_account_id` None is the command line.

    Raises:
        Forbidden: the role is higher than the taker's, outside his units, or his own.
        Invalid: the reason is missing.
    """
    _check_may_change(by_account_id, member.account_id, member.role, member.unit, reason)
    session.delete(session.get_one(Membership, member.id))
    unit_id = member.unit.id if member.unit else None
    _note("taken", member.account_id, member.role, unit_id, by_account_id, reason, at)
    session.flush()
    end_powerless(account_id=member.account_id, at=at)


def _check_may_change(
    by_account_id: int | None, account_id: int, role: Role, unit: UnitView | None, reason: str
) -> None:
    require_reason(reason, _("Say why; the reason is kept with the change."))
    if by_account_id is None:
        return
    if by_account_id == account_id:
        raise Forbidden(_("Nobody changes their own roles; ask another member of staff."), code="own_role")
    require_may_give(by_account_id, role, unit)


def _note(
    action: str,
    account_id: int,
    role: Role,
    unit_id: int | None,
    by_account_id: int | None,
    reason: str,
    at: datetime,
) -> None:
    change = MembershipChange(
        account_id=account_id,
        unit_id=unit_id,
        role=role,
        action=action,
        by_account_id=by_account_id,
        reason=reason.strip()[:REASON_LIMIT],
        at=at,
    )
    session.add(change)
    session.flush()
    if by_account_id is not None:
        record(RoleChanged(change.id), at=at)
