"""Codes sent to a contact, and the pages that take them. Nothing here commits.

A page belongs to who asked; a code belongs to the contact: any page that was opened for a contact takes any good code that
was sent there. So a stranger who asks for somebody's recovery sends him a code that works on his own page.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from core.accounts.models.account import Account, AccountCode, ContactMessage
from core.accounts.rules.codes import (
    COUNTED_FOR,
    DIGITS,
    LONGEST,
    MOST_ATTEMPTS,
    MOST_TRIES,
    good_for,
    wait_after,
)
from core.accounts.rules.identity import Identity, parse_identity
from core.accounts.service import notices
from core.database import changed, locked, session
from core.errors import Invalid
from core.ids import random_id
from core.scopes import Scope, note_checked


@dataclass(frozen=True)
class Redeemed:
    """What a right code proves."""

    account_id: int
    purpose: str
    contact: Identity


def send_code(
    account: Account | None, purpose: str, contact: Identity, *, at: datetime, public_id: str = ""
) -> str:
    """Have a code sent to `contact`, unless one was a short while ago; answers the id of the page that takes them.

    Without an account nothing is sent, yet the answer looks the same, so that nobody learns who is here.
    """
    public_id = public_id or random_id(24)
    if account is None:
        return public_id
    session.execute(
        delete(AccountCode).where(
            AccountCode.account_id == account.id, AccountCode.expires_at <= at - COUNTED_FOR
        )
    )
    session.add(
        AccountCode(
            public_id=public_id,
            account_id=account.id,
            purpose=purpose,
            contact=contact.value,
            expires_at=at + LONGEST,
        )
    )
    code = "".join(secrets.choice("0123456789") for _place in range(DIGITS))
    lasts = note_message(contact, "code", digest=_digest(contact.value, code), at=at)
    if lasts is not None:
        notices.send_code(account, contact, code, good_for=lasts)
    return public_id


def note_message(contact: Identity, what: str, *, digest: str = "", at: datetime) -> timedelta | None:
    """Write a message to `contact` down, a `code` or a `link`, that is to be sent now: how long a code in it is good.

    None when one was sent a short while ago: no further one goes out.
    """
    mine = ContactMessage.contact == contact.value, ContactMessage.what == what
    session.execute(delete(ContactMessage).where(*mine, ContactMessage.sent_at <= at - COUNTED_FOR))
    rows = session.execute(
        select(ContactMessage.number, ContactMessage.sent_at, ContactMessage.used_at)
        .where(*mine)
        .order_by(ContactMessage.number)
    ).all()
    last_used = max((index for index, row in enumerate(rows, 1) if row.used_at is not None), default=0)
    counted = rows[last_used:]
    if counted and counted[-1].sent_at + wait_after(len(counted)) > at:
        return None
    lasts = good_for(len(counted) + 1)
    message = ContactMessage(
        contact=contact.value,
        what=what,
        number=rows[-1].number + 1 if rows else 1,
        digest=digest,
        sent_at=at,
        expires_at=at + lasts,
    )
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:
        return None  # somebody else asked at the same moment, and his message goes out
    return lasts


def forget_links(account: Account, *, at: datetime) -> None:
    """Links of recovery that were sent are worth nothing any more: a new one may be sent at once."""
    if account.email:
        changed(
            update(ContactMessage)
            .where(
                ContactMessage.contact == account.email,
                ContactMessage.what == "link",
                ContactMessage.used_at.is_(None),
            )
            .values(used_at=at)
        )


def count_attempt(public_id: str, *, at: datetime) -> bool:
    """Take one of the few attempts that a page allows; False when none is left.

    A transaction of its own, so that a wrong code is counted although what follows is refused.
    """
    note_checked(Scope.TOKEN)
    counted = changed(
        update(AccountCode)
        .where(
            AccountCode.public_id == public_id,
            AccountCode.used_at.is_(None),
            AccountCode.expires_at > at,
            AccountCode.attempts < MOST_ATTEMPTS,
        )
        .values(attempts=AccountCode.attempts + 1)
    )
    if counted:
        contact = session.scalars(select(AccountCode.contact).where(AccountCode.public_id == public_id)).one()
        for message in _valid_codes(contact, at=at):
            message.tries += 1
        session.flush()
    return bool(counted)


def redeem_code(public_id: str, code: str, *, at: datetime) -> Redeemed:
    """Use a page and the code that was entered on it up. To be called after `count_attempt`.

    Raises:
        Invalid: it is wrong, late, used, or guessed at too often; the sentence does not say which.
    """
    wrong = Invalid(
        _("This code is not right, or no longer valid. You can ask for a new one."), code="code_wrong"
    )
    page = locked(AccountCode, AccountCode.public_id == public_id)
    if page is None or page.used_at is not None or page.expires_at <= at:
        raise wrong
    entered = _digest(page.contact, code)
    good = _valid_codes(page.contact, at=at)
    contact = parse_identity(page.contact)
    if contact is None or not any(hmac.compare_digest(message.digest, entered) for message in good):
        raise wrong
    page.used_at = at
    for message in good:
        message.used_at = at
    return Redeemed(page.account_id, page.purpose, contact)


def _valid_codes(contact: str, *, at: datetime) -> list[ContactMessage]:
    """The codes at this contact that are good, for this transaction alone until it ends."""
    rows = session.scalars(
        select(ContactMessage)
        .where(
            ContactMessage.contact == contact,
            ContactMessage.what == "code",
            ContactMessage.used_at.is_(None),
            ContactMessage.expires_at > at,
            ContactMessage.tries < MOST_TRIES,
        )
        .order_by(ContactMessage.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _digest(contact: str, code: str) -> str:
    key = current_app.secret_key
    assert isinstance(key, str)
    return hmac.new(key.encode(), f"account-code:{contact}:{code}".encode(), hashlib.sha256).hexdigest()
