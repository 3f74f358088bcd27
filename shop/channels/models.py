"""Outside orders as last seen, what they were before, and the imports that brought them. Nothing personal is kept."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk
from core.types import JSONType


class OutsideOrderRow(Record):
    """One order of an outside shop; `content` is `orders.OutsideOrder` as JSON, `revision` counts rebookings."""

    __tablename__ = "outside_order"
    __table_args__ = (
        UniqueConstraint("storefront_id", "order_id"),
        CheckConstraint("revision >= 1", name="revision_from_one"),
    )

    storefront_id: Mapped[int] = fk("storefront.id", index=False)
    order_id: Mapped[str] = mapped_column(String(24))
    revision: Mapped[int] = mapped_column(default=1)
    content: Mapped[dict[str, Any]] = mapped_column(JSONType)
    first_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class OutsideOrderChange(Record):
    """What an order was before an import changed it."""

    __tablename__ = "outside_order_change"

    outside_order_id: Mapped[int] = fk("outside_order.id")
    import_id: Mapped[int] = fk("outside_import.id")
    at: Mapped[datetime]
    before: Mapped[dict[str, Any]] = mapped_column(JSONType)


class OutsideImport(Record):
    """One set of files: planned when compared with what is on record, applied when confirmed.

    `plan_key` holds the parsed orders, and what would happen to each, until then.

    `first_day` and `last_day` bound the days whose orders it holds: those of its orders, or the wider range that
    was chosen when exporting; none when the files hold no order and no range was told.
    """

    __tablename__ = "outside_import"
    __table_args__ = (
        CheckConstraint(
            "state IN ('reading', 'planned', 'applying', 'applied', 'failed')", name="state_known"
        ),
        CheckConstraint("first_day <= last_day", name="days_in_order"),
        Index("ix_outside_import_storefront_at", "storefront_id", "at"),
    )

    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    storefront_id: Mapped[int] = fk("storefront.id", index=False)
    storefront_public_id: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[int | None] = fk("account.id", nullable=True)
    platform: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSONType)
    counts: Mapped[dict[str, int]] = mapped_column(JSONType)
    totals: Mapped[dict[str, int]] = mapped_column(JSONType)
    rejected: Mapped[list[dict[str, Any]]] = mapped_column(JSONType)
    first_day: Mapped[date | None] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
    plan_key: Mapped[str | None] = mapped_column(String(160))
    job_id: Mapped[str | None] = mapped_column(String(32))
