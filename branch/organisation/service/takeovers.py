"""An operator takes over a unit's work for some days: dated, sealed, told to the unit's people. Nothing here commits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from branch.organisation.events import TakeoverEnded, UnitTakenOver
from branch.organisation.models.tables import Takeover
from branch.organisation.models.takeover_sealing import seal_takeover
from branch.organisation.queries.tree import UnitView, holds_everywhere, unit_by_id
from branch.organisation.rules.roles import Role
from branch.organisation.service.pending_invitations import end_powerless
from core.accounts.models.account import Account
from core.database import changed, session, view_of
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import random_id
from core.outbox.service import record
from core.transitions import require_reason

TAKE_OVER = "units.take_over"
MOST_DAYS = 30
REASON_LIMIT = 500
SHOWN = 20


@dataclass(frozen=True)
class TakeoverView:
    """Who works for a unit instead of its own people, from when until when, and why."""

    public_id: str
    unit: UnitView
    account_id: int
    by: str
    role: Role
    reason: str
    begun_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    ended_by: str
    in_force: bool


def role_at(unit: UnitView) -> Role:
    """Whose work it is at a unit: the committee's at a town's root, the secretary's elsewhere."""
    return Role.COMMITTEE if unit.kind == "committee" else Role.SECRETARY


def take_over(
    unit: UnitView, *, account_id: int, role: Role | None = None, days: int, reason: str, at: datetime
) -> str:
    """Begin to do a unit's work; it ends by itself after `days`. The public id of the take-over.

    Raises:
        Forbidden: the account does not run the installation.
        Conflict: it has taken this work over already.
        Invalid: the days are out of bounds, there is no reason, or the role is none to be taken over.
    """
    role = role or role_at(unit)
    if not holds_everywhere(account_id, TAKE_OVER):
        raise Forbidden(
            _("Only an operator of the installation takes over a unit's work."), code="no_operator"
        )
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(_("Between 1 and %(most)s days.", most=MOST_DAYS), code="takeover_days")
    reason = require_reason(reason, _("Say why; the unit's people read it."))
    if role not in {Role.SECRETARY, Role.COMMITTEE}:
        raise Invalid(
            _("Only the work of a secretary or of the committee is taken over."), code="takeover_role"
        )
    same = select(Takeover.id).where(
        Takeover.account_id == account_id,
        Takeover.unit_id == unit.id,
        Takeover.role == role,
        Takeover.ended_at.is_(None),
        Takeover.ends_at > at,
    )
    if session.scalar(same.limit(1)) is not None:
        raise Conflict(_("This work is taken over already."), code="taken_over")
    end_powerless(account_id=account_id, at=at)
    row = Takeover(
        public_id=random_id(20),
        unit_id=unit.id,
        account_id=account_id,
        role=role,
        reason=reason[:REASON_LIMIT],
        begun_at=at,
        ends_at=at + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    seal_takeover(row)
    record(UnitTakenOver(row.public_id), at=at)
    return row.public_id


def end_takeover(public_id: str, *, by_account_id: int, at: datetime) -> None:
    """Give the work back before its last day; who may do that is checked by the caller.

    Raises:
        Conflict: it is over.
        NotFound: there is none with this id.
    """
    row = _row(public_id)
    ended = changed(
        update(Takeover)
        .where(Takeover.id == row.id, Takeover.ended_at.is_(None), Takeover.ends_at > at)
        .values(ended_at=at, ended_by_account_id=by_account_id)
    )
    if not ended:
        raise Conflict(_("This take-over is over already."), code="takeover_over")
    session.refresh(row)
    end_powerless(account_id=row.account_id, at=at)
    seal_takeover(row)
    record(TakeoverEnded(public_id), at=at)


def get_takeover(public_id: str, *, at: datetime) -> TakeoverView:
    """One take-over.

    Raises:
        NotFound: there is none with this id.
    """
    row = _row(public_id)
    return next(
        takeover
        for takeover in takeovers_of([unit_by_id(row.unit_id)], at=at)
        if takeover.public_id == public_id
    )


def takeovers_of(units: Iterable[UnitView], *, at: datetime) -> list[TakeoverView]:
    """The latest take-overs of these units, newest first."""
    by_id = {unit.id: unit for unit in units}
    ender = aliased(Account)
    rows = session.execute(
        select(Takeover, Account.display_name, ender.display_name)
        .join(Account, Account.id == Takeover.account_id)
        .outerjoin(ender, ender.id == Takeover.ended_by_account_id)
        .where(Takeover.unit_id.in_(by_id))
        .order_by(Takeover.id.desc())
        .limit(SHOWN)
    )
    return [
        view_of(
            TakeoverView,
            row,
            unit=by_id[row.unit_id],
            by=name,
            role=Role(row.role),
            ended_by=ended_by or "",
            in_force=row.ended_at is None and row.ends_at > at,
        )
        for row, name, ended_by in rows
    ]


def _row(public_id: str) -> Takeover:
    row = session.scalar(select(Takeover).where(Takeover.public_id == public_id))
    if row is None:
        raise NotFound(_("There is no such take-over."), code="no_such_takeover")
    return row
