"""What of licences seals itself beside their facts (`sealing`): the application, and all that a step says."""

from branch.licences.models.tables import Licence, LicenceChange
from core.seal.service.sealed_rows import SealedRows

ROWS = (
    SealedRows(
        "licence_record",
        Licence,
        columns=("number", "applied_at"),
        digests=("note",),
        besides=(
            "grower_id", "mark_id", "cultivar_groups", "plots", "channels", "valid_from", "valid_until", "state",
            "rules_version", "granted_at",
        ),
    ),
    SealedRows(
        "licence_step",
        LicenceChange,
        columns=("licence_id",),
        digests=("details",),
        besides=("step", "from_state", "to_state", "at", "by_account_id", "reason"),
        added=True,
    ),
)  # fmt: skip
