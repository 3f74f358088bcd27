"""What of the register of outside shops is sealed: shops, their addresses, each step, and the warnings."""

from branch.storefronts.models.tables import ShopWarning, Storefront, StorefrontAddress, StorefrontChange
from core.seal.service.sealed_rows import SealedRows

ROWS = (
    SealedRows(
        "storefront",
        Storefront,
        columns=(
            "public_id",
            "grower_id",
            "mark_id",
            "platform",
            "shop_name",
            "state",
            "proposed_at",
            "since",
        ),
    ),
    SealedRows(
        "storefront_address",
        StorefrontAddress,
        columns=("storefront_id", "key", "main", "live", "added_at"),
        digests=("given", "shown"),
    ),
    SealedRows(
        "storefront_change",
        StorefrontChange,
        columns=("storefront_id", "step", "from_state", "to_state", "at", "by_account_id", "source"),
        digests=("reason",),
    ),
    SealedRows(
        "shop_warning",
        ShopWarning,
        columns=("key", "reference", "since", "lifted_at"),
        digests=("shown",),
    ),
)
