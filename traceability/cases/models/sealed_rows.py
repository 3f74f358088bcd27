"""Whom a case is about, whether it casts doubt, who looks after it, its steps and who gave what evidence: sealed beside its verdict (`sealing`)."""

from core.seal.service.sealed_rows import SealedRows
from traceability.cases.models.tables import CaseChange, CaseEvidence, CounterfeitCase

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
