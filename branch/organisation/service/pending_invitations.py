"""Invitations that nobody has accepted yet: listed, withdrawn, and ended with the power of whoever sent them.

Nothing here commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, update

from branch.organisation.models.tables import Invitation
from branch.organisation.queries.members import masked_contact
from branch.organisation.queries.powers import may_give_each, require_may_give
from branch.organisation.queries.tree import UnitView, roles_held, units_by_ids
from branch.organisation.rules.roles import Role
from core.accounts.models.account import Account
from core.database import changed, session, view_of
from core.errors import Conflict, NotFound


@dataclass(frozen=True)
class PendingView:
    """An invitation that can still be accepted, as those see it who may withdraw it."""

    id: int
    contact: str
    role: Role
    unit: UnitView | None
    by: str
    created_at: datetime
    expires_at: datetime


def pending_at(units: Iterable[UnitView], *, at: datetime) -> list[PendingView]:
    """Invitations to roles at these units, newest first."""
    return _views(Invitation.unit_id.in_([unit.id for unit in units]), at=at)


def pending_as_seen(account_id: int, units: Iterable[UnitView], *, at: datetime) -> list[PendingView]:
    """As `pending_at`; contacts are masked for who holds no role at the unit or above it, as an operator does not."""
    paths = [held_role.unit_path for held_role in roles_held(account_id) if held_role.unit_path]
    return [
        invitation
        if invitation.unit is not None and any(invitation.unit.path.startswith(path) for path in paths)
        else replace(invitation, contact=masked_contact(invitation.contact))
        for invitation in pending_at(units, at=at)
    ]


def pending_of_grower(grower_id: int, *, at: datetime) -> list[PendingView]:
    """Invitations to work for a grower, newest first."""
    return _views(Invitation.grower_id == grower_id, at=at)


def get_pending_at_unit(invitation_id: int, *, at: datetime) -> PendingView:
    """One invitation to a role at a unit.

    Raises:
        NotFound: there is none that could still be accepted.
    """
    invitations = _views(Invitation.id == invitation_id, Invitation.unit_id.is_not(None), at=at)
    if not invitations:
        raise invitation_over()
    return invitations[0]


def withdraw(invitation: PendingView, *, by_account_id: int, at: datetime) -> None:
    """Take an invitation to a role back; whoever may give the role may.

    Raises:
        Forbidden: the role is above the actor's, or outside his units.
        Conflict: it was accepted, or withdrawn, meanwhile.
    """
    require_may_give(by_account_id, invitation.role, invitation.unit)
    _end_one(Invitation.id == invitation.id, by_account_id=by_account_id, at=at)


def withdraw_from_grower(invitation_id: int, grower_id: int, *, by_account_id: int, at: datetime) -> None:
    """Take an invitation to work for a grower back; that the actor may decide about its people is the caller's check.

    Raises:
        NotFound: there is none to this grower.
        Conflict: it was accepted, or withdrawn, meanwhile.
    """
    here = Invitation.id == invitation_id, Invitation.grower_id == grower_id
    if session.scalar(select(Invitation.id).where(*here)) is None:
        raise invitation_over()
    _end_one(*here, by_account_id=by_account_id, at=at)


def end_same(
    contact: str, role: Role, *, unit_id: int | None, grower_id: int | None, by_account_id: int, at: datetime
) -> None:
    """A new invitation of somebody to the same role at the same place takes the place of the one before."""
    same = (
        Invitation.contact == contact,
        Invitation.role == role,
        Invitation.unit_id == unit_id if unit_id is not None else Invitation.grower_id == grower_id,
    )
    _end(*same, by_account_id=by_account_id, at=at)


def end_all_of_grower(grower_id: int, *, by_account_id: int | None, at: datetime) -> None:
    """The grower is a member no more: nobody joins it by an older link, also when it comes back."""
    _end(Invitation.grower_id == grower_id, by_account_id=by_account_id, at=at)


def end_powerless(*, account_id: int | None = None, unit_id: int | None = None, at: datetime) -> None:
    """End what `account_id` sent, or what leads to `unit_id`, where its sender may not give the role any more.

    To be asked whenever somebody's power changes, so that power which comes back brings no old link with it.
    """
    concerned = (
        Invitation.by_account_id == account_id if account_id is not None else Invitation.unit_id == unit_id
    )
    rows = session.scalars(
        select(Invitation).where(concerned, Invitation.unit_id.is_not(None), *_open(at))
    ).all()
    standing = standing_among(rows)
    powerless = [row.id for row in rows if row.id not in standing]
    if powerless:
        _end(Invitation.id.in_(powerless), by_account_id=None, at=at)


def stands(row: Invitation) -> bool:
    """Whether whoever invited to a unit could still give the role there today."""
    return row.id in standing_among([row])


def standing_among(rows: Sequence[Invitation]) -> set[int]:
    """The ids of those that `stands` says yes to, with as few statements as for one."""
    if not rows:
        return set()
    inviters = {row.by_account_id for row in rows}
    active = set(session.scalars(select(Account.id).where(Account.id.in_(inviters), Account.active)))
    units = units_by_ids(row.unit_id for row in rows if row.unit_id is not None)
    to_units = [row for row in rows if row.unit_id is not None and row.by_account_id in active]
    gifts = [(row.by_account_id, Role(row.role), units[row.unit_id or 0]) for row in to_units]
    given = {row.id for row, may in zip(to_units, may_give_each(gifts), strict=True) if may}
    return given | {row.id for row in rows if row.unit_id is None and row.by_account_id in active}


def _views(*where: ColumnElement[bool], at: datetime) -> list[PendingView]:
    rows = session.execute(
        select(Invitation, Account.display_name)
        .join(Account, Account.id == Invitation.by_account_id)
        .where(*where, *_open(at))
        .order_by(Invitation.id.desc())
    ).all()
    units = units_by_ids(row.unit_id for row, _name in rows if row.unit_id is not None)
    standing = standing_among([row for row, _name in rows])
    return [
        view_of(PendingView, row, role=Role(row.role), unit=units.get(row.unit_id or 0), by=name)
        for row, name in rows
        if row.id in standing
    ]


def _open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Invitation.accepted_at.is_(None), Invitation.ended_at.is_(None), Invitation.expires_at > at


def _end_one(*where: ColumnElement[bool], by_account_id: int, at: datetime) -> None:
    if not _end(*where, by_account_id=by_account_id, at=at):
        raise Conflict(
            _("This invitation was accepted or withdrawn meanwhile; the page shows the present state."),
            code="invitation_settled",
        )


def _end(*where: ColumnElement[bool], by_account_id: int | None, at: datetime) -> int:
    return changed(
        update(Invitation).where(*where, *_open(at)).values(ended_at=at, ended_by_account_id=by_account_id)
    )


def invitation_over() -> NotFound:
    """What a link answers that leads nowhere any more."""
    return NotFound(_("This invitation is not valid any more. Ask for a new one."), code="invitation_over")
