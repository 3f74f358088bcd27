"""Invitations: a link to take a role at a unit, or to join a grower. Nothing here commits.

The link alone opens nothing: only an account that has proved the contact to which it was sent accepts it, and only as
long as whoever sent it may give the role. What is not accepted yet: `pending_invitations.py`.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import and_, func, or_, select

from branch.organisation.models.tables import Invitation
from branch.organisation.queries.powers import require_may_give
from branch.organisation.queries.tree import UnitView, unit_by_id
from branch.organisation.rules.roles import Role
from branch.organisation.service.pending_invitations import end_same, invitation_over, stands
from branch.organisation.service.tree import give_role
from core.accounts.models.account import Account
from core.accounts.queries.account import find_confirmed
from core.accounts.rules.identity import Identity, masked, parse_identity
from core.database import session
from core.errors import Conflict, Forbidden
from core.ids import access_token
from core.messaging.service import enqueueing
from core.scopes import Scope, note_checked
from core.transitions import require_reason

VALID_FOR = timedelta(days=7)
DAY = timedelta(days=1)
# In a day: messages cost, nobody wants many of them, and one who sends many to a contact leaves room for others.
MOST_OF_SENDER = 40
MOST_OF_SENDER_TO_CONTACT = 5
MOST_TO_CONTACT = 20


@dataclass(frozen=True)
class InvitationView:
    """What its reader sees before accepting."""

    role: Role
    unit: UnitView | None
    grower_id: int | None
    by: str
    by_account_id: int
    contact: Identity
    expires_at: datetime
    accepted: bool

    @property
    def sent_to(self) -> str:
        """Enough of the contact for its owner to recognise."""
        return masked(self.contact)

    def is_for(self, account_id: int) -> bool:
        """Whether the account has proved that it reads messages at the contact that was invited."""
        return find_confirmed(self.contact) == account_id


def invite_to_unit(
    contact: Identity, role: Role, unit: UnitView, *, by_account_id: int, reason: str, at: datetime
) -> str:
    """Invite to a role at a unit; answers the token of the link, which is kept nowhere.

    Raises:
        Forbidden: the inviter could not give this role himself.
        Invalid: the reason is missing.
        Conflict: `invitations_enough` for a day, of this sender or to this contact.
    """
    reason = require_reason(reason, _("Say why; the reason is kept with the change."))
    require_may_give(by_account_id, role, unit)
    return _add(contact, role, by_account_id, reason, at, unit_id=unit.id)


def invite_to_grower(contact: Identity, grower_id: int, *, by_account_id: int, at: datetime) -> str:
    """Invite to work for a grower; the caller has made sure that the inviter owns it.

    Raises:
        Conflict: `invitations_enough`, as of `invite_to_unit`.
    """
    return _add(contact, Role.GROWER, by_account_id, "", at, grower_id=grower_id)


def tell(contact: Identity, link: str, place: str, *, at: datetime) -> None:
    """Queue the message that carries the link."""
    enqueueing.enqueue(
        dedupe_key=f"invitation:{hashlib.sha256(link.encode()).hexdigest()[:40]}",
        to=contact.value,
        template="invitation",
        context={"link": link, "place": place, "days": VALID_FOR.days},
        locale=str(get_locale()),
        at=at,
        secret_for=VALID_FOR,
    )


def get_invitation(token: str, *, at: datetime) -> InvitationView:
    """The invitation behind a link.

    Raises:
        NotFound: there is none, its time is over, it was withdrawn, or its sender may not give the role any more.
    """
    return _view(_row(token, at=at))


def _view(row: Invitation) -> InvitationView:
    note_checked(Scope.TOKEN)
    by = session.get_one(Account, row.by_account_id)
    return InvitationView(
        role=Role(row.role),
        unit=unit_by_id(row.unit_id) if row.unit_id else None,
        grower_id=row.grower_id,
        by=by.display_name,
        by_account_id=by.id,
        contact=_contact(row),
        expires_at=row.expires_at,
        accepted=row.accepted_at is not None,
    )


def accept(token: str, account_id: int, *, at: datetime) -> InvitationView:
    """Take what the invitation offers; joining a grower is left to the caller, who knows growers.

    Raises:
        Conflict: somebody accepted it before.
        Forbidden: it is for a contact that this account has not proved to be its own.
        NotFound: as of `get_invitation`.
    """
    row = _row(token, at=at, lock=True)
    if row.accepted_at is not None:
        raise Conflict(_("This invitation was accepted before."), code="invitation_used")
    invitation = _view(row)
    if not invitation.is_for(account_id):
        raise Forbidden(
            _("This invitation is for another contact. Add that contact to your account first."),
            code="invitation_for_another",
        )
    row.accepted_at = at
    row.accepted_by_account_id = account_id
    session.flush()
    if row.unit_id is not None:
        give_role(
            account_id,
            Role(row.role),
            unit=unit_by_id(row.unit_id),
            by_account_id=row.by_account_id,
            reason=row.reason,
            at=at,
        )
    return replace(invitation, accepted=True)


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
    _refuse_too_many(contact, by_account_id, at)
    end_same(contact.value, role, unit_id=unit_id, grower_id=grower_id, by_account_id=by_account_id, at=at)
    token = access_token()
    session.add(
        Invitation(
            token_digest=_digest(token),
            contact=contact.value,
            role=role,
            unit_id=unit_id,
            grower_id=grower_id,
            reason=reason,
            by_account_id=by_account_id,
            created_at=at,
            expires_at=at + VALID_FOR,
        )
    )
    session.flush()
    return token


def _refuse_too_many(contact: Identity, by_account_id: int, at: datetime) -> None:
    to_contact = Invitation.contact == contact.value
    by_sender = Invitation.by_account_id == by_account_id
    sent, both, received = session.execute(
        select(
            func.count().filter(by_sender),
            func.count().filter(and_(by_sender, to_contact)),
            func.count().filter(to_contact),
        ).where(Invitation.created_at > at - DAY, or_(by_sender, to_contact))
    ).one()
    if sent >= MOST_OF_SENDER or both >= MOST_OF_SENDER_TO_CONTACT or received >= MOST_TO_CONTACT:
        raise Conflict(
            _(
                "Enough invitations were sent for today. Go on tomorrow, or give the link that you have by hand."
            ),
            code="invitations_enough",
        )


def _row(token: str, *, at: datetime, lock: bool = False) -> Invitation:
    query = select(Invitation).where(Invitation.token_digest == _digest(token))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    over = (
        row is None or row.expires_at <= at or row.ended_at is not None or parse_identity(row.contact) is None
    )
    if row is None or over or (row.accepted_at is None and not stands(row)):
        raise invitation_over()
    return row


def _contact(row: Invitation) -> Identity:
    contact = parse_identity(row.contact)
    assert contact is not None, "was one when it was invited"
    return contact


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
