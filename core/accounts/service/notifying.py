"""One message to each of some accounts: where its owner reads messages, in the language of the account.

Whoever is told of something by an account's number is told here; a house test holds it. Nothing here commits.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.accounts.models.account import Account
from core.database import session
from core.messaging.service.enqueueing import enqueue

Context = dict[str, Any]


def notify_accounts(
    account_ids: Collection[int],
    template: str,
    context: Context | Callable[[Account], Context],
    *,
    key: str,
    at: datetime | None = None,
) -> int:
    """Queue one message to each of these accounts that is active; how many had not been queued before.

    Args:
        account_ids: whom; one named twice is told once.
        template: as of `enqueue`.
        context: as of `enqueue`, or a function that gives it for an account.
        key: what the messages are about; the account's number is added to it.
        at: as of `enqueue`.
    """
    accounts = session.scalars(
        select(Account).where(Account.id.in_(set(account_ids)), Account.active).order_by(Account.id)
    )
    return sum(
        notify_account(
            account,
            template,
            context(account) if callable(context) else context,
            key=f"{key}:{account.id}",
            at=at,
        )
        for account in accounts
    )


def notify_account(
    account: Account,
    template: str,
    context: Context,
    *,
    key: str,
    to: str = "",
    at: datetime | None = None,
    secret_for: timedelta | None = None,
) -> bool:
    """Queue one message to the owner of an account, `to` another contact where one is given; as `enqueue`."""
    return enqueue(
        dedupe_key=key,
        to=to or account.contact,
        template=template,
        context=context,
        locale=account.locale,
        at=at,
        secret_for=secret_for,
    )
