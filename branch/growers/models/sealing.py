"""What of growers is sealed: names and where they belong, who works for them, and each step of their standing."""

from branch.growers.models.tables import Grower, GrowerChange, GrowerMember
from core.seal.service.sealed_rows import SealedRows

ROWS = (
    SealedRows(
        "grower",
        Grower,
        columns=(
            "slug", "name", "phone_public", "unit_id", "uscc", "production_licence_number", "state", "applied_at",
            "decided_at", "decided_by_account_id",
        ),
        digests=("contact_name", "phone", "about", "state_reason"),
    ),
    SealedRows("grower_member", GrowerMember, columns=("grower_id", "account_id", "role", "since")),
    SealedRows(
        "grower_change",
        GrowerChange,
        columns=("grower_id", "from_state", "to_state", "by_account_id", "at"),
        digests=("reason",),
    ),
)  # fmt: skip
