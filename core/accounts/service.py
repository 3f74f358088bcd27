"""Verbs of accounts. Nothing here commits."""

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from flask_security import hash_password
from sqlalchemy import func, select, update

from core.accounts import notices
from core.accounts.devices.service import end_codes
from core.accounts.identity import Identity, parse_identity
from core.accounts.models import Account, AccountCode
from core.accounts.notices import CODE_FOR
from core.accounts.queries import find_account
from core.accounts.scopes import Scope, note_checked
from core.database import changed, session
from core.errors import Conflict, Invalid
from core.ids import random_id

MAX_ATTEMPTS = 5
CODES_PER_HOUR = 5


@dataclass(frozen=True)
class Redeemed:
    """What a right code proves."""

    account_id: int
    purpose: str
    contact: Identity


def create_account(
    identity: Identity,
    *,
    display_name: str,
    password: str,
    at: datetime,
    locale: str = "zh_Hans_CN",
    confirmed: bool = False,
    demo: bool = False,
) -> Account:
    """Open an account that signs in with `identity`.

    `confirmed` says that somebody trustworthy vouches for the contact: the command line, the demonstration.

    Raises:
        Conflict: the contact signs in to an account already.
    """
    if find_account(identity) is not None:
        raise Conflict(_("There is an account with this contact already."), code="account_exists")
    account = Account(
        fs_uniquifier=uuid.uuid4().hex,
        password=hash_password(password),
        active=True,
        display_name=display_name,
        locale=locale,
        demo=demo,
        created_at=at,
    )
    _set_contact(account, identity, confirmed_at=at if confirmed else None)
    session.add(account)
    session.flush()
    return account


def change_profile(account_id: int, *, display_name: str, locale: str) -> None:
    """How the account is called, and the language in which it is written to."""
    account = session.get_one(Account, account_id)
    account.display_name = display_name
    account.locale = locale


def send_code(
    account: Account | None, purpose: str, contact: Identity, *, at: datetime, public_id: str = ""
) -> str:
    """Send six digits to `contact`; answers the id of the page that takes them.

    Without an account nothing is sent, yet the answer looks the same, so that nobody learns who is here.
    """
    public_id = public_id or random_id(24)
    if account is None or _codes_in_last_hour(account.id, purpose, at=at) >= CODES_PER_HOUR:
        return public_id
    code = f"{secrets.randbelow(10**6):06d}"
    session.add(
        AccountCode(
            public_id=public_id,
            account_id=account.id,
            purpose=purpose,
            contact=contact.value,
            digest=_digest(public_id, code),
            expires_at=at + CODE_FOR,
        )
    )
    notices.send_code(account, contact, code)
    return public_id


def count_attempt(public_id: str, *, at: datetime) -> bool:
    """Take one of the few attempts that a code allows; False when none is left.

    A transaction of its own, so that a wrong code is counted although what follows is refused.
    """
    note_checked(Scope.TOKEN)
    counted = changed(
        update(AccountCode)
        .where(
            AccountCode.public_id == public_id,
            AccountCode.used_at.is_(None),
            AccountCode.expires_at > at,
            AccountCode.attempts < MAX_ATTEMPTS,
        )
        .values(attempts=AccountCode.attempts + 1)
    )
    return bool(counted)


def redeem_code(public_id: str, code: str, *, at: datetime) -> Redeemed:
    """Use a code up. To be called after `count_attempt`.

    Raises:
        Invalid: it is wrong, late, used, or guessed at too often; the sentence does not say which.
    """
    row = session.scalar(select(AccountCode).where(AccountCode.public_id == public_id).with_for_update())
    wrong = Invalid(
        _("This code is not right, or no longer valid. You can ask for a new one."), code="code_wrong"
    )
    if row is None or row.used_at is not None or row.expires_at <= at:
        raise wrong
    if not hmac.compare_digest(row.digest, _digest(public_id, code)):
        raise wrong
    row.used_at = at
    contact = parse_identity(row.contact)
    if contact is None:
        raise wrong
    return Redeemed(row.account_id, row.purpose, contact)


def prove_contact(account_id: int, contact: Identity, *, at: datetime) -> None:
    """The account's owner reads messages at `contact`: it signs in with it from now on.

    Raises:
        Conflict: another account signs in with it.
    """
    other = find_account(contact)
    if other is not None and other.id != account_id:
        raise Conflict(_("Another account signs in with this contact."), code="account_exists")
    account = session.get_one(Account, account_id)
    former = account.email if contact.kind == "email" else account.phone
    if former and former != contact.value:
        account.fs_uniquifier = uuid.uuid4().hex  # links of recovery that went to the former one
        end_codes(account_id, at=at)
    others = notices.reach(account)
    _set_contact(account, contact, confirmed_at=at)
    if former and former != contact.value:
        notices.tell_contact_changed(account, former)
    elif not former:
        notices.tell_contact_added(account, others)


def _codes_in_last_hour(account_id: int, purpose: str, *, at: datetime) -> int:
    """Of this purpose alone: strangers can ask for recovery, and must not use up what the owner asks for."""
    mine = (AccountCode.account_id == account_id, AccountCode.purpose == purpose)
    recent = AccountCode.expires_at > at + CODE_FOR - timedelta(hours=1)
    return session.scalar(select(func.count()).where(*mine, recent)) or 0


def _set_contact(account: Account, contact: Identity, *, confirmed_at: datetime | None) -> None:
    if contact.kind == "email":
        account.email, account.email_confirmed_at = contact.value, confirmed_at
    else:
        account.phone, account.phone_confirmed_at = contact.value, confirmed_at


def _digest(public_id: str, code: str) -> str:
    key = current_app.secret_key
    assert isinstance(key, str)
    return hmac.new(key.encode(), f"account-code:{public_id}:{code}".encode(), hashlib.sha256).hexdigest()
