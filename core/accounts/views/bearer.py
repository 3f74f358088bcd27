"""`Authorization: Bearer ...`: routes for programs. No session and no cookie counts here, so none can be abused."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, g, request
from flask_babel import gettext as _

from core.accounts.queries.tokens import Bearer, find_bearer
from core.accounts.service.tokens import NOTED_EVERY, note_use
from core.clock import now
from core.database import transaction
from core.errors import Forbidden, Unauthorised
from core.safe_methods import may_note, noting
from core.scopes import Scope, note_checked, with_declared_scope

View = TypeVar("View", bound=Callable[..., Any])


def bearer_requires(scope: str, *, of: Scope | None = None) -> Callable[[View], View]:
    """Mark a view as open to tokens with `scope` whose account still holds that permission itself.

    A view that writes says `of` whose things; see `core.scopes`.
    """

    def mark(view: View) -> View:
        scoped_view = with_declared_scope(view, of)

        @wraps(scoped_view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            bearer = present_bearer()
            if bearer is None:
                raise Unauthorised(
                    _("Send a token: Authorization: Bearer, then the token."), code="token_missing"
                )
            if not allows(bearer, scope):
                raise Forbidden(_("This token may not do that."), code="token_scope", scope=scope)
            return scoped_view(*args, **kwargs)

        guarded.gate = scope  # type: ignore[attr-defined]
        guarded.by_token = True  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def allows(bearer: Bearer, scope: str) -> bool:
    """Whether the token names `scope` and its account holds that permission now."""
    return scope in bearer.scopes and current_app.extensions["gate_policy"](bearer.account_id, scope)


def present_bearer() -> Bearer | None:
    """Who the request's token speaks for; None when it brings none.

    Raises:
        Unauthorised: it brings one that is unknown, revoked or expired, or another kind of credentials.
    """
    if "bearer" not in g:
        g.bearer = _read()
    bearer: Bearer | None = g.bearer
    return bearer


def bearer_account_id() -> int:
    """The account behind the token; only inside views marked with `bearer_requires`."""
    bearer = present_bearer()
    assert bearer is not None
    note_checked(Scope.OWN)
    return bearer.account_id


def _read() -> Bearer | None:
    header = request.headers.get("Authorization", "").strip()
    if not header:
        return None
    kind, _space, secret = header.partition(" ")
    at = now()
    bearer = find_bearer(secret.strip(), at=at) if kind.lower() == "bearer" else None
    if bearer is None:
        raise Unauthorised(_("This token is not valid, or not any more."), code="token_invalid")
    if may_note() and (bearer.last_used_at is None or bearer.last_used_at < at - NOTED_EVERY):
        with noting("when a token was used last"), transaction():
            note_use(bearer.token_id, at=at)
    return bearer
