"""Marks with their rules, licences to use them, and every step of a licence."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from branch.licences.states import LicenceState, Step
from core.database import Record, fk, one_of_check
from core.types import JSONType, UTCDateTime

OPEN_STATES = text("state IN ('applied', 'valid', 'suspended')")


class Mark(Record):
    """A collective or certification mark as it is registered; `code` begins the numbers of its licences.

    `cultivar_groups` lists what the mark can cover: `{"code", "name_zh", "name_en"}` each.
    """

    __tablename__ = "mark"
    __table_args__ = (
        CheckConstraint("kind IN ('certification', 'collective')", name="kind_known"),
        CheckConstraint("rules_version >= 1", name="has_rules"),
    )

    code: Mapped[str] = mapped_column(String(8), unique=True)
    unit_id: Mapped[int] = fk("unit.id")
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[str] = mapped_column(String(16), default="certification")
    registrant: Mapped[str] = mapped_column(String(120), default="")
    registration_number: Mapped[str] = mapped_column(String(40), default="")
    classes: Mapped[str] = mapped_column(String(80), default="")
    cultivar_groups: Mapped[list[dict[str, str]]] = mapped_column(JSONType, default=list)
    logo_key: Mapped[str | None] = mapped_column(String(200))
    rules_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MarkRules(Record):
    """One version of a mark's rules of use. Versions are added, never changed."""

    __tablename__ = "mark_rules"
    __table_args__ = (UniqueConstraint("mark_id", "version"),)

    mark_id: Mapped[int] = fk("mark.id", index=False)
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_by_account_id: Mapped[int | None] = fk("account.id", nullable=True)


class Licence(Record):
    """A grower's right to use a mark. Both days count: valid from the first through the last.

    Empty lists set no limit. `granted_at` is empty as long as the licence never was valid.
    """

    __tablename__ = "licence"
    __table_args__ = (
        CheckConstraint(one_of_check("state", LicenceState), name="state_known"),
        CheckConstraint("valid_until >= valid_from", name="days_in_order"),
        CheckConstraint(
            "state IN ('applied', 'withdrawn') OR "
            "(valid_from IS NOT NULL AND valid_until IS NOT NULL AND granted_at IS NOT NULL)",
            name="granted_has_days",
        ),
        Index(
            "uq_licence_open",
            "grower_id",
            "mark_id",
            unique=True,
            sqlite_where=OPEN_STATES,
            postgresql_where=OPEN_STATES,
        ),
        Index("ix_licence_running_out", "state", "valid_until"),
    )

    number: Mapped[str] = mapped_column(String(32), unique=True)
    grower_id: Mapped[int] = fk("grower.id")
    mark_id: Mapped[int] = fk("mark.id")
    cultivar_groups: Mapped[list[str]] = mapped_column(JSONType, default=list)
    plots: Mapped[list[str]] = mapped_column(JSONType, default=list)
    channels: Mapped[list[str]] = mapped_column(JSONType, default=list)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    rules_version: Mapped[int | None]
    applied_at: Mapped[datetime] = mapped_column(UTCDateTime)
    granted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class LicenceChange(Record):
    """One step of a licence: who, when, why. Rows are only ever added; nobody did what came by date."""

    __tablename__ = "licence_change"
    __table_args__ = (
        CheckConstraint(one_of_check("step", Step), name="step_known"),
        CheckConstraint(one_of_check("from_state", LicenceState), name="from_state_known"),
        CheckConstraint(one_of_check("to_state", LicenceState), name="to_state_known"),
    )

    licence_id: Mapped[int] = fk("licence.id")
    step: Mapped[str] = mapped_column(String(16))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
