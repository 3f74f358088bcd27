"""What of a case is sealed: its verdict with the head of its evidence; whom it is about, who looks after it, and its steps."""

import hashlib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Protocol

from sqlalchemy import select

from core import seal
from core.database import session, view_of
from core.seal.service.sealed_rows import SealedRows
from traceability.cases.models.tables import CaseChange, CaseEvidence, CounterfeitCase
from traceability.cases.rules.evidence import BEGINNING, RecordedEvidence, first_break
from traceability.cases.states import EvidenceKind

KIND = "case_verdict"


class Numbered(Protocol):
    """A case as a row or as a view."""

    @property
    def number(self) -> str: ...


def subject_of(case: "Numbered | CounterfeitCase") -> str:
    """The name of a case in the log."""
    return f"case/{case.number}"


def sealed_body(case: CounterfeitCase) -> dict[str, Any]:
    """The facts of a case that must not be bent later."""
    return {
        "number": case.number,
        "origin": case.origin,
        "subject": case.subject_kind,
        "state": case.state,
        "verdict": case.verdict,
        "opened_at": case.opened_at.isoformat(timespec="microseconds"),
        "due_at": case.due_at.isoformat(timespec="microseconds"),
        "decided_at": case.decided_at.isoformat(timespec="microseconds") if case.decided_at else None,
        "decided_by": [case.proposed_by_account_id, case.decided_by_account_id],
        "answer_sha256": hashlib.sha256(case.answer.encode()).hexdigest(),
        "reopened": case.reopened,
        "evidence_count": case.evidence_count,
        "evidence_head": case.evidence_head,
    }


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every case as it stands now, for the self-audit."""
    for case in session.scalars(
        select(CounterfeitCase).order_by(CounterfeitCase.id).execution_options(yield_per=500)
    ):
        yield subject_of(case), sealed_body(case) | _chain(case)


def evidence_of(case_id: int) -> list[RecordedEvidence]:
    """The chain of evidence, the first piece first."""
    columns = (getattr(CaseEvidence, field.name) for field in fields(RecordedEvidence))
    rows = session.execute(
        select(*columns).where(CaseEvidence.case_id == case_id).order_by(CaseEvidence.position)
    )
    return [view_of(RecordedEvidence, row, kind=EvidenceKind(row.kind)) for row in rows]


def _chain(case: CounterfeitCase) -> dict[str, Any]:
    """Which piece does not follow, where the evidence on record is not what the case's head was made of."""
    pieces = evidence_of(case.id)
    broken = first_break(case.number, pieces)
    if broken is None and (pieces[-1].digest if pieces else BEGINNING) != case.evidence_head:
        broken = len(pieces) + 1
    return {} if broken is None else {"evidence_broken_at": broken}


def seal_case(case: CounterfeitCase) -> None:
    """Append the case as it now stands to the log, in the caller's transaction."""
    seal.append(KIND, subject_of(case), sealed_body(case))


SOURCE = seal.SealSource(KIND, bodies, ("counterfeit_case", "case_evidence", "case_change"))

ROWS = (
    SealedRows(
        "case_subject",
        CounterfeitCase,
        columns=(
            "number", "subject_kind", "subject_key", "code_id", "lot_id", "grower_id", "code_doubted", "closed_at",
        ),
        digests=("summary", "shop"),
        besides=(
            "origin", "state", "unit_id", "owner_account_id", "escalated_unit_id", "reopened", "contact", "locale",
            "opened_at", "due_at", "verdict", "proposed_by_account_id", "decided_by_account_id", "decided_at",
            "answer", "evidence_count", "evidence_head",
        ),
    ),
    SealedRows(
        "case_place",
        CounterfeitCase,
        columns=("number", "unit_id", "owner_account_id", "escalated_unit_id"),
        besides=(
            "origin", "state", "subject_kind", "subject_key", "code_id", "lot_id", "grower_id", "code_doubted",
            "reopened", "summary", "shop", "contact", "locale", "opened_at", "due_at", "verdict",
            "proposed_by_account_id", "decided_by_account_id", "decided_at", "closed_at", "answer", "evidence_count",
            "evidence_head",
        ),
    ),
    SealedRows(
        "case_evidence",
        CaseEvidence,
        columns=("case_id", "position", "file_key", "by_account_id"),
        besides=("kind", "body", "file_sha256", "digest", "at"),
        added=True,
    ),
    SealedRows(
        "case_change",
        CaseChange,
        columns=("case_id", "step", "from_state", "to_state", "by_account_id", "at"),
        digests=("note", "detail"),
        added=True,
    ),
)  # fmt: skip
