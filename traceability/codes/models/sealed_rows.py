"""What of codes seals itself: who asked for a batch and who decided, each action's own row, and proposals to void.

The codes themselves follow from their sealed steps (`steps`).
"""

from core.seal.service.sealed_rows import SealedRows
from traceability.codes.models.tables import CodeAction, CodeBatch, VoidProposal

ROWS = (
    SealedRows(
        "batch_record",
        CodeBatch,
        columns=(
            "number", "lot_id", "grower_id", "issued_by_account_id", "state", "form", "decided_by_account_id",
            "decided_at",
        ),
        digests=("decision_reason",),
        besides=(
            "level", "count", "plants_per_code", "licence_number", "issued_at", "root", "inner", "job_id", "file_key",
            "file_until",
        ),
    ),
    SealedRows(
        "code_action",
        CodeAction,
        columns=("number", "grower_id", "codes", "digest", "by_account_id"),
        besides=(
            "kind", "lot_id", "plants", "quota", "reason", "reference", "height_cm", "ground_diameter_mm", "photo_key",
            "at",
        ),
        added=True,
    ),
    SealedRows(
        "void_proposal",
        VoidProposal,
        columns=(
            "public_id", "batch_id", "first", "last", "state", "proposed_by_account_id", "proposed_at",
            "decided_by_account_id", "decided_at",
        ),
        digests=("reason",),
    ),
)  # fmt: skip
