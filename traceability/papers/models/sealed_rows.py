"""What of papers is sealed: each paper that travels, which ones are needed, and who decided that."""

from core.seal.service.sealed_rows import SealedRows
from traceability.papers.models.tables import Paper, PaperRuleChange, PaperRuleRow

ROWS = (
    SealedRows(
        "paper",
        Paper,
        columns=(
            "public_id", "consignment_number", "kind", "number", "issued_on", "valid_until", "file_key",
            "recorded_at", "recorded_by_account_id",
        ),
    ),
    SealedRows(
        "paper_rule",
        PaperRuleRow,
        columns=("unit_code", "province", "root", "kind", "required", "changed_at", "changed_by_account_id"),
    ),
    SealedRows(
        "paper_rule_change",
        PaperRuleChange,
        columns=("unit_code", "province", "root", "kind", "required", "by_account_id", "at"),
        digests=("reason",),
    ),
)  # fmt: skip
