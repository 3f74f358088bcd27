"""Verbs of devices. Nothing here commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from core.accounts.models.account import Account, AccountCode
from core.accounts.models.devices import AccountDevice, FactorGuess
from core.accounts.queries.devices import guesses_of, knows_browser
from core.accounts.queries.digests import digest
from core.accounts.rules.devices import kind_of, pause_after, worth_telling
from core.accounts.service import notices
from core.database import changed, session
from core.errors import NotFound
from core.ids import random_id

SEEN_EVERY = timedelta(minutes=2)


@dataclass(frozen=True)
class SignedInDevice:
    """A device that was signed in: the key for its cookies, this once."""

    id: int
    public_id: str
    key: str


def open_device(
    account: Account,
    *,
    user_agent: str,
    browser: str,
    remembered: bool,
    tell: bool,
    at: datetime,
    key: str | None = None,
) -> SignedInDevice:
    """Begin a sign-in, under `key` or a fresh one.

    `browser` is the key by which this browser is known again; `tell` the owner of a new one.
    """
    kind = kind_of(user_agent)
    if tell and not knows_browser(account.id, browser):
        notices.tell_new_device(account, kind)
    key = key or random_id(32)
    row = AccountDevice(
        public_id=random_id(16),
        account_id=account.id,
        key_digest=digest(key),
        browser_digest=digest(browser),
        browser=kind[0],
        system=kind[1],
        remembered=remembered,
        signed_in_at=at,
        last_seen_at=at,
    )
    session.add(row)
    session.flush()
    return SignedInDevice(row.id, row.public_id, key)


def note_seen(device_id: int, *, at: datetime) -> None:
    """Write down that the device was in use."""
    changed(update(AccountDevice).where(AccountDevice.id == device_id).values(last_seen_at=at))


def end_device(device_id: int, *, by: str, at: datetime) -> None:
    """End one sign-in: its session, its remembering cookie, and every copy of them."""
    changed(
        update(AccountDevice)
        .where(AccountDevice.id == device_id, AccountDevice.ended_at.is_(None))
        .values(ended_at=at, ended_by=by)
    )


def end_own(account_id: int, public_id: str, *, at: datetime) -> None:
    """The owner signs one of his devices out from another.

    Raises:
        NotFound: it is not his, or signed out already.
    """
    ended = changed(
        update(AccountDevice)
        .where(
            AccountDevice.account_id == account_id,
            AccountDevice.public_id == public_id,
            AccountDevice.ended_at.is_(None),
        )
        .values(ended_at=at, ended_by="owner")
    )
    if not ended:
        raise NotFound(_("This device is signed out already."), code="no_such_device")
    end_codes(account_id, at=at)


def end_others(account_id: int, *, but: int | None, by: str, at: datetime) -> int:
    """Sign the account out everywhere but on the device `but`; on how many."""
    end_codes(account_id, at=at)
    others = [AccountDevice.account_id == account_id, AccountDevice.ended_at.is_(None)]
    if but is not None:
        others.append(AccountDevice.id != but)
    return changed(update(AccountDevice).where(*others).values(ended_at=at, ended_by=by))


def end_codes(account_id: int, *, at: datetime) -> None:
    """Codes that were sent and not entered yet are good no more: whoever was signed out may have asked for them."""
    changed(
        update(AccountCode)
        .where(AccountCode.account_id == account_id, AccountCode.used_at.is_(None))
        .values(used_at=at)
    )


def origin_of(account_id: int, browser: str) -> str:
    """By what tries at a second factor are counted: a browser that signed in before by itself, all others together.

    So strangers who know the password hold up strangers only. To be asked before the try: a right one makes the browser known.
    """
    return digest(browser) if knows_browser(account_id, browser) else ""


def take_guess(account: Account, origin: str, *, at: datetime) -> timedelta:
    """Count one try at the second factor before it is looked at; how long to wait instead, or nothing.

    A right one is told by `forget_guesses`.
    """
    row = guesses_of(account.id, origin)
    if row is None:
        row = _first_guess(account.id, origin, at=at)
    session.execute(select(FactorGuess.id).where(FactorGuess.id == row.id).with_for_update())
    session.refresh(row)
    if row.wait_until > at:
        return row.wait_until - at
    row.failures += 1
    row.wait_until = at + pause_after(row.failures)
    if worth_telling(row.failures):
        notices.tell_factor_guessed(account, row.failures)
    return timedelta(0)


def forget_guesses(account_id: int, origin: str) -> None:
    """The second factor was right: the next wrong one is the first again."""
    row = guesses_of(account_id, origin)
    if row is not None:
        row.failures = 0


def _first_guess(account_id: int, origin: str, *, at: datetime) -> FactorGuess:
    row = FactorGuess(account_id=account_id, browser_digest=origin, failures=0, wait_until=at)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        guess = guesses_of(account_id, origin)
        assert guess is not None
        return guess
    return row


def forget(ids: Collection[int]) -> int:
    """Drop these sign-ins; how many there were."""
    return changed(delete(AccountDevice).where(AccountDevice.id.in_(ids)))
