"""What Flask-Security asks of us: accounts in our session, its messages through our queue, codes that count once, passwords that are hard to guess."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import flask_babel
from flask_babel import gettext as _
from flask_security import FSQLALiteUserDatastore, MailUtil, PasswordUtil, Totp

from core.accounts.models.account import Account
from core.accounts.queries.account import current_contacts
from core.accounts.queries.devices import device_id
from core.accounts.rules.identity import normalise_email
from core.accounts.rules.passwords import is_too_simple
from core.accounts.service.account import only_one_at_a_time
from core.accounts.service.codes import forget_links
from core.accounts.service.devices import end_others
from core.accounts.service.notices import tell_factor_changed, tell_password_changed, tell_recovery_codes
from core.accounts.service.second_factor import note_shown
from core.clock import now
from core.database import session
from core.safe_methods import refuse_while_reading

NOTICES = {"security/email/change_notice", "security/email/reset_notice"}


class Datastore(FSQLALiteUserDatastore):
    """Accounts in our session; commits only where no transaction of ours is open.

    The library's hints say its own `UserMixin` where it hands over an `Account`: hence `type: ignore[override]`.
    """

    def commit(self) -> None:
        """Commit what the library changed, but where a transaction of ours does that at its end.

        Raises:
            WroteWhileReadingError: the request that is answered only reads.
        """
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
        """Called when a second factor is set up or changed: other devices are signed out, the owner is told."""
        before = user.tf_totp_secret
        super().tf_set(user, primary_method, *args, **kwargs)
        if user.tf_totp_secret != before:
            if not before:
                user.mf_recovery_codes = (
                    None  # made before there was anything to recover: nobody knows by whom
                )
            self._factor_changed(user, "changed" if before else "set_up")

    def tf_reset(self, user: Account) -> None:  # type: ignore[override]
        """Called when the second factor is turned off; as `tf_set`."""
        super().tf_reset(user)
        self._factor_changed(user, "turned_off")

    def _factor_changed(self, user: Account, how: str) -> None:
        end_others(user.id, but=device_id(), by="second_factor", at=now())
        tell_factor_changed(user, how)
        note_shown()

    def mf_set_recovery_codes(self, user: Account, rcs: list[str] | None) -> None:  # type: ignore[override]
        """New recovery codes were made, which the owner hears of."""
        super().mf_set_recovery_codes(user, rcs)
        tell_recovery_codes(user, "made")

    def mf_get_recovery_codes(self, user: Account) -> list[str]:  # type: ignore[override]
        """The codes that are left, for this transaction alone until it ends: each counts once."""
        only_one_at_a_time(user, "mf_recovery_codes")
        codes: list[str] = super().mf_get_recovery_codes(user)
        return codes

    def mf_delete_recovery_code(self, user: Account, idx: int) -> bool:  # type: ignore[override]
        """One was used, which the owner hears of; whether there was one."""
        used: bool = super().mf_delete_recovery_code(user, idx)
        tell_recovery_codes(user, "used")
        return used


class QueuedMail(MailUtil):
    """Puts what Flask-Security tells people into our queue, in the same transaction."""

    def send_mail(self, template: str, *_args: Any, **context: Any) -> None:
        """Queue what has a template of ours; nothing else is sent."""
        if template in NOTICES:
            tell_password_changed(context["user"])

    def normalize(self, email: str) -> str:
        """The address as accounts keep it.

        Raises:
            ValueError: it is none.
        """
        normalised = normalise_email(email)
        if normalised is None:
            raise ValueError(email)
        return normalised


class OncePerCode(Totp):
    """Refuses an authenticator code that was used before."""

    def get_last_counter(self, user: Account) -> int | None:  # type: ignore[override]
        """The time step of the code that was used last, for this transaction alone until it ends."""
        only_one_at_a_time(user, "tf_last_counter")
        return user.tf_last_counter

    def set_last_counter(self, user: Account, tmatch: Any) -> None:  # type: ignore[override]
        """Note the time step of the code that was used now."""
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
        """What is wrong with a password, in sentences, None for nothing; and the password, normalised."""
        wrong, password = super().validate(password, is_register, **kwargs)
        if not wrong and is_too_simple(password, about=current_contacts(kwargs.get("user"))):
            wrong = [_("This password is too easy to guess. A few words in a row make a good one.")]
        return wrong, password


class HouseDomain:
    """Translations of Flask-Security's texts come from our own catalogues."""

    gettext = staticmethod(flask_babel.gettext)
