"""What of an order is sealed: what was agreed when it was placed, and which account its buyer was told.

How it was paid, sent and given back goes on changing; that is sealed as facts of the ledger. Who bought is not sealed.
"""

from core.seal.service.sealed_rows import SealedRows
from shop.orders.models.tables import Order

ROWS = (
    SealedRows(
        "order",
        Order,
        columns=(
            "number", "payment_method", "payee_account", "payment_reference", "currency", "goods_minor",
            "discount_minor", "freight_minor", "total_minor", "placed_at",
        ),
        besides=(
            "access_token", "account_id", "idempotency_key", "request_digest", "buyer_name", "buyer_phone",
            "buyer_email", "province_code", "province", "city", "district", "district_code", "street", "postcode",
            "note", "locale", "payment_state", "refunded_minor", "expires_at", "paid_at", "reminded_at",
            "address_key", "network_key",
        ),
    ),
)  # fmt: skip
