"""Reads of accounts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select

from core.accounts.models.account import Account
from core.accounts.rules.identity import Identity
from core.database import session, view_of


@dataclass(frozen=True)
class AccountView:
    """An account as its owner sees it."""

    id: int
    display_name: str
    locale: str
    email: str | None
    phone: str | None
    email_confirmed_at: datetime | None
    phone_confirmed_at: datetime | None
    second_factor: bool
    recovery_codes_left: int
    demo: bool


def find_account(identity: Identity) -> Account | None:
    """The account that signs in with this phone number or e-mail address."""
    column = Account.email if identity.kind == "email" else Account.phone
    return session.scalar(select(Account).where(column == identity.value))


def find_confirmed(identity: Identity) -> int | None:
    """The id of the active account whose owner has proved that this contact is theirs."""
    account = find_account(identity)
    if account is None or not account.active:
        return None
    confirmed = account.email_confirmed_at if identity.kind == "email" else account.phone_confirmed_at
    return account.id if confirmed else None


def get_account_view(account: Account) -> AccountView:
    """What the account page shows."""
    return view_of(
        AccountView,
        account,
        second_factor=account.has_second_factor,
        recovery_codes_left=len(account.mf_recovery_codes or []),
    )


def display_names(account_ids: Iterable[int | None]) -> defaultdict[int | None, str]:
    """Names by account id; an unknown id, and None, is nobody: empty."""
    wanted = set(account_ids) - {None}
    rows = session.execute(select(Account.id, Account.display_name).where(Account.id.in_(wanted)))
    return defaultdict(str, {row.id: row.display_name for row in rows})


def current_contacts(account: Account | None) -> tuple[str, ...]:
    """What a password must not be made of."""
    if account is None:
        return ()
    name = (account.email or "").partition("@")[0]
    return tuple(part for part in (name, (account.phone or "")[-11:], account.display_name) if part)


def get_account(account_id: int) -> Account:
    """The row of an account that exists."""
    return session.get_one(Account, account_id)


def account_by_uniquifier(uniquifier: str | None) -> Account | None:
    """The account that Flask-Security knows by `uniquifier`."""
    if not uniquifier:
        return None
    return session.scalar(select(Account).where(Account.fs_uniquifier == uniquifier))


def unwritten_changes(account: Account) -> dict[str, Any]:
    """What was changed of an account and is not written yet: value by column."""
    with session.no_autoflush:
        return {
            attribute.key: attribute.value
            for attribute in inspect(account).attrs
            if attribute.history.has_changes()
        }
