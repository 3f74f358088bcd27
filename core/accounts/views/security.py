"""Flask-Security, set up for us: sign-in by phone or e-mail, second factor, messages through our queue."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_security import Security, password_reset

from core.accounts.forms.sign_in import SecondFactorForm, SecondFactorHelpForm, SignInForm
from core.accounts.models.account import Account
from core.accounts.rules.identity import normalise_email, normalise_phone, spoken_phone
from core.accounts.rules.passwords import SHORTEST
from core.accounts.service.flask_security import (
    CarefulPasswords,
    Datastore,
    HouseDomain,
    OncePerCode,
    QueuedMail,
)
from core.accounts.service.recovery import proved_by_link
from core.accounts.views import guards, sessions
from core.accounts.views.account import recover
from core.accounts.wording.flask_security import MESSAGES
from core.database import db
from core.keyed_digests import derived_key
from core.settings import Settings
from core.web.views.light_sessions import REMEMBER_COOKIE


def configuration(settings: Settings) -> dict[str, Any]:
    """Everything Flask-Security is told, apart from the texts."""
    return {
        "URL_PREFIX": "/account",
        "STATIC_FOLDER": None,
        "LOGIN_URL": "/sign-in",
        "LOGOUT_URL": "/sign-out",
        "RESET_URL": "/recover",
        "CHANGE_URL": "/password",
        "VERIFY_URL": "/confirm",
        "TWO_FACTOR_SETUP_URL": "/second-factor",
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/second-factor/code",
        "TWO_FACTOR_RESCUE_URL": "/second-factor/help",
        "TWO_FACTOR_SELECT_URL": "/second-factor/choose",
        "MULTI_FACTOR_RECOVERY_CODES_URL": "/recovery-codes",
        "MULTI_FACTOR_RECOVERY_URL": "/recovery-code",
        "LOGOUT_CSRF": True,
        "POST_LOGIN_VIEW": "console.home",
        "POST_CHANGE_VIEW": "accounts.overview",
        "POST_VERIFY_VIEW": "accounts.overview",
        "TWO_FACTOR_POST_SETUP_VIEW": "security.mf_recovery_codes",
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 60,
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [
            urlsafe_b64encode(derived_key(settings.secret, "guiyuan recovery codes", salt=None))
        ],
        "TOTP_SECRETS": {"1": derived_key(settings.secret, "guiyuan totp", salt=None).hex()},
        "TOTP_ISSUER": "Guiyuan",
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2", "plaintext"],
        "PASSWORD_SINGLE_HASH": ["argon2"],
        "PASSWORD_SALT": derived_key(settings.secret, "guiyuan password salt", salt=None).hex(),
        "PASSWORD_LENGTH_MIN": SHORTEST,
        "RETURN_GENERIC_RESPONSES": True,
        "JOIN_USER_ROLES": False,
        "EMAIL_PLAINTEXT": False,
        "EMAIL_HTML": False,
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "PHONE_REGION_DEFAULT": "CN",
        "USER_IDENTITY_ATTRIBUTES": [
            {"email": {"mapper": normalise_email, "case_insensitive": False}},
            {"phone": {"mapper": normalise_phone}},
        ],
    }


def init_app(app: Flask, settings: Settings) -> None:
    """Set Flask-Security up and put its views behind our limits and transactions."""
    for name, value in configuration(settings).items():
        app.config[f"SECURITY_{name}"] = value
    for name, message in MESSAGES.items():
        app.config[f"SECURITY_MSG_{name}"] = message
    app.config["REMEMBER_COOKIE_NAME"] = REMEMBER_COOKIE
    app.config["REMEMBER_COOKIE_HTTPONLY"] = True
    app.config["REMEMBER_COOKIE_SECURE"] = settings.is_secure
    app.config["REMEMBER_COOKIE_SAMESITE"] = "Lax"
    app.config["REMEMBER_COOKIE_DURATION"] = timedelta(days=settings.session_days)
    security = Security(
        app,
        Datastore(db, Account, None),  # type: ignore[arg-type]
        login_form=SignInForm,
        two_factor_setup_form=SecondFactorForm,
        two_factor_rescue_form=SecondFactorHelpForm,
        mail_util_cls=QueuedMail,
        password_util_cls=CarefulPasswords,
        totp_cls=OncePerCode,
    )
    security.i18n_domain = HouseDomain()  # type: ignore[assignment]
    # Pages for people only: no JSON sign-in and no bearer tokens beside the session.
    security.want_json(lambda _request: False)
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.view_functions["security.forgot_password"] = recover
    app.jinja_env.filters["phone"] = spoken_phone
    # It would load an identity before each request, for permissions of its own: here the gate asks, and nobody else.
    before = app.before_request_funcs[None]
    before[:] = [hook for hook in before if getattr(hook, "__module__", "") != "flask_principal"]
    sessions.init_sessions(app)
    password_reset.connect(proved_by_link, app)
    guards.init_app(app)
