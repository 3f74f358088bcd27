"""What of marks is sealed: what is registered, and each version of their rules of use."""

from branch.licences.models.tables import Mark, MarkRules
from core.seal.service.sealed_rows import SealedRows

ROWS = (
    SealedRows(
        "mark",
        Mark,
        columns=(
            "code", "unit_id", "name", "name_en", "kind", "registrant", "registration_number", "classes",
            "rules_version", "created_at", "logo_key",
        ),
        digests=("cultivar_groups",),
    ),
    SealedRows(
        "mark_rules",
        MarkRules,
        columns=("mark_id", "version", "published_at", "published_by_account_id"),
        digests=("text",),
    ),
)  # fmt: skip
