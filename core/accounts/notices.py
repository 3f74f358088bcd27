"""Messages about an account, queued in the caller's transaction."""

from core import messaging
from core.accounts.identity import Identity
from core.accounts.models import Account
from core.ids import random_id


def reach(account: Account) -> str:
    """Where the account's owner reads messages."""
    return account.email or account.phone or ""


def send_recovery_link(account: Account, link: str) -> None:
    _tell(account, "account_recover_link", {"link": link})


def send_code(account: Account, contact: Identity, code: str) -> None:
    """The six digits go to the contact that they shall prove, which may be a new one."""
    _tell(account, "account_code", {"code": code}, to=contact.value)


def tell_password_changed(account: Account) -> None:
    _tell(account, "account_password_changed", {})


def tell_contact_changed(account: Account, former: str) -> None:
    """To the contact that was in force until now, in case it was not its owner who changed it."""
    _tell(account, "account_contact_changed", {}, to=former)


def _tell(account: Account, template: str, context: dict[str, str], *, to: str = "") -> None:
    messaging.enqueue(
        dedupe_key=f"{template}:{random_id(20)}",
        to=to or reach(account),
        template=template,
        context=context | {"name": account.display_name},
        locale=account.locale,
    )
