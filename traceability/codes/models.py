"""Trace codes: the database holds keyed digests, never a code that could be printed again."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, fk, pk
from traceability.codes.states import CodeState, Level
from traceability.lots.states import allowed

LEVELS = tuple(Level)
STATES = tuple(CodeState)


class CodeBatch(Base):
    """Codes issued together for one lot: one file, printed once."""

    __tablename__ = "code_batch"
    __table_args__ = (
        CheckConstraint(allowed("level", LEVELS), name="level_known"),
        CheckConstraint("count > 0", name="count_positive"),
        CheckConstraint("plants_per_code > 0", name="plants_positive"),
    )

    id: Mapped[int] = pk()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    lot_id: Mapped[int] = fk("lot.id")
    grower_id: Mapped[int] = fk("grower.id")
    level: Mapped[str] = mapped_column(String(8))
    count: Mapped[int]
    plants_per_code: Mapped[int]
    licence_number: Mapped[str] = mapped_column(String(40))
    issued_at: Mapped[datetime]
    issued_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)


class Code(Base):
    """One code. Its place in the batch stands on the label beside it, so that people can name it."""

    __tablename__ = "code"
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        CheckConstraint(allowed("level", LEVELS), name="level_known"),
        CheckConstraint(allowed("state", STATES), name="state_known"),
        CheckConstraint("plants > 0", name="plants_positive"),
        CheckConstraint(
            "state NOT IN ('shipped', 'accepted') OR consignment_number IS NOT NULL",
            name="shipped_with_a_consignment",
        ),
        Index(None, "lot_id", "level", "state"),
    )

    id: Mapped[int] = pk()
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    batch_id: Mapped[int] = fk("code_batch.id", index=False)
    position: Mapped[int]
    lot_id: Mapped[int] = fk("lot.id", index=False)
    grower_id: Mapped[int] = fk("grower.id")
    level: Mapped[str] = mapped_column(String(8))
    plants: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="issued")
    state_reason: Mapped[str] = mapped_column(Text, default="")
    consignment_number: Mapped[str | None] = mapped_column(String(32), index=True)
    order_number: Mapped[str | None] = mapped_column(String(32))
    destination_province: Mapped[str | None] = mapped_column(String(40))
    seller: Mapped[str | None] = mapped_column(String(120))
    dispatched_at: Mapped[datetime | None]
    suspect_since: Mapped[datetime | None]
    suspect_reason: Mapped[str] = mapped_column(Text, default="")


class CodeChange(Base):
    """One step of a code, or of all codes of a batch at once. Rows are only ever added."""

    __tablename__ = "code_change"
    __table_args__ = (
        CheckConstraint("code_id IS NOT NULL OR batch_id IS NOT NULL", name="of_something"),
        CheckConstraint(allowed("to_state", STATES), name="to_state_known"),
    )

    id: Mapped[int] = pk()
    code_id: Mapped[int | None] = fk("code.id", nullable=True)
    batch_id: Mapped[int | None] = fk("code_batch.id", nullable=True)
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    count: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(Text, default="")
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    at: Mapped[datetime]
