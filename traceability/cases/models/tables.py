"""Counterfeit cases. Evidence and steps are only ever added; the database refuses anything else."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import append_only
from core.database import Act, Record, fk, one_of_check
from core.languages import FIRST
from core.types import JSONType
from traceability.cases.states import CaseState, CaseStep, CaseVerdict, EvidenceKind, Origin, SubjectKind


class CounterfeitCase(Record):
    """One case. The contact stands here and not in the evidence, so that it can be forgotten.

    `unit_id` is the area; none until somebody takes a case that names nothing of ours. `evidence_head` is
    the digest of the last piece of evidence. `code_doubted` is this case's own word; what a code's page says is
    computed from all its cases and alarms (`traceability/standing`).
    """

    __tablename__ = "counterfeit_case"
    __table_args__ = (
        CheckConstraint(one_of_check("origin", tuple(Origin)), name="origin_known"),
        CheckConstraint(one_of_check("state", tuple(CaseState)), name="state_known"),
        CheckConstraint(one_of_check("subject_kind", tuple(SubjectKind)), name="subject_known"),
        CheckConstraint(
            f"verdict IS NULL OR {one_of_check('verdict', tuple(CaseVerdict))}", name="verdict_known"
        ),
        CheckConstraint(
            "(verdict IS NOT NULL) = (state IN ('decided', 'closed'))", name="decided_has_a_verdict"
        ),
        CheckConstraint(
            "verdict IS NULL OR verdict <> 'confirmed_fake' OR (proposed_by_account_id IS NOT NULL"
            " AND decided_by_account_id IS NOT NULL AND proposed_by_account_id <> decided_by_account_id)",
            name="two_persons_confirm",
        ),
        Index(None, "subject_key", "state"),
        Index(None, "state", "due_at"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    origin: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(16), default="received")
    subject_kind: Mapped[str] = mapped_column(String(8))
    subject_key: Mapped[str] = mapped_column(String(80), default="")
    code_id: Mapped[int | None] = fk("code.id", nullable=True)
    lot_id: Mapped[int | None] = fk("lot.id", nullable=True)
    grower_id: Mapped[int | None] = fk("grower.id", nullable=True)
    unit_id: Mapped[int | None] = fk("unit.id", nullable=True)
    owner_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    escalated_unit_id: Mapped[int | None] = fk("unit.id", nullable=True, index=False)
    code_doubted: Mapped[bool] = mapped_column(default=False)
    reopened: Mapped[int] = mapped_column(default=0)
    summary: Mapped[str] = mapped_column(Text, default="")
    shop: Mapped[str] = mapped_column(String(500), default="")
    contact: Mapped[str] = mapped_column(String(120), default="")
    locale: Mapped[str] = mapped_column(String(16), default=FIRST.locale)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    verdict: Mapped[str | None] = mapped_column(String(16))
    proposed_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    decided_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    decided_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    evidence_count: Mapped[int] = mapped_column(default=0)
    evidence_head: Mapped[str] = mapped_column(String(64), default="0" * 64)


class CaseEvidence(Act, Record):
    """One piece of evidence, chained to the one before; `file_sha256` is of the bytes kept under `file_key`."""

    __tablename__ = "case_evidence"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        CheckConstraint(one_of_check("kind", tuple(EvidenceKind)), name="kind_known"),
        CheckConstraint("(file_key IS NULL) = (file_sha256 IS NULL)", name="file_has_a_digest"),
    )

    case_id: Mapped[int] = fk("counterfeit_case.id", index=False)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    body: Mapped[dict[str, Any]] = mapped_column(JSONType)
    file_key: Mapped[str | None] = mapped_column(String(160))
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class CaseReport(Record):
    """One report by a person: from where it came, and what it proves beyond a stranger's word.

    A case holds all reports about its label or shop. `proof` is `none`, `order`, `inner` or `staff`. `network_digest` is
    missing on reports that are older than the column. `contact` is of reports that joined a case that was there
    already (the first reporter's stands in the case); `contact_digest` tells the same contact again.
    """

    __tablename__ = "case_report"
    __table_args__ = (
        CheckConstraint("proof IN ('none', 'order', 'inner', 'staff')", name="proof_known"),
        Index(None, "contact_digest", "at"),
    )

    case_id: Mapped[int] = fk("counterfeit_case.id")
    at: Mapped[datetime]
    proof: Mapped[str] = mapped_column(String(8), default="none")
    network_digest: Mapped[bytes | None] = mapped_column(LargeBinary(8))
    contact: Mapped[str] = mapped_column(String(120), default="")
    contact_digest: Mapped[bytes | None] = mapped_column(LargeBinary(16))


class CaseChange(Act, Record):
    """One step of a case: who, when, the note, and what an action did."""

    __tablename__ = "case_change"
    __table_args__ = (
        CheckConstraint(one_of_check("step", tuple(CaseStep)), name="step_known"),
        CheckConstraint(one_of_check("to_state", tuple(CaseState)), name="to_state_known"),
    )

    case_id: Mapped[int] = fk("counterfeit_case.id")
    step: Mapped[str] = mapped_column(String(12))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)


class CaseNotice(Record):
    """A reminder or escalation that was sent, once: `kind` as `3_days_left`, `escalated_1`."""

    __tablename__ = "case_notice"
    __table_args__ = (UniqueConstraint("case_id", "kind"),)

    case_id: Mapped[int] = fk("counterfeit_case.id", index=False)
    kind: Mapped[str] = mapped_column(String(24))
    sent: Mapped[int] = mapped_column(default=0)
    unit_id: Mapped[int | None] = fk("unit.id", nullable=True, index=False)
    at: Mapped[datetime]


append_only.guard(CaseEvidence, CaseChange)
