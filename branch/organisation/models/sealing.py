"""What of the tree is sealed: units with their names and places, roles, and who gave or took them."""

from branch.organisation.models.tables import Membership, MembershipChange, Unit
from core.seal.service.sealed_rows import SealedRows

ROWS = (
    SealedRows("unit", Unit, columns=("code", "name_zh", "name_en", "kind", "parent_id", "path")),
    SealedRows("role", Membership, columns=("account_id", "unit_id", "role", "since")),
    SealedRows(
        "role_change",
        MembershipChange,
        columns=("account_id", "unit_id", "role", "action", "by_account_id", "at"),
        digests=("reason",),
    ),
)
