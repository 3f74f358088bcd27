"""Reads of devices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import g, request
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from core.accounts.models.account import Account
from core.accounts.models.devices import AccountDevice, FactorGuess
from core.accounts.queries.digests import digest
from core.accounts.rules.devices import BROWSER_KNOWN_FOR, ENDED_KEPT_FOR
from core.database import session, view_of
from core.sweeps import claimable

FORGETTING = "core.accounts.forget_devices"


@dataclass(frozen=True)
class DeviceView:
    """A device as the owner of the account sees it."""

    public_id: str
    browser: str
    system: str
    remembered: bool
    signed_in_at: datetime
    last_seen_at: datetime
    here: bool


def find_open(key: str) -> tuple[Account, AccountDevice] | None:
    """Whose session this is, by the key that its cookie carries; None when it has ended."""
    row = session.execute(
        select(Account, AccountDevice)
        .join(AccountDevice, AccountDevice.account_id == Account.id)
        .where(AccountDevice.key_digest == digest(key), AccountDevice.ended_at.is_(None))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def devices_of(account_id: int, *, here_id: int | None, since: datetime) -> Sequence[DeviceView]:
    """Where the account is signed in and was seen after `since`; the present device first, then the last seen."""
    rows = session.scalars(
        select(AccountDevice)
        .where(
            AccountDevice.account_id == account_id,
            AccountDevice.ended_at.is_(None),
            AccountDevice.last_seen_at > since,
        )
        .order_by(AccountDevice.last_seen_at.desc())
    )
    views = [view_of(DeviceView, row, here=row.id == here_id) for row in rows]
    return sorted(views, key=lambda view: not view.here)


def knows_browser(account_id: int, browser: str) -> bool:
    """Whether this account signed in from the browser that carries this key before."""
    if not browser:
        return False
    where = (AccountDevice.account_id == account_id, AccountDevice.browser_digest == digest(browser))
    return session.scalar(select(AccountDevice.id).where(*where).limit(1)) is not None


def ids_to_forget(*, at: datetime, session_for: timedelta, limit: int) -> list[int]:
    """Sign-ins that ended some time ago, but for the newest of each browser; and every one after which nothing follows.

    Args:
        at: now.
        session_for: how long a sign-in can last; one that was not seen for longer has ended, whether or not that is noted.
        limit: how many at most.
    """
    later = aliased(AccountDevice)
    followed = exists().where(
        later.account_id == AccountDevice.account_id,
        later.browser_digest == AccountDevice.browser_digest,
        later.id > AccountDevice.id,
    )
    ended = AccountDevice.ended_at <= at - ENDED_KEPT_FOR
    silent = AccountDevice.last_seen_at <= at - max(BROWSER_KNOWN_FOR, session_for)
    due = select(AccountDevice.id).where(
        or_(ended & followed, silent), claimable(FORGETTING, AccountDevice.id, at=at)
    )
    return list(session.scalars(due.order_by(AccountDevice.id).limit(limit)))


def guesses_of(account_id: int, browser_digest: str) -> FactorGuess | None:
    """The wrong second factors in a row from there."""
    return session.scalar(
        select(FactorGuess).where(
            FactorGuess.account_id == account_id, FactorGuess.browser_digest == browser_digest
        )
    )


BROWSER_COOKIE = "guiyuan_browser"


def browser_key() -> str:
    """By what this browser is known again; empty for one that never signed in."""
    return request.cookies.get(BROWSER_COOKIE, "")


def device_id() -> int | None:
    """The device of this request's session."""
    here_id: int | None = g.get("device_id")
    return here_id
