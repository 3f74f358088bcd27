"""Where plants went, straight from the facts: the daily sums do not know provinces."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from branch.ledger.models.tables import SaleFactRow
from core.database import session


@dataclass(frozen=True, slots=True)
class PlantsSold:
    """Plants of a grower sold through a channel to a province (as the order wrote it), refunds taken off."""

    grower_id: int
    channel: str
    province: str | None
    plants: int


def plants_by_province(since: date, until: date) -> list[PlantsSold]:
    """What every grower sold in the Shanghai days [since, until)."""
    rows = session.execute(
        select(
            SaleFactRow.grower_id,
            SaleFactRow.channel,
            SaleFactRow.province,
            func.sum(SaleFactRow.plants),
        )
        .where(SaleFactRow.local_day >= since, SaleFactRow.local_day < until)
        .group_by(SaleFactRow.grower_id, SaleFactRow.channel, SaleFactRow.province)
        .order_by(SaleFactRow.grower_id, SaleFactRow.channel, SaleFactRow.province)
    )
    return [
        PlantsSold(grower, channel, province, int(plants or 0)) for grower, channel, province, plants in rows
    ]
