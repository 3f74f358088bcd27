"""Whose a write is, and the proof that somebody looked.

A route that writes declares in its gate mark whose things it changes. Whatever checks that the actor may change them
there says so with `note_checked`; a request that commits without the check it declared ends with an error instead.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from flask import g, has_request_context, request
from flask_login import current_user
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.safe_methods import SAFE

View = TypeVar("View", bound=Callable[..., Any])


class Scope(StrEnum):
    """Whose things a route changes."""

    OWN = "own"  # the signed-in account's
    GROWER = "grower"  # the grower's for whom the account works
    UNIT = "unit"  # a unit's, or of a grower below it: the permission is held there or above
    MARK = "mark"  # a mark's: the permission is held at the mark's unit or above
    INSTALLATION = "installation"  # everybody's: the permission is held without a unit
    TOKEN = "token"  # noqa: S105 - whoever holds the link: an order's, an invitation's
    VISITOR = "visitor"  # the visitor's own, or something new that nobody owned before
    SIGNATURE = "signature"  # of another system, which signs what it sends


#: The gate has looked for these itself, or there is nothing that somebody else owns.
NEEDS_NO_CHECK = frozenset({Scope.INSTALLATION, Scope.VISITOR})


class ScopeNotCheckedError(RuntimeError):
    """A request was about to commit a change without having checked whose it is."""


def note_checked(scope: Scope, *, of: int | None = None) -> None:
    """Say that the actor of this request may change what it changes there; outside of requests nothing happens.

    `of` is the account whose right was looked at: that another one may do it says nothing about the actor.
    """
    if has_request_context() and (of is None or of == _acting()):
        g.setdefault("scopes_checked", set()).add(scope)


def _acting() -> int | None:
    bearer = g.get("bearer")
    if bearer is not None:
        return int(bearer.account_id)
    return current_user.id if current_user and current_user.is_authenticated else None


def with_declared_scope(view: View, scope: Scope | None) -> View:
    """The view, whose commits are refused until `scope` has been checked."""

    @wraps(view)
    def held(*args: Any, **kwargs: Any) -> Any:
        g.scope_declared = scope
        return view(*args, **kwargs)

    held.scope = scope  # type: ignore[attr-defined]
    return held  # type: ignore[return-value]


@event.listens_for(Session, "before_commit")
def _refuse_unchecked(_session: Session) -> None:
    if not has_request_context() or request.method in SAFE:
        return
    scope: Scope | None = g.get("scope_declared")
    if scope is None or scope in NEEDS_NO_CHECK or scope in g.get("scopes_checked", ()):
        return
    raise ScopeNotCheckedError(f"{request.endpoint} changes what is {scope}'s and nobody looked whose it is")
