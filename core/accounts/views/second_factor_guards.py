"""What stands before a second factor: how often it may be guessed at, and that only the old one changes it."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import Security
from flask_security.twofactor import tf_clean_session

from core.accounts.models.account import Account
from core.accounts.queries.account import account_by_uniquifier
from core.accounts.queries.devices import browser_key
from core.accounts.service import devices as service
from core.accounts.service.second_factor import factor_shown_recently
from core.clock import now
from core.database import transaction

View = Callable[..., Any]
# Pages of Flask-Security on which a code or a recovery code follows the password.
GUESSED_AT = ("two_factor_token_validation", "mf_recovery")
# Pages that make, change or show second factors.
ONLY_WITH_THE_OLD = ("two_factor_setup", "two_factor_setup_validate", "mf_recovery_codes")
# Pages on which somebody who has given the password sets the first factor up, before he is signed in.
SET_UP_ON_THE_WAY_IN = ("two_factor_setup", "two_factor_token_validation")


def wrapped(name: str, view: View) -> View:
    """A view of Flask-Security behind what its second factor needs."""
    if name in GUESSED_AT:
        view = _limit_factor_guesses(view)
    if name in ONLY_WITH_THE_OLD:
        view = _require_current_factor(view)
    return _refuse_second_setup(view) if name in SET_UP_ON_THE_WAY_IN else view


def is_right(account: Account, code: str) -> bool:
    """Whether `code` is what the authenticator app shows, or a recovery code, which is used up then."""
    security: Security = current_app.extensions["security"]
    code = "".join(code.split())
    if code.isdecimal() and security.totp_factory.verify_totp(
        token=code, totp_secret=account.tf_totp_secret or "", user=account, window=60
    ):
        return True
    codes = security.mf_recovery_codes_util
    if not codes.check_recovery_code(account, code):
        return False
    codes.delete_recovery_code(account, code)
    return True


def too_often(wait: timedelta) -> str:
    """The sentence for whoever has to wait."""
    minutes = max(1, -(-int(wait.total_seconds()) // 60))
    return _("Too many wrong codes in a row. Please try again in %(minutes)s min.", minutes=minutes)


def _limit_factor_guesses(view: View) -> View:
    @wraps(view)
    def counted(*args: Any, **kwargs: Any) -> Any:
        account = _account_on_its_way() if request.method == "POST" else None
        if account is None:
            return view(*args, **kwargs)
        with transaction():
            origin = service.origin_of(account.id, browser_key())
            wait = service.take_guess(account, origin, at=now())
        if wait:
            flash(too_often(wait), "error")
            return redirect(request.full_path, 303)
        answer = view(*args, **kwargs)
        if current_user.is_authenticated:
            with transaction():
                service.forget_guesses(account.id, origin)
        return answer

    return counted


def _account_on_its_way() -> Account | None:
    """Who has given a right password in this session and owes the second factor."""
    return account_by_uniquifier(session.get("tf_user_id"))


def _require_current_factor(view: View) -> View:
    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> Any:
        if current_user.is_authenticated and current_user.has_second_factor and not factor_shown_recently():
            return redirect(url_for("factor.show", next=request.path), 303)
        return view(*args, **kwargs)

    return asked


def _refuse_second_setup(view: View) -> View:
    """A sign-in that was begun before there was a factor (sessions lie in cookies, and cookies are kept) sets none up over it."""

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> Any:
        account = None if current_user.is_authenticated else _account_on_its_way()
        if account is not None and account.has_second_factor and session.get("tf_state") != "ready":
            tf_clean_session()
            return redirect(url_for("security.login"), 303)
        return view(*args, **kwargs)

    return asked
