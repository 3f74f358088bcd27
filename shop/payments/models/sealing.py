"""What of payments is sealed: each proof of a transfer, and what the cashier made of it."""

from core.seal.service.sealed_rows import SealedRows
from shop.payments.models.tables import TransferProof

ROWS = (
    SealedRows(
        "transfer_proof",
        TransferProof,
        columns=(
            "public_id", "order_id", "payee_account", "file_key", "stated_minor", "state", "submitted_at", "decided_at", "decided_by",
            "reference",
        ),
        digests=("note", "reason"),
    ),
)  # fmt: skip
