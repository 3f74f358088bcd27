"""Trade items: the GTINs that a grower holds, and the lots sold under them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk


class TradeItem(Record):
    """A GTIN that its grower was given by GS1 and entered here; this system never makes one up."""

    __tablename__ = "trade_item"
    __table_args__ = (CheckConstraint("length(gtin) = 14", name="gtin_has_14_digits"),)

    gtin: Mapped[str] = mapped_column(String(14), unique=True)
    grower_id: Mapped[int] = fk("grower.id")
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    entered_at: Mapped[datetime]
    entered_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)


class TradeItemLot(Record):
    """A lot that is sold under a GTIN; a lot has one at the most."""

    __tablename__ = "trade_item_lot"

    trade_item_id: Mapped[int] = fk("trade_item.id")
    lot_id: Mapped[int] = fk("lot.id", unique=True)
