"""The witnesses of the log: how far each has cosigned it, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import select

from core.database import session
from core.seal.models.leaves import SealWitness
from core.seal.rules.note import Verifier

if TYPE_CHECKING:
    from core.seal.models.log import Log


@dataclass(frozen=True, slots=True)
class WitnessView:
    """A witness of the log: up to which entry it has cosigned, when, and what is wrong, if anything.

    `alarm_at`: since when it says that the log was forked or set back; empty once it cosigns again.
    """

    name: str
    url: str
    size: int
    cosigned_at: datetime | None
    trouble: str
    alarm_at: datetime | None = None


def witnesses_of(log: Log) -> list[WitnessView]:
    """The witnesses that are asked now, with one query."""
    if not log.witnesses:
        return []
    rows = session.scalars(
        select(SealWitness).where(SealWitness.url.in_([address.url for address in log.witnesses]))
    )
    known = {row.url: row for row in rows}
    views = []
    for address in log.witnesses:
        row = known.get(address.url)
        key = Verifier.parse(row.vkey) if row and row.vkey else address.key
        name = key.name if key else urlsplit(address.url).netloc
        if row is None:
            views.append(WitnessView(name, address.url, 0, None, ""))
        else:
            views.append(WitnessView(name, address.url, row.size, row.cosigned_at, row.trouble, row.alarm_at))
    return views


def noted_of(url: str) -> tuple[int, str]:
    """Up to which size a witness has cosigned, and its key; 0 and empty when it is new."""
    row = session.scalar(select(SealWitness).where(SealWitness.url == url))
    return (row.size, row.vkey) if row else (0, "")
