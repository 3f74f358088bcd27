"""Forms of accounts."""

from typing import Any

from flask import current_app, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import LoginForm, TwoFactorRescueForm, TwoFactorSetupForm
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectChoice,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, EqualTo, Length

from core.accounts.queries.account import find_account
from core.accounts.queries.staff import is_staff
from core.accounts.rules.identity import Identity, is_of_another_script, parse_identity
from core.form_keys.forms import PageForm
from core.languages import LANGUAGES
from core.messaging.service.channels import reaches
from core.settings import current_settings

LOCALES = [SelectChoice(language.locale, language.name) for language in LANGUAGES]


def check_identity(_form: PageForm, field: StringField) -> None:
    """Refuse what is neither a phone number nor an e-mail address."""
    typed = field.data or ""
    if parse_identity(typed) is not None:
        return
    if is_of_another_script(typed):
        raise ValidationError(
            _(
                "Messages cannot be sent to an address with such letters before the @. Please give another one, or a mobile number."
            )
        )
    raise ValidationError(_("Enter a mobile number or an e-mail address."))


def check_reached(_form: PageForm, field: StringField) -> None:
    """Refuse an address that a channel would read as somebody else's."""
    identity = parse_identity(field.data or "")
    if identity is not None and not reaches(identity.value):
        raise ValidationError(
            _(
                "Messages to this address would reach somebody else, because of a character in it. Please give another one."
            )
        )


def identity_field(*, known: bool = False) -> StringField:
    """One field for both kinds of contact; `known` where it only names an account that is there."""
    return StringField(
        _l("Phone number or e-mail"),
        validators=[
            DataRequired(_l("Enter a mobile number or an e-mail address.")),
            Length(max=254),
            check_identity,
            *([] if known else [check_reached]),
        ],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


def name_field() -> StringField:
    """What an account is called."""
    return StringField(
        _l("Your name"),
        validators=[DataRequired(_l("Enter your name.")), Length(max=80)],
        render_kw={"autocomplete": "name"},
    )


class SignInForm(LoginForm):
    """Flask-Security's form; `email` takes a phone number as well."""

    email = identity_field(known=True)
    password = PasswordField(
        _l("Password"),
        validators=[DataRequired(_l("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )
    remember = BooleanField(_l("Keep me signed in on this device"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.description = ""  # our page has its own way to the recovery

    def validate(self, **kwargs: Any) -> bool:
        """As Flask-Security does; demonstration accounts only open where nobody else can come in.

        Nobody is remembered who holds a role or has a second factor.
        """
        identity = parse_identity(self.email.data or "")
        self.ifield = self.email
        self.user = find_account(identity) if identity else None
        if not super().validate(**kwargs) or self.user is None:
            return False
        if self.user.demo and not current_settings().is_this_machine:
            self.form_errors.append(
                _("Demonstration accounts are closed because this server is open to others.")
            )
            return False
        g.remembered = self.remember.data = bool(self.remember.data) and not (
            is_staff(self.user.id) or self.user.has_second_factor
        )
        return True


class SecondFactorForm(TwoFactorSetupForm):
    """Flask-Security's form with the one method that we offer."""

    setup = RadioField(
        choices=[SelectChoice("authenticator"), SelectChoice("disable")], validate_choice=False
    )


class SecondFactorHelpForm(TwoFactorRescueForm):
    """Flask-Security's form; our page leads to the recovery codes instead."""

    help_setup = RadioField(choices=[SelectChoice("help")])


class ContactForm(PageForm):
    """A contact of an account."""

    identity = identity_field()

    def contact(self) -> Identity:
        """What was typed, normalised; only after validation."""
        identity = parse_identity(self.identity.data or "")
        assert identity is not None
        return identity


class SignUpForm(ContactForm):
    """A new account."""

    display_name = name_field()
    identity = identity_field()
    password = PasswordField(
        _l("Password"),
        validators=[DataRequired(_l("Enter a password."))],
        render_kw={"autocomplete": "new-password"},
    )
    password_again = PasswordField(
        _l("The password once more"),
        validators=[EqualTo("password", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )
    next = HiddenField()

    def validate_password(self, field: PasswordField) -> None:
        """The rules of `core.accounts.rules.passwords`."""
        about = self.identity.data or ""
        passwords = current_app.extensions["security"].password_util
        wrong, field.data = passwords.validate(field.data, True, email=about)
        if wrong:
            raise ValidationError(" ".join(wrong))


class CodeForm(PageForm):
    """The digits that were sent to a contact."""

    code = StringField(
        _l("Eight-digit code"),
        validators=[DataRequired(_l("Enter the code.")), Length(max=12)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )

    def digits(self) -> str:
        """The code without blanks."""
        return "".join(character for character in self.code.data or "" if character.isdecimal())


class FactorForm(PageForm):
    """The present second factor: six digits of the app, or a recovery code."""

    code = StringField(
        _l("Code of your authenticator app, or a recovery code"),
        validators=[DataRequired(_l("Enter the code.")), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"},
    )


class ProfileForm(PageForm):
    """How an account is called, and its language."""

    display_name = name_field()
    locale = RadioField(_l("Language"), choices=LOCALES, validators=[DataRequired()])
