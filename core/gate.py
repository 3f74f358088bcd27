"""The gate: every route says who may use it.

Who holds a permission is answered by the policy that `wsgi.py` wires (branch knows the organisation);
this module only asks. A house test refuses routes that carry neither mark, and writing routes that do not say whose
things they change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, TypeVar, overload

from flask import Flask, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from core.errors import Forbidden
from core.scopes import Scope, note_checked, with_declared_scope

View = TypeVar("View", bound=Callable[..., Any])


class Policy(Protocol):
    """Who holds what: anywhere, or (`everywhere`) for the whole installation."""

    def __call__(self, account_id: int, permission: str, *, everywhere: bool = False) -> bool: ...


@dataclass(frozen=True)
class Actor:
    """Who is acting in this request; `account_id` is None for a visitor."""

    account_id: int | None
    display_name: str
    locale: str | None

    @property
    def signed_in(self) -> bool:
        """Whether this is an account."""
        return self.account_id is not None


def set_policy(app: Flask, policy: Policy) -> None:
    """Wire the policy that is asked at each guarded route."""
    app.extensions["gate_policy"] = policy


def current_actor() -> Actor:
    """The signed-in account, or a visitor."""
    if current_user and current_user.is_authenticated:
        return Actor(current_user.id, current_user.display_name, current_user.locale)
    return Actor(None, "", None)


def actor_id() -> int:
    """The id of the signed-in account; only inside views marked with `requires` or `signed_in`."""
    account_id = current_actor().account_id
    if account_id is None:
        raise Forbidden(_("Please sign in first."), code="sign_in_required")
    note_checked(Scope.OWN)
    return account_id


def may(permission: str, scope: Scope | None = None) -> bool:
    """Whether the present actor holds `permission` anywhere; services check where.

    With `Scope.INSTALLATION`: whether it is held without a unit, for all that everybody shares.
    """
    account_id = current_actor().account_id
    policy: Policy = current_app.extensions["gate_policy"]
    everywhere = scope is Scope.INSTALLATION
    return account_id is not None and policy(account_id, permission, everywhere=everywhere)


@overload
def public(view: View) -> View: ...


@overload
def public(*, scope: Scope) -> Callable[[View], View]: ...


def public(view: View | None = None, *, scope: Scope | None = None) -> Any:
    """Mark a view as open to anyone; one that writes says whose things it changes."""
    if view is not None:
        view.gate = "public"  # type: ignore[attr-defined]
        return view

    def mark(view: View) -> View:
        scoped_view = with_declared_scope(view, scope)
        scoped_view.gate = "public"  # type: ignore[attr-defined]
        return scoped_view

    return mark


@overload
def signed_in(view: View) -> View: ...


@overload
def signed_in(*, scope: Scope) -> Callable[[View], View]: ...


def signed_in(view: View | None = None, *, scope: Scope | None = None) -> Any:
    """Mark a view as open to any signed-in account; one that writes says whose things it changes."""
    if view is not None:
        return _guard(view, None, None)

    def mark(view: View) -> View:
        return _guard(view, None, scope)

    return mark


def requires(permission: str, *, scope: Scope | None = None) -> Callable[[View], View]:
    """Mark a view as open to holders of `permission`; visitors are led to sign in.

    A view that writes names the `scope`: whose things it changes. With `Scope.INSTALLATION` the permission counts only
    when it is held for the whole installation, never when some unit gave it.
    """

    def mark(view: View) -> View:
        return _guard(view, permission, scope)

    return mark


def _guard(view: View, permission: str | None, scope: Scope | None) -> View:
    scoped_view = with_declared_scope(view, scope)

    @wraps(scoped_view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_actor().signed_in:
            if wants_json():
                raise Forbidden(_("Please sign in first."), code="sign_in_required")
            back = request.path if request.method == "POST" else request.full_path.removesuffix("?")
            return redirect(url_for("security.login", next=back, led="here"))
        if permission is not None and not may(permission, scope):
            raise Forbidden(
                _("Your account does not hold the role that this page needs."), code="role_missing"
            )
        return scoped_view(*args, **kwargs)

    guarded.gate = permission or "signed_in"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def wants_json() -> bool:
    """Whether the answer should be a document for programs."""
    if request.path.startswith(("/api/", "/epcis/")):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html"
