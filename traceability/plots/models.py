"""Registered land: the ceiling of what can be genuine."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, fk, pk


class Plot(Base):
    """A piece of land that one grower works, registered by area and place."""

    __tablename__ = "plot"
    __table_args__ = (
        CheckConstraint("area_m2 > 0", name="area_positive"),
        CheckConstraint("state IN ('open', 'closed')", name="state_known"),
    )

    id: Mapped[int] = pk()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    grower_id: Mapped[int] = fk("grower.id")
    unit_id: Mapped[int] = fk("unit.id")
    name: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(120), default="")
    area_m2: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="open")
    recorded_at: Mapped[datetime]
    recorded_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
