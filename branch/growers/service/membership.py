"""Verbs about growers: apply, admit, refuse, leave. Nothing here commits."""

from dataclasses import asdict, dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from branch.growers.models.tables import Grower, GrowerChange, GrowerMember
from branch.growers.queries.directory import (
    GrowerView,
    get_grower,
    membership_at_grower,
    require_grower,
    was_admitted,
)
from branch.growers.queries.independence import require_independent
from branch.growers.rules.slugs import slug_base
from branch.growers.service.notices import tell_owner
from branch.growers.states import NEEDS_REASON, NEXT, GrowerState, may_become
from branch.organisation.queries.tree import require_unit_access, unit_by_id
from branch.organisation.service.invitations import InvitationView
from branch.organisation.service.pending_invitations import end_all_of_grower, invitation_over
from core import pinyin
from core.database import session
from core.errors import Conflict, Forbidden, Invalid
from core.ids import random_id
from core.transitions import StateMachine, decided_meanwhile, require_reason

MEMBERSHIP = StateMachine(NEXT, GrowerChange, of="grower_id", refusal=decided_meanwhile)


@dataclass(frozen=True)
class Application:
    """What a grower says about himself; phone in E.164."""

    name: str
    contact_name: str
    phone: str
    unit_id: int
    phone_public: bool = False
    uscc: str | None = None
    production_licence_number: str | None = None
    about: str = ""


def apply_to_join(application: Application, *, account_id: int, at: datetime) -> GrowerView:
    """File an application with the branch, or file a refused one again with new words.

    Raises:
        Conflict: the account belongs to a grower already, or its application waits for an answer.
        Invalid: the unit is not a village, or another one than where the grower was admitted before: its licences,
            land and orders stay with those who have looked after them.
    """
    if unit_by_id(application.unit_id).kind != "village":
        raise Invalid(_("Choose the village where the plants grow."), code="village_missing")
    row = session.execute(
        select(Grower, GrowerMember.role)
        .join(GrowerMember, GrowerMember.grower_id == Grower.id)
        .where(GrowerMember.account_id == account_id)
    ).one_or_none()
    if row is None:
        grower = _add(application, at=at)
        session.add(GrowerMember(grower_id=grower.id, account_id=account_id, role="owner", since=at))
        _note(grower, GrowerState.APPLIED, by_account_id=account_id, reason="", at=at, first=True)
        return get_grower(id=grower.id)
    grower, role = row
    if role != "owner" or not may_become(grower.state, GrowerState.APPLIED):
        raise Conflict(_("This account belongs to a grower already."), code="grower_exists")
    if application.unit_id != grower.unit_id and was_admitted(grower.id):
        raise Invalid(
            _("A grower who was admitted before applies again in the same village."), code="village_stays"
        )
    _write(grower, application)
    grower.applied_at = at
    _note(grower, GrowerState.APPLIED, by_account_id=account_id, reason="", at=at)
    return get_grower(id=grower.id)


def decide(slug: str, wanted: GrowerState, *, by_account_id: int, reason: str, at: datetime) -> GrowerView:
    """Admit, refuse or end a grower's membership, write it down and tell the owner.

    Raises:
        Forbidden: the grower's village is outside the decider's units, or the decider is one of the grower's people.
        Conflict: somebody else decided first.
        Invalid: the step needs a reason.
    """
    view = get_grower(slug=slug)
    require_unit_access(by_account_id, view.unit_id, "growers.decide")
    require_independent(by_account_id, view.id)
    grower = session.get_one(Grower, view.id, with_for_update=True)
    MEMBERSHIP.require(grower, wanted)
    if wanted in NEEDS_REASON:
        require_reason(reason, _("Say why; the applicant reads it."))
    _note(grower, wanted, by_account_id=by_account_id, reason=reason, at=at)
    if wanted is GrowerState.LEFT:
        end_all_of_grower(grower.id, by_account_id=by_account_id, at=at)
    tell_owner(grower, wanted, at=at)
    return get_grower(id=grower.id)


