"""Messages about an account, queued in the caller's transaction."""

from datetime import timedelta

from core.accounts.models.account import Account
from core.accounts.rules.identity import Identity
from core.accounts.service.notifying import notify_account
from core.ids import random_id

# As long as Flask-Security takes a link of recovery (SECURITY_RESET_PASSWORD_WITHIN).
LINK_FOR = timedelta(days=1)


def send_recovery_link(account: Account, link: str) -> None:
    """A link that opens the account for a day."""
    _queue_notice(account, "account_recover_link", {"link": link}, secret_for=LINK_FOR)


def send_code(account: Account, contact: Identity, code: str, *, good_for: timedelta) -> None:
    """The digits go to the contact that they shall prove, which may be a new one."""
    _queue_notice(account, "account_code", {"code": code}, to=contact.value, secret_for=good_for)


def tell_password_changed(account: Account) -> None:
    """To its owner, in case somebody else changed it."""
    _queue_notice(account, "account_password_changed", {})


def tell_contact_changed(account: Account, former: str) -> None:
    """To the contact that was in force until now, in case it was not its owner who changed it."""
    _queue_notice(account, "account_contact_changed", {}, to=former)


def tell_contact_added(account: Account, other: str) -> None:
    """To the contact that was there before."""
    _queue_notice(account, "account_contact_added", {}, to=other)


def tell_new_device(account: Account, kind: tuple[str, str]) -> None:
    """Somebody signed in to a trusted account from a browser that it did not know."""
    _queue_notice(account, "account_new_device", {"browser": kind[0], "system": kind[1]})


def tell_token_made(account: Account, token: str, until: str) -> None:
    """A token outlives every sign-in: its owner hears of it, in case somebody else made it on his device."""
    _queue_notice(account, "account_token_made", {"token": token, "day": until})


def tell_factor_changed(account: Account, how: str) -> None:
    """`how`: set_up, changed or turned_off."""
    _queue_notice(account, "account_factor_changed", {"how": how})


def tell_factor_taken_off(account: Account, *, by: str, reason: str) -> None:
    """An operator took the second factor off: told at every contact, in case it was not its owner who asked for it."""
    for contact in (account.email, account.phone):
        if contact:
            _queue_notice(account, "account_factor_taken_off", {"by": by, "reason": reason}, to=contact)


def tell_recovery_codes(account: Account, how: str) -> None:
    """`how`: made or used."""
    _queue_notice(
        account, "account_recovery_codes", {"how": how, "left": str(len(account.mf_recovery_codes or []))}
    )


def tell_factor_guessed(account: Account, failures: int) -> None:
    """Somebody who knows the password tries second factors."""
    _queue_notice(account, "account_factor_guessed", {"failures": str(failures)})


def _queue_notice(
    account: Account,
    template: str,
    context: dict[str, str],
    *,
    to: str = "",
    secret_for: timedelta | None = None,
) -> None:
    notify_account(
        account,
        template,
        context | {"name": account.display_name},
        key=f"{template}:{random_id(20)}",
        to=to,
        secret_for=secret_for,
    )
