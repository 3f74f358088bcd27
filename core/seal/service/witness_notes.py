"""What is remembered of a witness that was asked. Nothing here commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from core.clock import now
from core.database import session
from core.database_errors import plain
from core.seal.models.leaves import SealWitness


def remember(
    url: str, vkey: str, size: int, at: datetime | None, trouble: str, *, alarm: bool = False
) -> None:
    """An alarm stands until the witness cosigns again: one that is merely away meanwhile takes nothing back."""
    row = session.scalar(select(SealWitness).where(SealWitness.url == url))
    if row is None:
        row = SealWitness(url=url, vkey="", size=0)
        session.add(row)
    row.vkey, row.size, row.trouble = vkey, size, plain(trouble)
    row.cosigned_at = at or row.cosigned_at
    if at is not None:
        row.alarm_at = None
    elif alarm:
        row.alarm_at = row.alarm_at or now()
