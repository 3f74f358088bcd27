"""Invitations: a link to take a role at a unit, or to join a grower. Nothing here commits."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from branch.organisation.models import Invitation
from branch.organisation.powers import may_give
from branch.organisation.queries import UnitView, unit_by_id
from branch.organisation.roles import Role
from branch.organisation.service import give_role
from core import messaging
from core.accounts.identity import Identity
from core.accounts.models import Account
from core.accounts.scopes import Scope, note_checked
from core.database import session
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import access_token

VALID_FOR = timedelta(days=7)


@dataclass(frozen=True)
class InvitationView:
    """What its reader sees before accepting."""

    role: Role
    unit: UnitView | None
    grower_id: int | None
    by: str
    expires_at: datetime
    accepted: bool


def invite_to_unit(
    contact: Identity, role: Role, unit: UnitView, *, by_account_id: int, reason: str, at: datetime
) -> str:
    """Invite to a role at a unit; answers the token of the link, which is kept nowhere.

    Raises:
        Forbidden: the inviter could not give this role himself.
        Invalid: the reason is missing.
    """
    if not reason.strip():
        raise Invalid(_("Say why; the reason is kept with the change."), code="reason_missing")
    if not may_give(by_account_id, role, unit):
        raise Forbidden(
            _("Only someone who holds this role or a higher one above this unit can change it."),
            code="role_above_own",
        )
    return _add(contact, role, by_account_id, reason, at, unit_id=unit.id)


def invite_to_grower(contact: Identity, grower_id: int, *, by_account_id: int, at: datetime) -> str:
    """Invite to work for a grower; the caller has made sure that the inviter owns it."""
    return _add(contact, Role.GROWER, by_account_id, "", at, grower_id=grower_id)


def tell(contact: Identity, link: str, place: str, *, at: datetime) -> None:
    """Queue the message that carries the link."""
    messaging.enqueue(
        dedupe_key=f"invitation:{hashlib.sha256(link.encode()).hexdigest()[:40]}",
        to=contact.value,
        template="invitation",
        context={"link": link, "place": place, "days": VALID_FOR.days},
        locale=str(get_locale()),
        at=at,
    )


def get_invitation(token: str, *, at: datetime) -> InvitationView:
    """The invitation behind a link.

    Raises:
        NotFound: there is none, or its time is over.
    """
    row = _row(token, at=at)
    note_checked(Scope.TOKEN)
    by = session.get_one(Account, row.by_account_id)
    return InvitationView(
        role=Role(row.role),
        unit=unit_by_id(row.unit_id) if row.unit_id else None,
        grower_id=row.grower_id,
        by=by.display_name,
        expires_at=row.expires_at,
        accepted=row.accepted_at is not None,
    )


def accept(token: str, account_id: int, *, at: datetime) -> InvitationView:
    """Take what the invitation offers; joining a grower is left to the caller, who knows growers.

    Raises:
        Conflict: somebody accepted it before.
        Forbidden: a role at a unit was offered to another contact than this account's,
            or its giver no longer may give it.
    """
    row = session.scalar(select(Invitation).where(Invitation.id == _row(token, at=at).id).with_for_update())
    assert row is not None
    if row.accepted_at is not None:
        raise Conflict(_("This invitation was accepted before."), code="invitation_used")
    if row.unit_id is not None:
        account = session.get_one(Account, account_id)
        if row.contact not in (account.email, account.phone):
            raise Forbidden(
                _("This invitation is for another contact. Add that contact to your account first."),
                code="invitation_for_another",
            )
        give_role(
            account_id,
            Role(row.role),
            unit=unit_by_id(row.unit_id),
            by_account_id=row.by_account_id,
            reason=row.reason,
            at=at,
        )
    row.accepted_at = at
    row.accepted_by_account_id = account_id
    session.flush()
    return get_invitation(token, at=at)


def _add(
    contact: Identity,
    role: Role,
    by_account_id: int,
    reason: str,
    at: datetime,
    *,
    unit_id: int | None = None,
    grower_id: int | None = None,
) -> str:
    token = access_token()
    session.add(
        Invitation(
            token_digest=_digest(token),
            contact=contact.value,
            role=role,
            unit_id=unit_id,
            grower_id=grower_id,
            reason=reason.strip(),
            by_account_id=by_account_id,
            created_at=at,
            expires_at=at + VALID_FOR,
        )
    )
    session.flush()
    return token


def _row(token: str, *, at: datetime) -> Invitation:
    row = session.scalar(select(Invitation).where(Invitation.token_digest == _digest(token)))
    if row is None or row.expires_at <= at:
        raise NotFound(_("This invitation is not valid any more. Ask for a new one."), code="invitation_over")
    return row


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
