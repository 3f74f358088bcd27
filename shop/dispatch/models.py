"""What a grower has entered for a parcel before it leaves, so that nothing typed is lost."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk


class DispatchDraft(Record):
    """One per consignment; `codes` as scanned or typed, lines or ranges."""

    __tablename__ = "dispatch_draft"

    consignment_id: Mapped[int] = fk("consignment.id", unique=True)
    codes: Mapped[str] = mapped_column(Text, default="")
    courier: Mapped[str] = mapped_column(String(40), default="")
    tracking_number: Mapped[str] = mapped_column(String(60), default="")
    updated_at: Mapped[datetime]
