"""The double-entry ledger of what registered land may bring to market, and the figures behind it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, composite, mapped_column

from core.database import Record, fk, one_of_check
from traceability.quota.rules import Key, MoveKind, Role


class GrowthStage(Record):
    """A stage of growth; it is also the size class of plants that are sold from it."""

    __tablename__ = "growth_stage"

    code: Mapped[str] = mapped_column(String(24), unique=True)
    position: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(60))
    diameter_from_mm: Mapped[int]
    height_from_cm: Mapped[int]


class StageFigures(Record):
    """Density and survival of a stage from a moment on. Rows are only ever added; the newest counts.

    `mark_code` names the mark whose table this belongs to; "" is the general table, for growers of marks without one.
    """

    __tablename__ = "stage_figures"
    __table_args__ = (
        UniqueConstraint("mark_code", "stage_code", "valid_from"),
        CheckConstraint("plants_per_mu > 0", name="density_positive"),
        CheckConstraint("survival_per_mille BETWEEN 1 AND 1000", name="survival_in_range"),
    )

    mark_code: Mapped[str] = mapped_column(String(8), default="", server_default="")
    stage_code: Mapped[str] = mapped_column(String(24))
    plants_per_mu: Mapped[int]
    survival_per_mille: Mapped[int]
    valid_from: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)


class QuotaAccount(Record):
    """One account of the ledger with its balance, changed by conditional updates only; `key` are its columns but for the role."""

    __tablename__ = "quota_account"
    __table_args__ = (
        UniqueConstraint("grower_id", "unit_id", "cultivar_group", "size_class", "year", "role"),
        CheckConstraint(one_of_check("role", tuple(Role)), name="role_known"),
        CheckConstraint(
            "(role = 'capacity' AND balance <= 0) OR (role <> 'capacity' AND balance >= 0)",
            name="balance_not_overdrawn",
        ),
        Index(None, "unit_id", "year"),
    )

    grower_id: Mapped[int] = fk("grower.id", index=False)
    unit_id: Mapped[int] = fk("unit.id", index=False)
    cultivar_group: Mapped[str] = mapped_column(String(24))
    size_class: Mapped[str] = mapped_column(String(24))
    year: Mapped[int]
    role: Mapped[str] = mapped_column(String(12))
    balance: Mapped[int] = mapped_column(default=0)
    key: Mapped[Key] = composite("grower_id", "unit_id", "cultivar_group", "size_class", "year")


class QuotaMove(Record):
    """One movement of quota: why, for what, by whom. Its postings add up to zero. Rows are only ever added."""

    __tablename__ = "quota_move"
    __table_args__ = (
        CheckConstraint(one_of_check("kind", tuple(MoveKind)), name="kind_known"),
        CheckConstraint("plants > 0", name="plants_positive"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    plants: Mapped[int]
    lot_id: Mapped[int | None] = fk("lot.id", nullable=True)
    reference: Mapped[str] = mapped_column(String(80), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(index=True)
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)


class QuotaPosting(Record):
    """One leg of a movement: plants put on an account, or taken off it."""

    __tablename__ = "quota_posting"
    __table_args__ = (
        UniqueConstraint("move_id", "account_id"),
        CheckConstraint("plants <> 0", name="moves_something"),
    )

    move_id: Mapped[int] = fk("quota_move.id", index=False)
    account_id: Mapped[int] = fk("quota_account.id")
    plants: Mapped[int]
