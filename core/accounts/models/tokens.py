"""Tokens by which a program acts for an account; only their keyed digests are kept."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk
from core.types import JSONType


class ApiToken(Record):
    """One token: whose it is, what it may do, until when, and when it was used last."""

    __tablename__ = "api_token"

    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    account_id: Mapped[int] = fk("account.id")
    name: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSONType)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
