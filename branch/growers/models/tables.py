"""Growers, their people, and the branch's decisions about them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from branch.growers.states import GrowerState
from core.database import Record, fk, one_of_check
from core.types import UTCDateTime


class Grower(Record):
    """A household, cooperative or company that raises plants in a village of the tree."""

    __tablename__ = "grower"
    __table_args__ = (CheckConstraint(one_of_check("state", GrowerState), name="state_known"),)

    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    contact_name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(32))
    phone_public: Mapped[bool] = mapped_column(default=False)
    unit_id: Mapped[int] = fk("unit.id")
    uscc: Mapped[str | None] = mapped_column(String(18))
    production_licence_number: Mapped[str | None] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), default="applied", index=True)
    state_reason: Mapped[str] = mapped_column(Text, default="")
    applied_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_account_id: Mapped[int | None] = fk("account.id", nullable=True)


class GrowerMember(Record):
    """A person of a grower: the owner, or staff whom the owner invited."""

    __tablename__ = "grower_member"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'staff')", name="role_known"),
        UniqueConstraint("account_id"),
    )

    grower_id: Mapped[int] = fk("grower.id")
    account_id: Mapped[int] = fk("account.id")
    role: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime] = mapped_column(UTCDateTime)


class GrowerChange(Record):
    """One step of a grower's state: who, when, why. Rows are only ever added."""

    __tablename__ = "grower_change"
    __table_args__ = (CheckConstraint(one_of_check("to_state", GrowerState), name="to_state_known"),)

    grower_id: Mapped[int] = fk("grower.id")
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
