"""What stands before the views: rate limits, transactions, and who must do something first."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import logout_user
from flask_security.utils import check_and_update_authn_fresh

from core.accounts.queries.account import find_account
from core.accounts.queries.devices import browser_key, device_id, knows_browser
from core.accounts.queries.digests import digest
from core.accounts.rules.identity import parse_identity
from core.accounts.views import second_factor_guards as factor_guards
from core.database import transaction
from core.errors import Forbidden
from core.gate import public, wants_json
from core.scopes import Scope
from core.settings import current_settings
from core.web.views.light_sessions import carries_session
from core.web.views.limits import SIGN_IN, limiter, posts_only, who_asks

#: Attempts that fail for one account, from wherever they come.
PER_ACCOUNT = "10 per 15 minutes"

FRESH_FOR = timedelta(hours=1)

WRITING = (
    "logout",
    "two_factor_setup",
    "two_factor_setup_validate",
    "two_factor_token_validation",
    "reset_password",
    "change_password",
    "mf_recovery",
    "mf_recovery_codes",
)
GUESSABLE = (
    "login",
    "verify",
    "change_password",
    "two_factor_token_validation",
    "two_factor_setup_validate",
    "mf_recovery",
)
# Where a session, which may be stolen, tries the password.
ASKS_THE_SIGNED_IN = ("verify", "change_password")
FAILS_WITH_PAGE = (
    "login",
    "verify",
    "change_password",
    "reset_password",
    "two_factor_token_validation",
    "mf_recovery",
)

View = Callable[..., Any]


def init_app(app: Flask) -> None:
    """Wrap Flask-Security's views and install the checks of each request."""
    for endpoint, view in list(app.view_functions.items()):
        blueprint, _dot, name = endpoint.partition(".")
        if blueprint == "security":
            app.view_functions[endpoint] = guarded = public(_wrapped(name, view))
            guarded.scope = Scope.OWN  # type: ignore[attr-defined]  # the library asks for password, session or link
    app.before_request(_first_things_first)


def fresh(view: View) -> View:
    """Asks for the password once more when the last sign-in is more than an hour ago."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if check_and_update_authn_fresh(FRESH_FOR, FRESH_FOR, "session"):
            return view(*args, **kwargs)
        return redirect(url_for("security.verify", next=request.path))

    return checked


def _wrapped(name: str, view: View) -> View:
    if name in WRITING:
        view = _in_transaction(view)
    if name in FAILS_WITH_PAGE:
        view = _failing_with_422(view)
    view = factor_guards.wrapped(name, view)
    if name in GUESSABLE:
        view = limiter.limit(SIGN_IN, exempt_when=posts_only)(view)
    if name in ASKS_THE_SIGNED_IN:
        view = limiter.limit(
            PER_ACCOUNT, key_func=_present_device, exempt_when=posts_only, deduct_when=_failed
        )(view)
    if name == "login":
        view = limiter.limit(
            PER_ACCOUNT, key_func=_typed_identity, exempt_when=posts_only, deduct_when=_failed
        )(view)
    return view


def _in_transaction(view: View) -> View:
    @wraps(view)
    def written(*args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return view(*args, **kwargs)
        with transaction():
            return view(*args, **kwargs)

    return written


def _failing_with_422(view: View) -> View:
    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> Any:
        answer = view(*args, **kwargs)
        return (answer, 422) if request.method == "POST" and isinstance(answer, str) else answer

    return answered


def _typed_identity() -> str:
    """One account, tried from wherever; a browser that signed in to it before counts by itself.

    So whoever tries passwords of an account cannot keep its owner out.
    """
    identity = parse_identity(request.form.get("email", ""))
    if identity is None:
        return "account:?"
    account, browser = find_account(identity), browser_key()
    known = account is not None and knows_browser(account.id, browser)
    return f"account:{identity.value}:{digest(browser) if known else ''}"


def _present_device() -> str:
    """One sign-in, whatever addresses it is used from; its owner can begin another one."""
    return f"device:{device_id()}" if current_user.is_authenticated else who_asks()


def _failed(response: Response) -> bool:
    return response.status_code == 422


def _first_things_first() -> Any:
    """Close demonstration accounts on an open server; lead those who need a second factor to it."""
    if request.blueprint in {"security", None} or request.endpoint == "files.media":
        return None
    if not carries_session() or not current_user.is_authenticated:
        return None
    if current_user.demo and not current_settings().is_this_machine:
        logout_user()
        return redirect(url_for("security.login"))
    if not current_user.has_second_factor and current_user.needs_second_factor:
        if wants_json():
            raise Forbidden(_("Set up a second factor first."), code="second_factor_missing")
        flash(_("Your role needs a second factor. Please set it up first."), "info")
        return redirect(url_for("security.two_factor_setup"))
    return None
