"""Tables of stock. Changed only by the conditional updates of `service`."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Record, fk


class HoldState(StrEnum):
    """`lapsed` is a hold that ran out; it may still be taken again while there is stock."""

    HELD = "held"
    TAKEN = "taken"
    LAPSED = "lapsed"
    RELEASED = "released"


class Stock(Base):
    """One variant's units: `on_hand` are in the nursery, `held` of them are promised, `sold` have gone."""

    __tablename__ = "stock"
    __table_args__ = (
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("on_hand >= held", name="held_within_on_hand"),
        CheckConstraint("sold >= 0", name="sold_not_negative"),
    )

    variant_id: Mapped[int] = fk("variant.id", primary_key=True, autoincrement=False)
    on_hand: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    sold: Mapped[int] = mapped_column(default=0)


class StockHold(Record):
    """Units of one variant promised to one order; without `expires_at` the promise does not run out."""

    __tablename__ = "stock_hold"
    __table_args__ = (
        UniqueConstraint("order_id", "variant_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("state IN ('held', 'taken', 'lapsed', 'released')", name="state_known"),
        Index("ix_stock_hold_due", "variant_id", "state", "expires_at"),
    )

    order_id: Mapped[int] = fk("order.id", index=False)
    variant_id: Mapped[int] = fk("variant.id", index=False)
    quantity: Mapped[int]
    expires_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(8), default=HoldState.HELD)
