"""Accounts: who may sign in, and the short-lived codes that prove a phone or an address is theirs."""

from datetime import datetime

from flask_security import UserMixin
from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column

from core.accounts.models.second_factor import required_for
from core.database import Record, fk
from core.ids import random_id
from core.languages import BY_LOCALE, FIRST
from core.types import JSONType, UTCDateTime


class Account(Record, UserMixin):
    """A person who can sign in. What they may do is `branch.organisation`'s answer, not kept here."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
        CheckConstraint(f"locale IN {tuple(BY_LOCALE)}", name="locale_known"),
    )

    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(String(255), unique=True)  # type: ignore[assignment]
    phone: Mapped[str | None] = mapped_column(String(32), unique=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    phone_confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    display_name: Mapped[str] = mapped_column(String(80))
    locale: Mapped[str] = mapped_column(String(16), default=FIRST.locale)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)
    tf_last_counter: Mapped[int | None]
    # A copy of the type: `as_mutable` marks every column that shares the instance, in every room.
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSONType.copy()))

    # Of the sign-in that begins in this request.
    sign_in_key = ""

    @property
    def roles(self) -> list[object]:  # type: ignore[override]
        """Flask-Security's own roles are not used; see `core.gate`."""
        return []

    @property
    def contact(self) -> str:
        """Where its owner reads messages: an e-mail address, else a telephone number."""
        return self.email or self.phone or ""

    @property
    def has_second_factor(self) -> bool:
        """Whether one is set up."""
        return bool(self.tf_primary_method and self.tf_totp_secret)

    def new_sign_in_key(self) -> str:
        """What Flask-Login keeps in the session of a sign-in that begins; `core.accounts.views.sessions` writes it down."""
        self.sign_in_key = random_id(32)
        return self.sign_in_key

    def calc_username(self) -> str:
        """The name an authenticator app shows beside the code."""
        return self.contact or self.display_name

    def check_tf_required(
        self,
        tf_setup_methods: list[tuple[str, str]],
        tf_fresh: bool,  # noqa: ARG002 - always asked for
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Asked after a right password: must a second factor follow?"""
        return bool(tf_setup_methods) or self.check_tf_required_setup(), tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        return self.needs_second_factor

    @property
    def needs_second_factor(self) -> bool:
        """Whether its roles ask for one, set up or not."""
        return required_for(self.id, demo=self.demo)


class FactorReset(Record):
    """An operator took a second factor off for an owner who had lost it and the recovery codes. Rows are only ever added."""

    __tablename__ = "account_factor_reset"

    account_id: Mapped[int] = fk("account.id")
    by_account_id: Mapped[int] = fk("account.id", index=False)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class AccountCode(Record):
    """A page that takes a code which was sent to a contact, for whoever asked for it: five attempts, an hour."""

    __tablename__ = "account_code"
    __table_args__ = (
        CheckConstraint("purpose IN ('recover', 'confirm')", name="purpose_known"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
    )

    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = fk("account.id")
    purpose: Mapped[str] = mapped_column(String(16))
    contact: Mapped[str] = mapped_column(String(255))
    attempts: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ContactMessage(Record):
    """A code or a link of recovery that was sent to a contact, whoever asked for it; spaces the next one.

    `number` counts those of the contact; `tries` are entries of everybody at a code, of which only the digest is kept.
    """

    __tablename__ = "account_contact_message"
    __table_args__ = (
        CheckConstraint("what IN ('code', 'link')", name="what_known"),
        CheckConstraint("tries >= 0", name="tries_not_negative"),
        UniqueConstraint("contact", "what", "number"),
    )

    contact: Mapped[str] = mapped_column(String(255))
    what: Mapped[str] = mapped_column(String(8))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
