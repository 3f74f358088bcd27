"""Keys of forms that were sent and did their work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record


class FormKey(Record):
    """One rendering of a form that was sent and did its work, and where the answer led; forgotten after some days."""

    __tablename__ = "form_key"

    key: Mapped[str] = mapped_column(String(32), unique=True)
    sender: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(String(64))
    leads_to: Mapped[str] = mapped_column(Text)
    memo: Mapped[str] = mapped_column(Text)
    used_at: Mapped[datetime] = mapped_column(index=True)
