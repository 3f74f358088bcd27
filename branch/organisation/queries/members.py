"""Reads of who holds which role at which unit, and of the history of roles."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import aliased

from branch.organisation.models.tables import Membership, MembershipChange, Unit
from branch.organisation.queries.tree import UnitView, roles_allow, roles_held, unit_view
from branch.organisation.rules.roles import Role
from core.accounts.models.account import Account
from core.accounts.rules.identity import masked, parse_identity
from core.database import session, view_of
from core.errors import NotFound


@dataclass(frozen=True)
class MemberView:
    """One role that somebody holds."""

    id: int
    account_id: int
    display_name: str
    contact: str
    role: Role
    unit: UnitView | None
    since: datetime
    second_factor: bool
    demo: bool


@dataclass(frozen=True)
class MemberChangeView:
    """One line of the history of roles."""

    at: datetime
    display_name: str
    role: Role
    action: str
    unit: UnitView | None
    by: str
    reason: str


def holders_of_roles(roles: Collection[str]) -> set[int]:
    """The accounts that hold one of these roles anywhere."""
    return set(session.scalars(select(Membership.account_id).where(Membership.role.in_(roles))))


def members_of(units: Iterable[UnitView]) -> list[MemberView]:
    """Who holds a role at these units, higher units first."""
    by_id: dict[int | None, UnitView] = {unit.id: unit for unit in units}
    rows = session.execute(
        select(Membership, Account)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.unit_id.in_(by_id))
        .order_by(Membership.id)
    )
    members = [_member(membership, account, by_id[membership.unit_id]) for membership, account in rows]
    return sorted(members, key=lambda member: member.unit.path if member.unit else "")


def members_as_seen(account_id: int, units: Iterable[UnitView]) -> list[MemberView]:
    """As `members_of`; how to reach somebody is masked for who does not see him by a role at his unit or above it.

    So an operator, who holds his role at no unit, reads who holds what, and whom he can call only once he has taken a
    unit's work over in plain sight.
    """
    own_roles = [role for role in roles_held(account_id) if role.unit_path]
    return [
        member
        if member.account_id == account_id
        or (member.unit is not None and roles_allow(own_roles, "members.view", member.unit.path))
        else replace(member, contact=masked_contact(member.contact))
        for member in members_of(units)
    ]


def masked_contact(contact: str) -> str:
    """Enough of a stored contact for its owner to recognise; empty where it is none."""
    identity = parse_identity(contact)
    return masked(identity) if identity else ""


def get_member(membership_id: int) -> MemberView:
    """One membership.

    Raises:
        NotFound: it was taken away meanwhile, or never was.
    """
    row = session.execute(
        select(Membership, Account, Unit)
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(Membership.id == membership_id)
    ).one_or_none()
    if row is None:
        raise NotFound(_("This role is not held any more."), code="role_not_held")
    membership, account, unit = row
    return _member(membership, account, unit_view(unit) if unit else None)


def member_with(account_id: int, role: Role, unit: UnitView | None) -> MemberView:
    """The membership by which an account holds a role at a unit, or without one.

    Raises:
        NotFound: it does not hold it there.
    """
    membership_id = session.scalar(
        select(Membership.id).where(
            Membership.account_id == account_id,
            Membership.role == role,
            Membership.unit_id.is_(None) if unit is None else Membership.unit_id == unit.id,
        )
    )
    return get_member(membership_id or 0)


def _member(membership: Membership, account: Account, unit: UnitView | None) -> MemberView:
    return MemberView(
        id=membership.id,
        account_id=account.id,
        display_name=account.display_name,
        contact=account.contact,
        role=Role(membership.role),
        unit=unit,
        since=membership.since,
        second_factor=account.has_second_factor,
        demo=account.demo,
    )


def member_changes(units: Iterable[UnitView], *, limit: int = 30) -> list[MemberChangeView]:
    """The latest roles given and taken at these units, newest first."""
    by_id: dict[int | None, UnitView] = {unit.id: unit for unit in units}
    by = aliased(Account)
    rows = session.execute(
        select(MembershipChange, Account.display_name, by.display_name)
        .join(Account, Account.id == MembershipChange.account_id)
        .outerjoin(by, by.id == MembershipChange.by_account_id)
        .where(MembershipChange.unit_id.in_(by_id))
        .order_by(MembershipChange.id.desc())
        .limit(limit)
    )
    return [
        view_of(
            MemberChangeView,
            change,
            display_name=name,
            role=Role(change.role),
            unit=by_id[change.unit_id],
            by=by_name or "",
        )
        for change, name, by_name in rows
    ]
