"""The tables of the shop: listings, stock, carts, orders, payments, parcels, channels"""

import sqlalchemy as sa
from alembic import op

from core.types import BigInt, JSONType, UTCDateTime

revision = "shop_start"
down_revision = "traceability_start"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("listing_id", BigInt, nullable=False),
        sa.Column("noted_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_change")),
    )
    op.create_table(
        "cart",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("account_id", BigInt, nullable=True),
        sa.Column("province_code", sa.String(6), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_cart_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart")),
        sa.UniqueConstraint("account_id", name=op.f("uq_cart_account_id")),
        sa.UniqueConstraint("token", name=op.f("uq_cart_token")),
    )
    op.create_index(op.f("ix_cart_updated_at"), "cart", ["updated_at"], unique=False)
    op.create_table(
        "order",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("access_token", sa.String(40), nullable=False),
        sa.Column("account_id", BigInt, nullable=True),
        sa.Column("idempotency_key", sa.String(160), nullable=False),
        sa.Column("request_digest", sa.String(64), nullable=False),
        sa.Column("buyer_name", sa.String(60), nullable=False),
        sa.Column("buyer_phone", sa.String(20), nullable=False),
        sa.Column("buyer_email", sa.String(254), nullable=True),
        sa.Column("province_code", sa.String(6), nullable=False),
        sa.Column("province", sa.String(30), nullable=False),
        sa.Column("city", sa.String(40), nullable=False),
        sa.Column("district", sa.String(40), nullable=False),
        sa.Column("district_code", sa.String(6), nullable=False),
        sa.Column("street", sa.String(200), nullable=False),
        sa.Column("postcode", sa.String(6), nullable=True),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("payment_method", sa.String(20), nullable=False),
        sa.Column("payment_state", sa.String(20), nullable=False),
        sa.Column("payee_account", sa.String(24), nullable=True),
        sa.Column("payment_reference", sa.String(120), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("goods_minor", BigInt, nullable=False),
        sa.Column("discount_minor", BigInt, nullable=False),
        sa.Column("freight_minor", BigInt, nullable=False),
        sa.Column("total_minor", BigInt, nullable=False),
        sa.Column("refunded_minor", BigInt, nullable=False),
        sa.Column("placed_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("paid_at", UTCDateTime(), nullable=True),
        sa.Column("reminded_at", UTCDateTime(), nullable=True),
        sa.Column("address_key", sa.String(32), server_default="", nullable=False),
        sa.Column("network_key", sa.String(32), nullable=True),
        sa.CheckConstraint(
            "payment_method IN ('offline_transfer', 'cash_on_delivery', 'stripe')",
            name=op.f("ck_order_payment_method_known"),
        ),
        sa.CheckConstraint(
            "payment_state IN ('awaiting_payment', 'proof_submitted', 'due_on_delivery', 'paid', 'expired', 'cancelled', 'partly_refunded', 'refunded', 'disputed')",
            name=op.f("ck_order_payment_state_known"),
        ),
        sa.CheckConstraint(
            "discount_minor BETWEEN 0 AND goods_minor", name=op.f("ck_order_discount_within_goods")
        ),
        sa.CheckConstraint(
            "goods_minor >= 0 AND freight_minor >= 0", name=op.f("ck_order_parts_not_negative")
        ),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND total_minor", name=op.f("ck_order_refund_within_total")
        ),
        sa.CheckConstraint(
            "total_minor = goods_minor - discount_minor + freight_minor", name=op.f("ck_order_total_adds_up")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_order_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_order_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_order_number")),
    )
    op.create_index(op.f("ix_order_account_id"), "order", ["account_id"], unique=False)
    op.create_index("ix_order_address", "order", ["address_key"], unique=False)
    op.create_index("ix_order_network", "order", ["network_key"], unique=False)
    op.create_index("ix_order_open", "order", ["payment_state", "expires_at"], unique=False)
    op.create_index("ix_order_phone", "order", ["buyer_phone"], unique=False)
    op.create_index(op.f("ix_order_placed_at"), "order", ["placed_at"], unique=False)
    op.create_table(
        "payee_account",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(24), nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("unit_path", sa.String(400), nullable=False),
        sa.Column("payee", sa.String(80), nullable=False),
        sa.Column("bank", sa.String(120), nullable=False),
        sa.Column("account_number", sa.String(40), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("proposed_by_account_id", BigInt, nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_by_account_id", BigInt, nullable=True),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("in_force_from", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by_account_id", BigInt, nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(200), nullable=False),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_account_id IS NULL) AND (confirmed_at IS NULL) = (in_force_from IS NULL)",
            name=op.f("ck_payee_account_confirmed_by_somebody"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_account_id IS NULL)",
            name=op.f("ck_payee_account_withdrawn_by_somebody"),
        ),
        sa.CheckConstraint(
            "confirmed_by_account_id <> proposed_by_account_id", name=op.f("ck_payee_account_two_people")
        ),
        sa.CheckConstraint("in_force_from >= confirmed_at", name=op.f("ck_payee_account_in_force_after")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_account_id"],
            ["account.id"],
            name=op.f("fk_payee_account_confirmed_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_account_id"],
            ["account.id"],
            name=op.f("fk_payee_account_proposed_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_payee_account_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_account_id"],
            ["account.id"],
            name=op.f("fk_payee_account_withdrawn_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee_account")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payee_account_public_id")),
    )
    op.create_index(op.f("ix_payee_account_unit_id"), "payee_account", ["unit_id"], unique=False)
    op.create_index(op.f("ix_payee_account_unit_path"), "payee_account", ["unit_path"], unique=False)
    op.create_table(
        "consignment",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(28), nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("fulfilment_state", sa.String(12), nullable=False),
        sa.Column("goods_minor", BigInt, nullable=False),
        sa.Column("discount_minor", BigInt, nullable=False),
        sa.Column("freight_minor", BigInt, nullable=False),
        sa.Column("total_minor", BigInt, nullable=False),
        sa.Column("refunded_minor", BigInt, nullable=False),
        sa.Column("weight_g", BigInt, nullable=False),
        sa.Column("courier", sa.String(40), nullable=True),
        sa.Column("tracking_number", sa.String(60), nullable=True),
        sa.Column("packed_at", UTCDateTime(), nullable=True),
        sa.Column("dispatched_at", UTCDateTime(), nullable=True),
        sa.Column("delivered_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "fulfilment_state IN ('waiting', 'to_confirm', 'to_pack', 'packed', 'dispatched', 'delivered', 'returned', 'cancelled')",
            name=op.f("ck_consignment_fulfilment_state_known"),
        ),
        sa.CheckConstraint(
            "discount_minor BETWEEN 0 AND goods_minor", name=op.f("ck_consignment_discount_within_goods")
        ),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND total_minor", name=op.f("ck_consignment_refund_within_total")
        ),
        sa.CheckConstraint(
            "total_minor = goods_minor - discount_minor + freight_minor",
            name=op.f("ck_consignment_total_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_consignment_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_consignment_order_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment")),
        sa.UniqueConstraint("number", name=op.f("uq_consignment_number")),
        sa.UniqueConstraint("order_id", "grower_id", name=op.f("uq_consignment_order_id_grower_id")),
    )
    op.create_index(
        "ix_consignment_grower_state", "consignment", ["grower_id", "fulfilment_state"], unique=False
    )
    op.create_table(
        "freight_table",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_freight_table_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_freight_table_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freight_table")),
        sa.UniqueConstraint("grower_id", name=op.f("uq_freight_table_grower_id")),
    )
    op.create_table(
        "hold_allowance",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("value_minor", BigInt, nullable=False),
        sa.Column("note", sa.String(100), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("given_by", BigInt, nullable=True),
        sa.CheckConstraint("plants > 0 AND value_minor > 0", name=op.f("ck_hold_allowance_above_zero")),
        sa.ForeignKeyConstraint(
            ["given_by"], ["account.id"], name=op.f("fk_hold_allowance_given_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_hold_allowance_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_allowance")),
        sa.UniqueConstraint("grower_id", "phone", name=op.f("uq_hold_allowance_grower_id_phone")),
    )
    op.create_table(
        "order_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("from_state", sa.String(20), nullable=True),
        sa.Column("to_state", sa.String(20), nullable=False),
        sa.Column("reference", sa.String(120), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(12), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_order_change_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_order_change_order_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_change")),
        sa.UniqueConstraint("order_id", "reference", name=op.f("uq_order_change_order_id_reference")),
    )
    op.create_table(
        "payment",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(32), nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("attempt", BigInt, nullable=False),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("amount_minor", BigInt, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("received_minor", BigInt, nullable=False),
        sa.Column("refunded_minor", BigInt, nullable=False),
        sa.Column("reference", sa.String(120), nullable=True),
        sa.Column("idempotency_key", sa.String(80), nullable=False),
        sa.Column("provider_session_id", sa.String(120), nullable=True),
        sa.Column("provider_session_url", sa.Text(), nullable=True),
        sa.Column("provider_payment_id", sa.String(120), nullable=True),
        sa.Column("session_expires_at", UTCDateTime(), nullable=True),
        sa.Column("heard", BigInt, nullable=False),
        sa.Column("heard_amount_minor", BigInt, nullable=True),
        sa.Column("heard_currency", sa.String(3), nullable=True),
        sa.Column("heard_refunded_minor", BigInt, nullable=False),
        sa.Column("dispute_id", sa.String(120), nullable=True),
        sa.Column("dispute_status", sa.String(40), nullable=True),
        sa.Column("dispute_minor", BigInt, nullable=True),
        sa.Column("attention", sa.Text(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("arrived_at", UTCDateTime(), nullable=True),
        sa.Column("checked_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "method IN ('offline_transfer', 'cash_on_delivery', 'stripe')",
            name=op.f("ck_payment_method_known"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'processing', 'received', 'unclaimed', 'doubtful', 'failed', 'expired', 'cancelled')",
            name=op.f("ck_payment_state_known"),
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_payment_amount_not_negative")),
        sa.CheckConstraint("received_minor >= 0", name=op.f("ck_payment_received_not_negative")),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND received_minor", name=op.f("ck_payment_refund_within_receipt")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_payment_order_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_payment_idempotency_key")),
        sa.UniqueConstraint("order_id", "attempt", name=op.f("uq_payment_order_id_attempt")),
        sa.UniqueConstraint("provider_payment_id", name=op.f("uq_payment_provider_payment_id")),
        sa.UniqueConstraint("provider_session_id", name=op.f("uq_payment_provider_session_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_public_id")),
    )
    op.create_index(
        "ix_payment_attention",
        "payment",
        ["id"],
        unique=False,
        sqlite_where=sa.text("attention IS NOT NULL OR state = 'doubtful'"),
        postgresql_where=sa.text("attention IS NOT NULL OR state = 'doubtful'"),
    )
    op.create_index("ix_payment_open", "payment", ["method", "state"], unique=False)
    op.create_index(
        "uq_payment_one_receipt_per_order",
        "payment",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_table(
        "transfer_proof",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(32), nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("file_key", sa.String(160), nullable=False),
        sa.Column("payee_account", sa.String(24), nullable=True),
        sa.Column("stated_minor", BigInt, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", BigInt, nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("reference", sa.String(120), nullable=True),
        sa.CheckConstraint(
            "state IN ('submitted', 'confirmed', 'rejected')", name=op.f("ck_transfer_proof_state_known")
        ),
        sa.CheckConstraint("stated_minor > 0", name=op.f("ck_transfer_proof_stated_positive")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_transfer_proof_decided_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_transfer_proof_order_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_proof")),
        sa.UniqueConstraint("public_id", name=op.f("uq_transfer_proof_public_id")),
    )
    op.create_index("ix_transfer_proof_open", "transfer_proof", ["state", "submitted_at"], unique=False)
    op.create_index(op.f("ix_transfer_proof_order_id"), "transfer_proof", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_transfer_proof_payee_account"), "transfer_proof", ["payee_account"], unique=False
    )
    op.create_table(
        "cancel_wish",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(32), nullable=False),
        sa.Column("consignment_id", BigInt, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", BigInt, nullable=True),
        sa.Column("answer", sa.String(200), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'granted', 'declined')", name=op.f("ck_cancel_wish_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["consignment_id"],
            ["consignment.id"],
            name=op.f("fk_cancel_wish_consignment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_cancel_wish_decided_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancel_wish")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cancel_wish_public_id")),
    )
    op.create_index(op.f("ix_cancel_wish_consignment_id"), "cancel_wish", ["consignment_id"], unique=False)
    op.create_index(
        "uq_cancel_wish_one_open",
        "cancel_wish",
        ["consignment_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "consignment_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("consignment_id", BigInt, nullable=False),
        sa.Column("from_state", sa.String(12), nullable=True),
        sa.Column("to_state", sa.String(12), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(12), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_consignment_change_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["consignment_id"],
            ["consignment.id"],
            name=op.f("fk_consignment_change_consignment_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment_change")),
    )
    op.create_index(
        op.f("ix_consignment_change_consignment_id"), "consignment_change", ["consignment_id"], unique=False
    )
    op.create_table(
        "dispatch_draft",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("consignment_id", BigInt, nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("courier", sa.String(40), nullable=False),
        sa.Column("tracking_number", sa.String(60), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consignment_id"],
            ["consignment.id"],
            name=op.f("fk_dispatch_draft_consignment_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_draft")),
        sa.UniqueConstraint("consignment_id", name=op.f("uq_dispatch_draft_consignment_id")),
    )
    op.create_table(
        "freight_rate",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("table_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("provinces", JSONType, nullable=False),
        sa.Column("first_kg_minor", BigInt, nullable=False),
        sa.Column("per_kg_minor", BigInt, nullable=False),
        sa.Column("bulk_per_kg_minor", BigInt, nullable=False),
        sa.CheckConstraint(
            "first_kg_minor >= 0 AND per_kg_minor >= 0 AND bulk_per_kg_minor >= 0",
            name=op.f("ck_freight_rate_prices_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["table_id"], ["freight_table.id"], name=op.f("fk_freight_rate_table_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freight_rate")),
    )
    op.create_index(op.f("ix_freight_rate_table_id"), "freight_rate", ["table_id"], unique=False)
    op.create_table(
        "outside_import",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("storefront_id", BigInt, nullable=False),
        sa.Column("storefront_public_id", sa.String(32), nullable=False),
        sa.Column("account_id", BigInt, nullable=True),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("claimed_at", UTCDateTime(), nullable=True),
        sa.Column("applied_at", UTCDateTime(), nullable=True),
        sa.Column("files", JSONType, nullable=False),
        sa.Column("counts", JSONType, nullable=False),
        sa.Column("totals", JSONType, nullable=False),
        sa.Column("rejected", JSONType, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("plan_key", sa.String(160), nullable=True),
        sa.Column("job_id", sa.String(32), nullable=True),
        sa.CheckConstraint(
            "state IN ('reading', 'planned', 'applying', 'applied', 'failed')",
            name=op.f("ck_outside_import_state_known"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_outside_import_days_in_order")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_outside_import_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["storefront_id"],
            ["storefront.id"],
            name=op.f("fk_outside_import_storefront_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outside_import_public_id")),
    )
    op.create_index(op.f("ix_outside_import_account_id"), "outside_import", ["account_id"], unique=False)
    op.create_index(
        "ix_outside_import_storefront_at", "outside_import", ["storefront_id", "at"], unique=False
    )
    op.create_table(
        "outside_order",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("storefront_id", BigInt, nullable=False),
        sa.Column("order_id", sa.String(24), nullable=False),
        sa.Column("revision", BigInt, nullable=False),
        sa.Column("content", JSONType, nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_outside_order_revision_from_one")),
        sa.ForeignKeyConstraint(
            ["storefront_id"],
            ["storefront.id"],
            name=op.f("fk_outside_order_storefront_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_order")),
        sa.UniqueConstraint(
            "storefront_id", "order_id", name=op.f("uq_outside_order_storefront_id_order_id")
        ),
    )
    op.create_table(
        "payment_agreement",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("payment_id", BigInt, nullable=False),
        sa.Column("by_account_id", BigInt, nullable=False),
        sa.Column("step", sa.String(10), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("step IN ('accept', 'give_back')", name=op.f("ck_payment_agreement_step_known")),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_payment_agreement_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_payment_agreement_payment_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_agreement")),
        sa.UniqueConstraint(
            "payment_id", "by_account_id", name=op.f("uq_payment_agreement_payment_id_by_account_id")
        ),
    )
    op.create_table(
        "payment_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("payment_id", BigInt, nullable=False),
        sa.Column("from_state", sa.String(12), nullable=True),
        sa.Column("to_state", sa.String(12), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("cause", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_payment_change_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_payment_change_payment_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_change")),
    )
    op.create_index(op.f("ix_payment_change_payment_id"), "payment_change", ["payment_id"], unique=False)
    op.create_table(
        "provider_refund",
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("payment_id", BigInt, nullable=False),
        sa.Column("amount_minor", BigInt, nullable=False),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("refund_number", sa.String(24), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_provider_refund_amount_positive")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_provider_refund_payment_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_refund")),
    )
    op.create_index(op.f("ix_provider_refund_payment_id"), "provider_refund", ["payment_id"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("payment_id", BigInt, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("consignment_id", BigInt, nullable=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("amount_minor", BigInt, nullable=False),
        sa.Column("freight_minor", BigInt, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("idempotency_key", sa.String(80), nullable=False),
        sa.Column("provider_id", sa.String(120), nullable=True),
        sa.Column("reference", sa.String(120), nullable=True),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("next_attempt_at", UTCDateTime(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('agreed', 'unclaimed', 'provider', 'dispute')", name=op.f("ck_refund_kind_known")
        ),
        sa.CheckConstraint("state IN ('due', 'sent', 'done', 'failed')", name=op.f("ck_refund_state_known")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount_positive")),
        sa.CheckConstraint(
            "freight_minor BETWEEN 0 AND amount_minor", name=op.f("ck_refund_freight_within_amount")
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_refund_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_refund_consignment_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_refund_order_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_refund_idempotency_key")),
        sa.UniqueConstraint("number", name=op.f("uq_refund_number")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_refund_provider_id")),
    )
    op.create_index(op.f("ix_refund_consignment_id"), "refund", ["consignment_id"], unique=False)
    op.create_index("ix_refund_open", "refund", ["state", "next_attempt_at"], unique=False)
    op.create_index(op.f("ix_refund_order_id"), "refund", ["order_id"], unique=False)
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("payment_id", BigInt, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("result", sa.String(40), nullable=False),
        sa.Column("subject", JSONType, nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_stripe_event_payment_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
    )
    op.create_index(op.f("ix_stripe_event_payment_id"), "stripe_event", ["payment_id"], unique=False)
    op.create_table(
        "listing",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("draft_key", sa.String(20), nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("lot_id", BigInt, nullable=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("cultivar_group", sa.String(40), nullable=False),
        sa.Column("cultivar", sa.String(80), nullable=False),
        sa.Column("propagation", sa.String(20), nullable=False),
        sa.Column("age_code", sa.String(20), nullable=False),
        sa.Column("root", sa.String(20), nullable=False),
        sa.Column("grade", sa.String(40), nullable=False),
        sa.Column("origin", sa.String(120), nullable=False),
        sa.Column("height_cm_min", BigInt, nullable=True),
        sa.Column("height_cm_max", BigInt, nullable=True),
        sa.Column("ground_diameter_mm_min", BigInt, nullable=True),
        sa.Column("ground_diameter_mm_max", BigInt, nullable=True),
        sa.Column("breast_diameter_mm_min", BigInt, nullable=True),
        sa.Column("breast_diameter_mm_max", BigInt, nullable=True),
        sa.Column("crown_cm_min", BigInt, nullable=True),
        sa.Column("crown_cm_max", BigInt, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("sale_from", UTCDateTime(), nullable=True),
        sa.Column("sale_until", UTCDateTime(), nullable=True),
        sa.Column("presale_week", sa.String(8), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("typed", JSONType, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "root = '' OR root IN ('bare_root', 'root_ball', 'container')", name=op.f("ck_listing_root_known")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (lot_id IS NOT NULL AND title <> '' AND cultivar_group <> '' AND root <> '')",
            name=op.f("ck_listing_complete_unless_draft"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'paused', 'ended')", name=op.f("ck_listing_state_known")
        ),
        sa.CheckConstraint(
            "sale_from IS NULL OR sale_until IS NULL OR sale_from < sale_until",
            name=op.f("ck_listing_sale_window"),
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_listing_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_listing_lot_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("draft_key", name=op.f("uq_listing_draft_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_listing_slug")),
    )
    op.create_index("ix_listing_grower_state", "listing", ["grower_id", "state"], unique=False)
    op.create_index(op.f("ix_listing_lot_id"), "listing", ["lot_id"], unique=False)
    op.create_index("ix_listing_state_published", "listing", ["state", "published_at"], unique=False)
    op.create_index(op.f("ix_listing_updated_at"), "listing", ["updated_at"], unique=False)
    op.create_table(
        "outside_order_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("outside_order_id", BigInt, nullable=False),
        sa.Column("import_id", BigInt, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("before", JSONType, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["outside_import.id"],
            name=op.f("fk_outside_order_change_import_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["outside_order_id"],
            ["outside_order.id"],
            name=op.f("fk_outside_order_change_outside_order_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_order_change")),
    )
    op.create_index(
        op.f("ix_outside_order_change_import_id"), "outside_order_change", ["import_id"], unique=False
    )
    op.create_index(
        op.f("ix_outside_order_change_outside_order_id"),
        "outside_order_change",
        ["outside_order_id"],
        unique=False,
    )
    op.create_table(
        "refund_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("refund_id", BigInt, nullable=False),
        sa.Column("from_state", sa.String(10), nullable=True),
        sa.Column("to_state", sa.String(10), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("cause", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_refund_change_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refund.id"], name=op.f("fk_refund_change_refund_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_change")),
    )
    op.create_index(op.f("ix_refund_change_refund_id"), "refund_change", ["refund_id"], unique=False)
    op.create_table(
        "dispatch_window",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("listing_id", BigInt, nullable=False),
        sa.Column("season", sa.String(8), nullable=False),
        sa.Column("from_week", BigInt, nullable=False),
        sa.Column("to_week", BigInt, nullable=False),
        sa.CheckConstraint("season IN ('spring', 'autumn')", name=op.f("ck_dispatch_window_season_known")),
        sa.CheckConstraint(
            "from_week BETWEEN 1 AND 53 AND to_week BETWEEN 1 AND 53",
            name=op.f("ck_dispatch_window_weeks_of_a_year"),
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_dispatch_window_listing_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_window")),
        sa.UniqueConstraint("listing_id", "season", name=op.f("uq_dispatch_window_listing_id_season")),
    )
    op.create_table(
        "listing_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("listing_id", BigInt, nullable=False),
        sa.Column("from_state", sa.String(12), nullable=False),
        sa.Column("to_state", sa.String(12), nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("detail", JSONType, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_listing_change_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_change_listing_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_change")),
    )
    op.create_index(
        op.f("ix_listing_change_by_account_id"), "listing_change", ["by_account_id"], unique=False
    )
    op.create_index(op.f("ix_listing_change_listing_id"), "listing_change", ["listing_id"], unique=False)
    op.create_table(
        "photo",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("listing_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("key_small", sa.String(200), nullable=False),
        sa.Column("key_medium", sa.String(200), nullable=False),
        sa.Column("key_large", sa.String(200), nullable=False),
        sa.Column("width", BigInt, nullable=False),
        sa.Column("height", BigInt, nullable=False),
        sa.Column("alt", sa.String(160), nullable=False),
        sa.Column("taken", JSONType, nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("width >= 1 AND height >= 1", name=op.f("ck_photo_has_a_size")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_photo_listing_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("public_id", name=op.f("uq_photo_public_id")),
    )
    op.create_index(op.f("ix_photo_listing_id"), "photo", ["listing_id"], unique=False)
    op.create_table(
        "photo_upload",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("listing_id", BigInt, nullable=False),
        sa.Column("original_key", sa.String(200), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("keep_place_and_time", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_photo_upload_listing_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_upload")),
        sa.UniqueConstraint("public_id", name=op.f("uq_photo_upload_public_id")),
    )
    op.create_index(op.f("ix_photo_upload_job_id"), "photo_upload", ["job_id"], unique=False)
    op.create_index(op.f("ix_photo_upload_listing_id"), "photo_upload", ["listing_id"], unique=False)
    op.create_table(
        "variant",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("sku", sa.String(20), nullable=False),
        sa.Column("listing_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("height_cm_min", BigInt, nullable=True),
        sa.Column("height_cm_max", BigInt, nullable=True),
        sa.Column("ground_diameter_mm_min", BigInt, nullable=True),
        sa.Column("ground_diameter_mm_max", BigInt, nullable=True),
        sa.Column("breast_diameter_mm_min", BigInt, nullable=True),
        sa.Column("breast_diameter_mm_max", BigInt, nullable=True),
        sa.Column("crown_cm_min", BigInt, nullable=True),
        sa.Column("crown_cm_max", BigInt, nullable=True),
        sa.Column("branching_height_cm", BigInt, nullable=True),
        sa.Column("root_ball_cm", BigInt, nullable=True),
        sa.Column("container_l", BigInt, nullable=True),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("plants_per_unit", BigInt, nullable=False),
        sa.Column("minimum_quantity", BigInt, nullable=False),
        sa.Column("increment", BigInt, nullable=False),
        sa.Column("weight_g", BigInt, nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.CheckConstraint("unit = 'bundle' OR plants_per_unit = 1", name=op.f("ck_variant_plant_is_one")),
        sa.CheckConstraint("unit IN ('plant', 'bundle')", name=op.f("ck_variant_unit_known")),
        sa.CheckConstraint("increment >= 1", name=op.f("ck_variant_increment_positive")),
        sa.CheckConstraint(
            "minimum_quantity % increment = 0", name=op.f("ck_variant_increment_divides_minimum")
        ),
        sa.CheckConstraint("minimum_quantity >= 1", name=op.f("ck_variant_minimum_positive")),
        sa.CheckConstraint("plants_per_unit >= 1", name=op.f("ck_variant_plants_per_unit_positive")),
        sa.CheckConstraint("weight_g >= 1", name=op.f("ck_variant_weight_positive")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_variant_listing_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint("sku", name=op.f("uq_variant_sku")),
    )
    op.create_index(op.f("ix_variant_listing_id"), "variant", ["listing_id"], unique=False)
    op.create_table(
        "cart_line",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("cart_id", BigInt, nullable=False),
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["cart_id"], ["cart.id"], name=op.f("fk_cart_line_cart_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_cart_line_variant_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_line")),
        sa.UniqueConstraint("cart_id", "variant_id", name=op.f("uq_cart_line_cart_id_variant_id")),
    )
    op.create_index(op.f("ix_cart_line_variant_id"), "cart_line", ["variant_id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("consignment_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("lot_id", BigInt, nullable=True),
        sa.Column("sku", sa.String(20), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("grade", sa.String(80), nullable=False),
        sa.Column("cultivar_group", sa.String(40), nullable=False),
        sa.Column("cultivar", sa.String(80), nullable=False),
        sa.Column("root", sa.String(20), nullable=False),
        sa.Column("size_class", sa.String(40), nullable=False),
        sa.Column("photo_key", sa.String(200), nullable=True),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("plants_per_unit", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("weight_g", BigInt, nullable=False),
        sa.Column("unit_price_minor", BigInt, nullable=False),
        sa.Column("line_total_minor", BigInt, nullable=False),
        sa.Column("discount_minor", BigInt, nullable=False),
        sa.Column("refunded_minor", BigInt, nullable=False),
        sa.Column("units_back", BigInt, server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "discount_minor BETWEEN 0 AND line_total_minor", name=op.f("ck_order_line_discount_within_line")
        ),
        sa.CheckConstraint(
            "line_total_minor = quantity * unit_price_minor", name=op.f("ck_order_line_line_adds_up")
        ),
        sa.CheckConstraint("plants = quantity * plants_per_unit", name=op.f("ck_order_line_plants_add_up")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity_positive")),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND line_total_minor - discount_minor",
            name=op.f("ck_order_line_refund_within_line"),
        ),
        sa.CheckConstraint(
            "units_back BETWEEN 0 AND quantity", name=op.f("ck_order_line_units_back_within_line")
        ),
        sa.ForeignKeyConstraint(
            ["consignment_id"],
            ["consignment.id"],
            name=op.f("fk_order_line_consignment_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_order_line_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_order_line_variant_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("consignment_id", "position", name=op.f("uq_order_line_consignment_id_position")),
    )
    op.create_index(op.f("ix_order_line_lot_id"), "order_line", ["lot_id"], unique=False)
    op.create_index(op.f("ix_order_line_variant_id"), "order_line", ["variant_id"], unique=False)
    op.create_table(
        "price_tier",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("from_quantity", BigInt, nullable=False),
        sa.Column("unit_price_minor", BigInt, nullable=False),
        sa.CheckConstraint("from_quantity >= 1", name=op.f("ck_price_tier_from_quantity_positive")),
        sa.CheckConstraint("unit_price_minor >= 1", name=op.f("ck_price_tier_unit_price_positive")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_price_tier_variant_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_tier")),
        sa.UniqueConstraint(
            "variant_id", "from_quantity", name=op.f("uq_price_tier_variant_id_from_quantity")
        ),
    )
    op.create_table(
        "stock",
        sa.Column("variant_id", BigInt, autoincrement=False, nullable=False),
        sa.Column("on_hand", BigInt, nullable=False),
        sa.Column("held", BigInt, nullable=False),
        sa.Column("sold", BigInt, nullable=False),
        sa.CheckConstraint("held >= 0", name=op.f("ck_stock_held_not_negative")),
        sa.CheckConstraint("on_hand >= held", name=op.f("ck_stock_held_within_on_hand")),
        sa.CheckConstraint("sold >= 0", name=op.f("ck_stock_sold_not_negative")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_stock_variant_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("pk_stock")),
    )
    op.create_table(
        "stock_hold",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("order_id", BigInt, nullable=False),
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'taken', 'lapsed', 'released')", name=op.f("ck_stock_hold_state_known")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_hold_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_stock_hold_order_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_stock_hold_variant_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_hold")),
        sa.UniqueConstraint("order_id", "variant_id", name=op.f("uq_stock_hold_order_id_variant_id")),
    )
    op.create_index("ix_stock_hold_due", "stock_hold", ["variant_id", "state", "expires_at"], unique=False)
    op.create_table(
        "refund_line",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("refund_id", BigInt, nullable=False),
        sa.Column("order_line_id", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("amount_minor", BigInt, nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_refund_line_amount_not_negative")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_refund_line_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_line.id"],
            name=op.f("fk_refund_line_order_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refund.id"], name=op.f("fk_refund_line_refund_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_line")),
        sa.UniqueConstraint(
            "refund_id", "order_line_id", name=op.f("uq_refund_line_refund_id_order_line_id")
        ),
    )
    op.create_index(op.f("ix_refund_line_order_line_id"), "refund_line", ["order_line_id"], unique=False)


def downgrade() -> None:
    for table in (
        "refund_line",
        "stock_hold",
        "stock",
        "price_tier",
        "order_line",
        "cart_line",
        "variant",
        "photo_upload",
        "photo",
        "listing_change",
        "dispatch_window",
        "refund_change",
        "outside_order_change",
        "listing",
        "stripe_event",
        "refund",
        "provider_refund",
        "payment_change",
        "payment_agreement",
        "outside_order",
        "outside_import",
        "freight_rate",
        "dispatch_draft",
        "consignment_change",
        "cancel_wish",
        "transfer_proof",
        "payment",
        "order_change",
        "hold_allowance",
        "freight_table",
        "consignment",
        "payee_account",
        "order",
        "cart",
        "search_change",
    ):
        op.drop_table(table)
