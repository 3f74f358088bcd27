"""Listings that changed while a new index was being built: they are written into it before they are forgotten."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record
from core.types import BigInt


class SearchChange(Record):
    """A listing whose change the index that is being built may not hold; the row goes when the index in use has it."""

    __tablename__ = "search_change"

    listing_id: Mapped[int] = mapped_column(BigInt)
    noted_at: Mapped[datetime]
