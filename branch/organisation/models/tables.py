"""The tree of units and the roles that accounts hold in it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from branch.organisation.rules.roles import Role
from core.database import Record, fk, one_of_check
from core.types import UTCDateTime


class Unit(Record):
    """A node of the tree town committee > industry branch > village > group.

    `path` is the codes from the root down to this unit, each followed by a slash, so that
    everything below a unit is everything whose path starts with the unit's.
    """

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("kind IN ('committee', 'branch', 'village', 'group')", name="kind_known"),
        CheckConstraint("(parent_id IS NULL) = (kind = 'committee')", name="only_root_is_committee"),
    )

    code: Mapped[str] = mapped_column(String(64), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    parent_id: Mapped[int | None] = fk("unit.id", nullable=True)
    path: Mapped[str] = mapped_column(String(400), unique=True)


class Membership(Record):
    """A role that an account holds at a unit; without a unit it reaches everything."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(one_of_check("role", Role), name="role_known"),
        CheckConstraint("unit_id IS NOT NULL OR role IN ('buyer', 'operator')", name="at_a_unit"),
        UniqueConstraint("account_id", "unit_id", "role"),
        Index(
            "ix_membership_everywhere",
            "account_id",
            "role",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
    )

    account_id: Mapped[int] = fk("account.id")
    unit_id: Mapped[int | None] = fk("unit.id", nullable=True)
    role: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime] = mapped_column(UTCDateTime)


class MembershipChange(Record):
    """Who gave or took which role from whom, when and why. Rows are only ever added."""

    __tablename__ = "membership_change"
    __table_args__ = (
        CheckConstraint(one_of_check("role", Role), name="role_known"),
        CheckConstraint("action IN ('given', 'taken')", name="action_known"),
    )

    account_id: Mapped[int] = fk("account.id")
    unit_id: Mapped[int | None] = fk("unit.id", nullable=True)
    role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(8))
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Takeover(Record):
    """An operator does a unit's work, as its secretary or committee, until `ends_at` or until it was ended earlier."""

    __tablename__ = "takeover"
    __table_args__ = (
        CheckConstraint("role IN ('secretary', 'committee')", name="role_known"),
        CheckConstraint("ends_at > begun_at", name="ends_later"),
        CheckConstraint("(ended_at IS NULL) = (ended_by_account_id IS NULL)", name="ended_by_somebody"),
    )

    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    unit_id: Mapped[int] = fk("unit.id")
    account_id: Mapped[int] = fk("account.id")
    role: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)


class Invitation(Record):
    """A link that lets its reader take a role at a unit, or join a grower; only its digest is kept.

    `contact` is whose it is: only an account that has proved it accepts. `ended_at` says that it was withdrawn, or, with
    nobody who ended it, that whoever sent it could not give the role any more.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint(one_of_check("role", Role), name="role_known"),
        CheckConstraint("(unit_id IS NULL) <> (grower_id IS NULL)", name="to_one_place"),
        CheckConstraint("accepted_at IS NULL OR ended_at IS NULL", name="settled_once"),
    )

    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    contact: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int | None] = fk("unit.id", nullable=True)
    grower_id: Mapped[int | None] = fk("grower.id", nullable=True)
    reason: Mapped[str] = mapped_column(Text)
    by_account_id: Mapped[int] = fk("account.id")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
