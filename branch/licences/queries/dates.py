"""Since when growers may use a mark, by the register's own dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from branch.licences.models.tables import Licence
from core.database import session


def authorised_since(grower_ids: Sequence[int]) -> dict[int, date]:
    """The first day on which each grower was licensed, whatever became of the licence; others are left out."""
    rows = session.execute(
        select(Licence.grower_id, func.min(Licence.valid_from))
        .where(Licence.grower_id.in_(grower_ids), Licence.granted_at.is_not(None))
        .group_by(Licence.grower_id)
    )
    return {grower_id: first_day for grower_id, first_day in rows if first_day is not None}
