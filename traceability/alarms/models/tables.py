"""Alarms: what a rule said about whom, with which thresholds, and what people made of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Act, Base, Record, fk, one_of_check
from core.types import JSONType
from traceability.alarms.states import AlarmState, AlarmStep, AlarmSubject


class RuleThresholds(Act, Record):
    """One version of the numbers behind the rules. Rows are only ever added, sealed; the newest counts."""

    __tablename__ = "rule_thresholds"

    version: Mapped[int] = mapped_column(unique=True)
    values: Mapped[dict[str, int]] = mapped_column(JSONType)
    reason: Mapped[str] = mapped_column(Text)


class Alarm(Record):
    """What the rules say of one code, licensee or network by now: the score, and whether a person cleared it.

    `subject_key` is `code/17`, `grower/3` or `network/<digest>`. What happened up to `cleared_until` was
    looked at and counts no more. A confirmation
    stands in the case, where two persons make it.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        CheckConstraint(one_of_check("subject_kind", tuple(AlarmSubject)), name="subject_known"),
        CheckConstraint(one_of_check("state", tuple(AlarmState)), name="state_known"),
        CheckConstraint("alert IN ('notice', 'suspect')", name="alert_known"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_in_range"),
        Index(None, "state", "last_at"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    subject_kind: Mapped[str] = mapped_column(String(8))
    subject_key: Mapped[str] = mapped_column(String(80), unique=True)
    code_id: Mapped[int | None] = fk("code.id", nullable=True)
    grower_id: Mapped[int | None] = fk("grower.id", nullable=True)
    alert: Mapped[str] = mapped_column(String(8))
    score: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="open")
    case_number: Mapped[str | None] = mapped_column(String(24))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    cleared_until: Mapped[datetime | None]


class AlarmFinding(Record):
    """One decision of one rule: its points, the version of the thresholds, and the rows that it rests on.

    `evidence` are ids of look-ups (of entries for `inner_code`, of cases for `reported`). Rows are only
    ever added: a rule that says something else later leaves another row.
    """

    __tablename__ = "alarm_finding"

    alarm_id: Mapped[int] = fk("alarm.id")
    rule: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    points: Mapped[int]
    evidence: Mapped[list[int]] = mapped_column(JSONType)
    figures: Mapped[dict[str, Any]] = mapped_column(JSONType)
    at: Mapped[datetime]


class AlarmChange(Act, Record):
    """What a person did with an alarm, and why. Rows are only ever added."""

    __tablename__ = "alarm_change"
    __table_args__ = (CheckConstraint(one_of_check("step", tuple(AlarmStep)), name="step_known"),)

    alarm_id: Mapped[int] = fk("alarm.id")
    step: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text)


class AlarmMark(Base):
    """How far the rules have read, by the name of the sweep."""

    __tablename__ = "alarm_mark"

    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    at: Mapped[datetime]
