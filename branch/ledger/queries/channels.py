"""What growers say of their places of sale, as it stands now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from branch.ledger.models.tables import SalesChannel
from core.database import session, view_of


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a grower says of one place of sale, and in which version he said it."""

    grower_id: int
    channel: str
    sells: bool
    since: date | None
    until: date | None
    version: int
    at: datetime


def declarations_of(grower_ids: Iterable[int]) -> dict[tuple[int, str], Declaration]:
    """The latest word of these growers on every channel that they have spoken of."""
    rows = session.scalars(
        select(SalesChannel)
        .where(SalesChannel.grower_id.in_(list(grower_ids)))
        .order_by(SalesChannel.grower_id, SalesChannel.channel, SalesChannel.version)
    )
    return {(row.grower_id, row.channel): view_of(Declaration, row) for row in rows}
