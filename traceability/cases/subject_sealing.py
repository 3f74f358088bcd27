"""Whom a case is about, and whether it casts doubt: sealed beside its verdict (`sealing`), for pages say so."""

from core.seal.rows import SealedRows
from traceability.cases.models import CounterfeitCase

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
)  # fmt: skip
