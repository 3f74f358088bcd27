"""Verbs of accounts. Nothing here commits."""

import uuid
from datetime import datetime

from flask_babel import gettext as _
from flask_security import hash_password

from core.accounts.models.account import Account
from core.accounts.queries.account import find_account
from core.accounts.rules.identity import Identity
from core.accounts.service import notices
from core.accounts.service.devices import end_codes, end_others
from core.accounts.service.tokens import end_tokens
from core.database import in_transaction, session
from core.errors import Conflict
from core.languages import FIRST


def create_account(
    identity: Identity,
    *,
    display_name: str,
    password: str,
    at: datetime,
    locale: str = FIRST.locale,
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


def prove_contact(account_id: int, contact: Identity, *, at: datetime) -> None:
    """The account's owner reads messages at `contact`: it signs in with it from now on.

    What was only typed when an account was opened gives way to what is proved: such a contact leaves the account when
    another one is proved for it, and goes over to the account for which it is proved itself.

    Raises:
        Conflict: another account signs in with it, has proved it, or has nothing else.
    """
    _require_unconfirmed(contact, account_id)
    account = session.get_one(Account, account_id)
    former = account.email if contact.kind == "email" else account.phone
    others = account.contact
    typed = _typed_only(account)
    dropped = typed if typed is not None and typed.kind != contact.kind else None
    if (former and former != contact.value) or dropped is not None:
        account.fs_uniquifier = uuid.uuid4().hex  # links of recovery that went to the former one
        end_codes(account_id, at=at)
    _set_contact(account, contact, confirmed_at=at)
    if dropped is not None:
        _clear_contact(account, dropped)
    if former and former != contact.value:
        notices.tell_contact_changed(account, former)
    elif dropped is not None:
        notices.tell_contact_changed(account, dropped.value)
    elif not former:
        notices.tell_contact_added(account, others)


def recover_by(account_id: int, contact: Identity, *, at: datetime) -> None:
    """Whoever recovers an account reads messages at `contact`; when that is the first proof, the account is his alone.

    What somebody else may have put in who had only typed the contact ends: sign-ins, tokens, and the second factor, unless
    a role asks for one.
    """
    account = session.get_one(Account, account_id)
    first = not (account.email_confirmed_at or account.phone_confirmed_at)
    prove_contact(account_id, contact, at=at)
    if not first:
        return
    end_others(account_id, but=None, by="password", at=at)
    end_tokens(account_id, at=at)
    if account.has_second_factor and not account.needs_second_factor:
        account.tf_primary_method = account.tf_totp_secret = account.mf_recovery_codes = None
        notices.tell_factor_changed(account, "turned_off")


def recovers(account: Account, contact: Identity) -> bool:
    """Whether `contact` may recover the account: it was proved, or nothing else of the account was."""
    confirmed = account.email_confirmed_at if contact.kind == "email" else account.phone_confirmed_at
    return bool(confirmed) or not (account.email_confirmed_at or account.phone_confirmed_at)


def _require_unconfirmed(contact: Identity, account_id: int) -> None:
    other = find_account(contact)
    if other is None or other.id == account_id:
        return
    confirmed = other.email_confirmed_at if contact.kind == "email" else other.phone_confirmed_at
    if confirmed is not None:
        raise Conflict(_("Another account signs in with this contact."), code="account_exists")
    if not (other.email and other.phone):
        raise Conflict(
            _(
                "Somebody opened an account with this contact and never confirmed it. Recover that account with this "
                "contact; it is yours alone then."
            ),
            code="account_unconfirmed",
        )
    _clear_contact(other, contact)
    session.flush()  # before the other account takes it: it is unique


def _typed_only(account: Account) -> Identity | None:
    """The contact with which the account was opened, as long as nobody proved it."""
    if account.email and account.email_confirmed_at is None:
        return Identity("email", account.email)
    if account.phone and account.phone_confirmed_at is None:
        return Identity("phone", account.phone)
    return None


def _clear_contact(account: Account, contact: Identity) -> None:
    if contact.kind == "email":
        account.email = account.email_confirmed_at = None
    else:
        account.phone = account.phone_confirmed_at = None


def _set_contact(account: Account, contact: Identity, *, confirmed_at: datetime | None) -> None:
    if contact.kind == "email":
        account.email, account.email_confirmed_at = contact.value, confirmed_at
    else:
        account.phone, account.phone_confirmed_at = contact.value, confirmed_at


def only_one_at_a_time(user: Account, column: str) -> None:
    """Read what can be used once as it is now, and let no other request read it until this one has used it up."""
    if in_transaction():
        session.flush()
        session.refresh(session.get_one(Account, user.id), [column], with_for_update=True)
