"""Tables of freight: one grower's own rates. A grower without a table uses the branch's usual one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Money, Record, fk
from core.types import JSONType


class FreightTable(Record):
    """What one grower charges for sending; its rates are rows of their own."""

    __tablename__ = "freight_table"

    grower_id: Mapped[int] = fk("grower.id", unique=True)
    updated_at: Mapped[datetime]
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)


class FreightRate(Record):
    """A price for a group of provinces, given by their six-digit codes."""

    __tablename__ = "freight_rate"
    __table_args__ = (
        CheckConstraint(
            "first_kg_minor >= 0 AND per_kg_minor >= 0 AND bulk_per_kg_minor >= 0", name="prices_not_negative"
        ),
    )

    table_id: Mapped[int] = fk("freight_table.id")
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    provinces: Mapped[list[str]] = mapped_column(JSONType)
    first_kg_minor: Mapped[Money]
    per_kg_minor: Mapped[Money]
    bulk_per_kg_minor: Mapped[Money]
