"""The gate: every route says who may use it.

Who holds a permission is answered by the policy that `wsgi.py` wires (branch knows the organisation);
this module only asks. A house test refuses routes that carry neither mark.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from core.errors import Forbidden
from core.web.problems import wants_json

View = TypeVar("View", bound=Callable[..., Any])
Policy = Callable[[int, str], bool]


@dataclass(frozen=True)
class Actor:
    """Who is acting in this request; `account_id` is None for a visitor."""

    account_id: int | None
    display_name: str
    locale: str | None

    @property
    def signed_in(self) -> bool:
        return self.account_id is not None


def set_policy(app: Flask, policy: Policy) -> None:
    """Wire `policy(account_id, permission) -> bool`, asked at each guarded route."""
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
    return account_id


def may(permission: str) -> bool:
    """Whether the present actor holds `permission` anywhere; scope is checked by services."""
    account_id = current_actor().account_id
    return account_id is not None and current_app.extensions["gate_policy"](account_id, permission)


def public(view: View) -> View:
    """Mark a view as open to anyone."""
    view.gate = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Mark a view as open to any signed-in account."""
    return _guard(view, None)


def requires(permission: str) -> Callable[[View], View]:
    """Mark a view as open to holders of `permission`; visitors are led to sign in."""

    def mark(view: View) -> View:
        return _guard(view, permission)

    return mark


def _guard(view: View, permission: str | None) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_actor().signed_in:
            if wants_json():
                raise Forbidden(_("Please sign in first."), code="sign_in_required")
            back = request.full_path if request.method == "GET" else request.path
            return redirect(url_for("security.login", next=back))
        if permission is not None and not may(permission):
            raise Forbidden(
                _("Your account does not hold the role that this page needs."), code="role_missing"
            )
        return view(*args, **kwargs)

    guarded.gate = permission or "signed_in"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]
