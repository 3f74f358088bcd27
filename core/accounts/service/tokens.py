"""Verbs of API tokens. Nothing here commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, or_, select, update

from core.accounts.models.account import Account
from core.accounts.models.tokens import ApiToken
from core.accounts.queries.digests import digest
from core.accounts.queries.token_scopes import grantable
from core.accounts.service import notices
from core.clock import local_day
from core.database import changed, session
from core.errors import Conflict, Invalid, NotFound
from core.ids import random_id

PREFIX = "gyt_"
LENGTH = 40  # 200 random bits
MOST_ALIVE = 20
SHORTEST_LIFE = timedelta(days=1)
LONGEST_LIFE = timedelta(days=366)
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class CreatedToken:
    """A new token: the only time that `secret` is seen."""

    public_id: str
    secret: str
    expires_at: datetime


def create_token(
    account_id: int, *, name: str, scopes: Collection[str], valid_for: timedelta, at: datetime
) -> CreatedToken:
    """Give a program a token of its own.

    Raises:
        Invalid: no name, no scope, a scope that the account does not hold itself, or an odd period.
        Conflict: the account has `MOST_ALIVE` tokens already.
    """
    wrong: dict[str, str] = {}
    if not name.strip():
        wrong["name"] = _("Give the token a name, so that you know later what uses it.")
    if not scopes or not set(scopes) <= set(grantable(account_id)):
        wrong["scopes"] = _("Choose what the token may do; it may do no more than you.")
    if not SHORTEST_LIFE <= valid_for <= LONGEST_LIFE:
        wrong["days"] = _("A token is valid for a day at least and a year at most.")
    if wrong:
        raise Invalid(" ".join(wrong.values()), code="invalid_token", fields=wrong)
    alive = session.scalar(
        select(func.count())
        .select_from(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > at)
    )
    if (alive or 0) >= MOST_ALIVE:
        raise Conflict(
            _("You have many tokens already. Revoke one that is no longer used."), code="too_many_tokens"
        )
    secret = PREFIX + random_id(LENGTH)
    row = ApiToken(
        public_id=random_id(12),
        account_id=account_id,
        name=name.strip(),
        digest=digest(secret),
        scopes=sorted(scopes),
        created_at=at,
        expires_at=at + valid_for,
    )
    session.add(row)
    session.flush()
    notices.tell_token_made(
        session.get_one(Account, account_id), row.name, local_day(row.expires_at).isoformat()
    )
    return CreatedToken(row.public_id, secret, row.expires_at)


def revoke_token(account_id: int, public_id: str, *, at: datetime) -> None:
    """End a token at once.

    Raises:
        NotFound: the account has no such token, or it was revoked before.
    """
    statement = update(ApiToken).where(
        ApiToken.public_id == public_id, ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None)
    )
    if not changed(statement.values(revoked_at=at)):
        raise NotFound(_("There is no such token."), code="no_such_token")


def end_tokens(account_id: int, *, at: datetime) -> None:
    """End all tokens of an account."""
    mine = ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None)
    changed(update(ApiToken).where(*mine).values(revoked_at=at))


def note_use(token_id: int, *, at: datetime) -> None:
    """Write down that a token was used, once a minute at most."""
    changed(
        update(ApiToken)
        .where(
            ApiToken.id == token_id,
            or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at < at - NOTED_EVERY),
        )
        .values(last_used_at=at)
    )
