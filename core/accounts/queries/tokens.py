"""Reads of API tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.accounts.models.account import Account
from core.accounts.models.tokens import ApiToken
from core.accounts.queries.digests import digest
from core.accounts.queries.token_scopes import known_scopes
from core.database import session, view_of


@dataclass(frozen=True)
class TokenView:
    """A token as its owner sees it: never the secret."""

    public_id: str
    name: str
    scopes: tuple[Any, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    state: str


@dataclass(frozen=True)
class Bearer:
    """Whom a presented token speaks for."""

    token_id: int
    account_id: int
    scopes: frozenset[str]
    last_used_at: datetime | None


def tokens_of(account_id: int, *, at: datetime) -> list[TokenView]:
    """The account's tokens, the newest first; `state` is `active`, `expired` or `revoked`."""
    words = known_scopes()
    rows = session.scalars(
        select(ApiToken).where(ApiToken.account_id == account_id).order_by(ApiToken.id.desc()).limit(100)
    )
    return [
        view_of(
            TokenView,
            row,
            scopes=tuple(words.get(scope, scope) for scope in row.scopes),
            state="revoked" if row.revoked_at else "expired" if row.expires_at <= at else "active",
        )
        for row in rows
    ]


def find_bearer(secret: str, *, at: datetime) -> Bearer | None:
    """Whose token this is, if it is valid `at` and its account is open."""
    row = session.scalar(
        select(ApiToken)
        .join(Account, Account.id == ApiToken.account_id)
        .where(
            ApiToken.digest == digest(secret),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > at,
            Account.active.is_(True),
        )
    )
    return Bearer(row.id, row.account_id, frozenset(row.scopes), row.last_used_at) if row else None
