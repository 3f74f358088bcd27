"""Since when the register warns of an outside shop."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select

from branch.storefronts.models.tables import ShopWarning
from core.database import session


def standing_since(keys: Sequence[str]) -> Select[datetime]:
    """The statement that asks since when a standing warning names one of these keys; the earliest counts."""
    return select(func.min(ShopWarning.since)).where(
        ShopWarning.key.in_(keys), ShopWarning.lifted_at.is_(None)
    )


def warned_since(keys: Sequence[str]) -> datetime | None:
    """Since when a standing warning names one of these keys."""
    return session.scalar(standing_since(keys))