def register_grower(
    application: Application, *, account_id: int | None, by_account_id: int | None, at: datetime
) -> GrowerView:
    """Add a grower that is admitted at once: a take-over of existing members, or the demonstration."""
    grower = _add(application, at=at)
    if account_id is not None:
        session.add(GrowerMember(grower_id=grower.id, account_id=account_id, role="owner", since=at))
    _note(grower, GrowerState.APPLIED, by_account_id=account_id, reason="", at=at, first=True)
    _note(grower, GrowerState.ADMITTED, by_account_id=by_account_id, reason="", at=at)
    return get_grower(id=grower.id)


def add_staff(grower_id: int, account_id: int, *, at: datetime) -> None:
    """Let an account work for the grower.

    Raises:
        Conflict: it works for a grower already.
    """
    if session.scalar(select(GrowerMember.id).where(GrowerMember.account_id == account_id)) is not None:
        raise Conflict(_("This account belongs to a grower already."), code="grower_exists")
    session.add(GrowerMember(grower_id=grower_id, account_id=account_id, role="staff", since=at))
    session.flush()


def remove_staff(account_id: int, *, by_account_id: int) -> None:
    """End somebody's work for the grower; only the owner can, and never for himself.

    Raises:
        Forbidden: the actor is not the owner of that person's grower.
    """
    grower = require_owner(by_account_id)
    member = session.scalar(
        select(GrowerMember).where(
            GrowerMember.account_id == account_id,
            GrowerMember.grower_id == grower.id,
            GrowerMember.role == "staff",
        )
    )
    if member is None:
        raise Forbidden(_("This person is not staff of your grower."), code="not_your_staff")
    session.delete(member)
    session.flush()


def require_inviter(invitation: InvitationView) -> GrowerView:
    """The grower to which an invitation leads, while whoever sent it still owns it and the branch keeps it.

    Raises:
        NotFound: the invitation leads to no grower, or its sender lost the right to invite.
    """
    membership = membership_at_grower(invitation.by_account_id)
    if membership is None or membership[1] != "owner":
        raise invitation_over()
    grower = membership[0]
    if grower.id != invitation.grower_id or grower.state != GrowerState.ADMITTED:
        raise invitation_over()
    return grower


def require_owner(account_id: int) -> GrowerView:
    """The admitted grower that the account owns.

    Raises:
        Forbidden: it owns none.
    """
    grower = require_grower(account_id)
    role = session.scalar(select(GrowerMember.role).where(GrowerMember.account_id == account_id))
    if role != "owner":
        raise Forbidden(_("Only the owner of the grower can do this."), code="not_the_owner")
    return grower


def _add(application: Application, *, at: datetime) -> Grower:
    grower = Grower(slug=_free_slug(application.name), state=GrowerState.APPLIED, applied_at=at)
    _write(grower, application)
    session.add(grower)
    session.flush()
    return grower


def _write(grower: Grower, application: Application) -> None:
    for name, value in asdict(application).items():
        setattr(grower, name, value)


def _free_slug(name: str) -> str:
    base = slug_base(pinyin.syllables(name)) or "grower"
    slug = base
    while session.scalar(select(Grower.id).where(Grower.slug == slug)) is not None:
        slug = f"{base}-{random_id(4)}"
    return slug


def _note(
    grower: Grower,
    to_state: GrowerState,
    *,
    by_account_id: int | None,
    reason: str,
    at: datetime,
    first: bool = False,
) -> None:
    grower.state_reason = reason.strip()
    if first:
        MEMBERSHIP.note(grower, None, at=at, by=by_account_id, reason=grower.state_reason)
    else:
        MEMBERSHIP.move(grower, to_state, at=at, by=by_account_id, reason=grower.state_reason)
    decided = to_state is not GrowerState.APPLIED
    grower.decided_at = at if decided else None
    grower.decided_by_account_id = by_account_id if decided else None
    session.flush()
