"""Flask-Security, set up for us: sign-in by phone or e-mail, second factor, messages through our queue."""

from base64 import b64encode, urlsafe_b64encode
from datetime import timedelta
from io import BytesIO
from typing import Any

import flask_babel
from flask import Flask
from flask_babel import gettext as _
from flask_security import FSQLALiteUserDatastore, MailUtil, PasswordUtil, Security, Totp, password_reset

from core.accounts.forms.sign_in import SecondFactorForm, SecondFactorHelpForm, SignInForm
from core.accounts.models.account import Account
from core.accounts.queries.account import current_contacts
from core.accounts.rules.identity import normalise_email, normalise_phone, spoken_phone
from core.accounts.rules.passwords import SHORTEST, is_too_simple
from core.accounts.service.account import only_one_at_a_time
from core.accounts.service.codes import forget_links
from core.accounts.service.devices import end_others
from core.accounts.service.notices import tell_factor_changed, tell_password_changed, tell_recovery_codes
from core.accounts.service.recovery import proved_by_link
from core.accounts.views import guards, sessions
from core.accounts.views import second_factor_guards as factor_guards
from core.accounts.views.account import recover
from core.accounts.wording.flask_security import MESSAGES
from core.clock import now
from core.database import db, session
from core.keyed_digests import derived_key
from core.safe_methods import refuse_while_reading
from core.settings import Settings
from core.web.views.light_sessions import REMEMBER_COOKIE

NOTICES = {"security/email/change_notice", "security/email/reset_notice"}


class Datastore(FSQLALiteUserDatastore):
    """Accounts in our session; commits only where no transaction of ours is open.

    The library's hints say its own `UserMixin` where it hands over an `Account`: hence `type: ignore[override]`.
    """

    def commit(self) -> None:
        if not session.info.get("in_transaction"):
            if session.new or session.dirty or session.deleted:
                refuse_while_reading()
            session.commit()

    def set_uniquifier(self, user: Account, uniquifier: str | None = None) -> None:  # type: ignore[override]
        """Called when a password is changed or reset: whoever signed in with the former one is signed out."""
        super().set_uniquifier(user, uniquifier)
        forget_links(user, at=now())
        end_others(user.id, but=None, by="password", at=now())

    def tf_set(self, user: Account, primary_method: str, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        before = user.tf_totp_secret
        super().tf_set(user, primary_method, *args, **kwargs)
        if user.tf_totp_secret != before:
            if not before:
                user.mf_recovery_codes = (
                    None  # made before there was anything to recover: nobody knows by whom
                )
            self._factor_changed(user, "changed" if before else "set_up")

    def tf_reset(self, user: Account) -> None:  # type: ignore[override]
        super().tf_reset(user)
        self._factor_changed(user, "turned_off")

    def _factor_changed(self, user: Account, how: str) -> None:
        end_others(user.id, but=sessions.device_id(), by="second_factor", at=now())
        tell_factor_changed(user, how)
        factor_guards.note_shown()

    def mf_set_recovery_codes(self, user: Account, rcs: list[str] | None) -> None:  # type: ignore[override]
        super().mf_set_recovery_codes(user, rcs)
        tell_recovery_codes(user, "made")

    def mf_get_recovery_codes(self, user: Account) -> list[str]:  # type: ignore[override]
        only_one_at_a_time(user, "mf_recovery_codes")
        codes: list[str] = super().mf_get_recovery_codes(user)
        return codes

    def mf_delete_recovery_code(self, user: Account, idx: int) -> bool:  # type: ignore[override]
        used: bool = super().mf_delete_recovery_code(user, idx)
        tell_recovery_codes(user, "used")
        return used


class QueuedMail(MailUtil):
    """Puts what Flask-Security tells people into our queue, in the same transaction."""

    def send_mail(self, template: str, *_args: Any, **context: Any) -> None:
        if template in NOTICES:
            tell_password_changed(context["user"])

    def normalize(self, email: str) -> str:
        normalised = normalise_email(email)
        if normalised is None:
            raise ValueError(email)
        return normalised


class OncePerCode(Totp):
    """Refuses an authenticator code that was used before."""

    def get_last_counter(self, user: Account) -> int | None:  # type: ignore[override]
        only_one_at_a_time(user, "tf_last_counter")
        return user.tf_last_counter

    def set_last_counter(self, user: Account, tmatch: Any) -> None:  # type: ignore[override]
        user.tf_last_counter = tmatch.counter

    def generate_qrcode(self, username: str, totp: str) -> str:
        """A QR code on white with its quiet zone, so that a dark page does not swallow it."""
        import qrcode
        from qrcode.image.svg import SvgFillImage

        picture = BytesIO()
        qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgFillImage, border=4).save(picture)
        return f"data:image/svg+xml;base64,{b64encode(picture.getvalue()).decode()}"


class CarefulPasswords(PasswordUtil):
    """Refuses passwords that everybody tries first."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        wrong, password = super().validate(password, is_register, **kwargs)
        if not wrong and is_too_simple(password, about=current_contacts(kwargs.get("user"))):
            wrong = [_("This password is too easy to guess. A few words in a row make a good one.")]
        return wrong, password


class HouseDomain:
    """Translations of Flask-Security's texts come from our own catalogues."""

    gettext = staticmethod(flask_babel.gettext)


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
