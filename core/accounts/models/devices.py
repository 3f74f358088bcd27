"""Where an account is signed in, and how often a second factor was guessed at."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk
from core.types import UTCDateTime


class AccountDevice(Record):
    """One sign-in on one device: the session and the cookie that remembers both point here, and end with it.

    Only digests of what the cookies carry are kept; `browser_digest` tells a browser that signed in before. No network
    address is kept: to know one's own device, its kind and the times are enough.
    """

    __tablename__ = "account_device"
    __table_args__ = (
        CheckConstraint(
            "ended_by IS NULL OR ended_by IN ('sign_out', 'owner', 'again', 'password', 'second_factor')",
            name="ended_by_known",
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_with_reason"),
    )

    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = fk("account.id")
    key_digest: Mapped[str] = mapped_column(String(64), unique=True)
    browser_digest: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(20))
    system: Mapped[str] = mapped_column(String(20))
    remembered: Mapped[bool] = mapped_column(default=False)
    signed_in_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(16))


class FactorGuess(Record):
    """Wrong second factors of one account in a row, from one known browser or (no digest) from all others together."""

    __tablename__ = "account_factor_guess"
    __table_args__ = (
        UniqueConstraint("account_id", "browser_digest"),
        CheckConstraint("failures >= 0", name="failures_not_negative"),
    )

    account_id: Mapped[int] = fk("account.id")
    browser_digest: Mapped[str] = mapped_column(String(64))
    failures: Mapped[int] = mapped_column(default=0)
    wait_until: Mapped[datetime] = mapped_column(UTCDateTime)
