"""What technicians saw in the field."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk


class Inspection(Record):
    """One look at a lot. Rows are only ever added.

    `client_id` was made where it was written, so that sending it again changes nothing. `device_at` is what the
    device's clock said, empty for what was typed straight into the server; `received_at` is the server's time;
    `seen_at` is the one that counts.
    """

    __tablename__ = "inspection"
    __table_args__ = (
        CheckConstraint("plants_counted >= 0", name="counted_not_negative"),
        CheckConstraint("plants_unhealthy >= 0", name="unhealthy_not_negative"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    lot_id: Mapped[int] = fk("lot.id")
    conformant: Mapped[bool]
    seen: Mapped[str] = mapped_column(Text)
    plants_counted: Mapped[int | None]
    plants_unhealthy: Mapped[int | None]
    photo_key: Mapped[str | None] = mapped_column(String(160))
    device_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    event_id: Mapped[str] = mapped_column(String(200))
    by_account_id: Mapped[int] = fk("account.id")
