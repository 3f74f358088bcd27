"""The tables of traceability: plots, lots, papers, codes, look-ups, alarms, cases, inspections, events"""

import sqlalchemy as sa
from alembic import op

from core.types import BigInt, JSONType, UTCDateTime

revision = "traceability_start"
down_revision = "branch_start"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm_mark",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alarm_mark")),
    )
    op.create_table(
        "code_lookup",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("device_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("ordinal", BigInt, nullable=False),
        sa.Column("times", BigInt, nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("address_digest", sa.LargeBinary(length=8), nullable=True),
        sa.Column("agent_digest", sa.LargeBinary(length=8), nullable=True),
        sa.Column("network_digest", sa.LargeBinary(length=8), nullable=True),
        sa.Column("province", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_lookup")),
        sa.UniqueConstraint(
            "code_digest", "device_digest", name=op.f("uq_code_lookup_code_digest_device_digest")
        ),
    )
    op.create_index(
        op.f("ix_code_lookup_code_digest_code_lookup_ordinal"),
        "code_lookup",
        ["code_digest", "ordinal"],
        unique=False,
    )
    op.create_index(op.f("ix_code_lookup_first_at"), "code_lookup", ["first_at"], unique=False)
    op.create_index(op.f("ix_code_lookup_last_at"), "code_lookup", ["last_at"], unique=False)
    op.create_index(
        "ix_code_lookup_network_of_code",
        "code_lookup",
        ["code_digest", "network_digest", "ordinal"],
        unique=False,
    )
    op.create_index(
        "ix_code_lookup_unknown",
        "code_lookup",
        ["network_digest", "last_at"],
        unique=False,
        sqlite_where=sa.text("NOT known"),
        postgresql_where=sa.text("NOT known"),
    )
    op.create_table(
        "cultivar",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("group_code", sa.String(24), nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("name_zh", sa.String(40), nullable=False),
        sa.Column("name_en", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cultivar")),
        sa.UniqueConstraint("code", name=op.f("uq_cultivar_code")),
        sa.UniqueConstraint("group_code", "name_zh", name=op.f("uq_cultivar_group_code_name_zh")),
    )
    op.create_index(op.f("ix_cultivar_group_code"), "cultivar", ["group_code"], unique=False)
    op.create_table(
        "cultivar_group",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("name_zh", sa.String(40), nullable=False),
        sa.Column("name_en", sa.String(60), nullable=False),
        sa.Column("epithet", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cultivar_group")),
        sa.UniqueConstraint("code", name=op.f("uq_cultivar_group_code")),
    )
    op.create_table(
        "growth_stage",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("name_zh", sa.String(40), nullable=False),
        sa.Column("name_en", sa.String(60), nullable=False),
        sa.Column("diameter_from_mm", BigInt, nullable=False),
        sa.Column("height_from_cm", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_growth_stage")),
        sa.UniqueConstraint("code", name=op.f("uq_growth_stage_code")),
    )
    op.create_table(
        "lookup_day",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("province", sa.String(20), nullable=False),
        sa.Column("devices", BigInt, nullable=False),
        sa.Column("times", BigInt, nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_ordinal", BigInt, nullable=False),
        sa.CheckConstraint("devices > 0 AND times >= devices", name=op.f("ck_lookup_day_counted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup_day")),
        sa.UniqueConstraint(
            "code_digest", "day", "province", name=op.f("uq_lookup_day_code_digest_day_province")
        ),
    )
    op.create_table(
        "provenance_certificate",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("consignment_number", sa.String(32), nullable=False),
        sa.Column("facts", JSONType, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provenance_certificate")),
        sa.UniqueConstraint("consignment_number", name=op.f("uq_provenance_certificate_consignment_number")),
    )
    op.create_table(
        "epcis_capture",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(40), nullable=False),
        sa.Column("behaviour", sa.String(8), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("events", BigInt, nullable=False),
        sa.Column("stored", BigInt, nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "behaviour IN ('rollback', 'proceed')", name=op.f("ck_epcis_capture_behaviour_known")
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_epcis_capture_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_capture")),
        sa.UniqueConstraint("public_id", name=op.f("uq_epcis_capture_public_id")),
    )
    op.create_index(op.f("ix_epcis_capture_by_account_id"), "epcis_capture", ["by_account_id"], unique=False)
    op.create_table(
        "epcis_query",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_epcis_query_by_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_query")),
        sa.UniqueConstraint("name", name=op.f("uq_epcis_query_name")),
    )
    op.create_index(op.f("ix_epcis_query_by_account_id"), "epcis_query", ["by_account_id"], unique=False)
    op.create_table(
        "paper",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(24), nullable=False),
        sa.Column("consignment_number", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("file_key", sa.String(160), nullable=True),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by_account_id", BigInt, nullable=True),
        sa.CheckConstraint(
            "kind IN ('plant_quarantine', 'origin_quarantine', 'quality', 'label')",
            name=op.f("ck_paper_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_account_id"],
            ["account.id"],
            name=op.f("fk_paper_recorded_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("public_id", name=op.f("uq_paper_public_id")),
    )
    op.create_index(op.f("ix_paper_consignment_number"), "paper", ["consignment_number"], unique=False)
    op.create_table(
        "paper_rule",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("province", sa.String(40), nullable=False),
        sa.Column("root", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by_account_id", BigInt, nullable=True),
        sa.CheckConstraint(
            "kind IN ('plant_quarantine', 'origin_quarantine', 'quality', 'label')",
            name=op.f("ck_paper_rule_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_account_id"],
            ["account.id"],
            name=op.f("fk_paper_rule_changed_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_rule")),
        sa.UniqueConstraint(
            "unit_code", "province", "root", "kind", name=op.f("uq_paper_rule_unit_code_province_root_kind")
        ),
    )
    op.create_table(
        "paper_rule_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("unit_code", sa.String(64), server_default="", nullable=False),
        sa.Column("province", sa.String(40), nullable=False),
        sa.Column("root", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_paper_rule_change_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_rule_change")),
    )
    op.create_table(
        "rule_thresholds",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("values", JSONType, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_rule_thresholds_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_thresholds")),
        sa.UniqueConstraint("version", name=op.f("uq_rule_thresholds_version")),
    )
    op.create_table(
        "stage_figures",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("mark_code", sa.String(8), server_default="", nullable=False),
        sa.Column("stage_code", sa.String(24), nullable=False),
        sa.Column("plants_per_mu", BigInt, nullable=False),
        sa.Column("survival_per_mille", BigInt, nullable=False),
        sa.Column("valid_from", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.CheckConstraint("plants_per_mu > 0", name=op.f("ck_stage_figures_density_positive")),
        sa.CheckConstraint(
            "survival_per_mille BETWEEN 1 AND 1000", name=op.f("ck_stage_figures_survival_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_stage_figures_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_figures")),
        sa.UniqueConstraint(
            "mark_code",
            "stage_code",
            "valid_from",
            name=op.f("uq_stage_figures_mark_code_stage_code_valid_from"),
        ),
    )
    op.create_table(
        "epcis_event",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("event_id", sa.String(240), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("type", sa.String(240), nullable=False),
        sa.Column("event_time", UTCDateTime(), nullable=False),
        sa.Column("record_time", UTCDateTime(), nullable=False),
        sa.Column("action", sa.String(8), nullable=True),
        sa.Column("biz_step", sa.String(240), nullable=True),
        sa.Column("disposition", sa.String(240), nullable=True),
        sa.Column("read_point", sa.String(240), nullable=True),
        sa.Column("biz_location", sa.String(240), nullable=True),
        sa.Column("error_declared_at", UTCDateTime(), nullable=True),
        sa.Column("error_reason", sa.String(240), nullable=True),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("capture_id", BigInt, nullable=True),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_epcis_event_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["epcis_capture.id"], name=op.f("fk_epcis_event_capture_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_event")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_epcis_event_fingerprint")),
    )
    op.create_index(op.f("ix_epcis_event_biz_location"), "epcis_event", ["biz_location"], unique=False)
    op.create_index(op.f("ix_epcis_event_biz_step"), "epcis_event", ["biz_step"], unique=False)
    op.create_index(op.f("ix_epcis_event_capture_id"), "epcis_event", ["capture_id"], unique=False)
    op.create_index(op.f("ix_epcis_event_disposition"), "epcis_event", ["disposition"], unique=False)
    op.create_index(op.f("ix_epcis_event_event_id"), "epcis_event", ["event_id"], unique=False)
    op.create_index(
        op.f("ix_epcis_event_event_time_epcis_event_id"), "epcis_event", ["event_time", "id"], unique=False
    )
    op.create_index(op.f("ix_epcis_event_hash"), "epcis_event", ["hash"], unique=False)
    op.create_index(
        op.f("ix_epcis_event_own_epcis_event_event_time"), "epcis_event", ["own", "event_time"], unique=False
    )
    op.create_index(op.f("ix_epcis_event_read_point"), "epcis_event", ["read_point"], unique=False)
    op.create_index(
        op.f("ix_epcis_event_record_time_epcis_event_id"), "epcis_event", ["record_time", "id"], unique=False
    )
    op.create_table(
        "lot_step",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("plants_in", BigInt, nullable=False),
        sa.Column("plants_out", BigInt, nullable=False),
        sa.Column("loss", BigInt, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.CheckConstraint(
            "kind IN ('split', 'merge', 'graft', 'pot_on', 'lift')", name=op.f("ck_lot_step_kind_known")
        ),
        sa.CheckConstraint("loss >= 0", name=op.f("ck_lot_step_loss_not_negative")),
        sa.CheckConstraint("plants_in = plants_out + loss", name=op.f("ck_lot_step_mass_balance")),
        sa.CheckConstraint("plants_out > 0", name=op.f("ck_lot_step_something_comes_out")),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_lot_step_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_lot_step_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_step")),
        sa.UniqueConstraint("number", name=op.f("uq_lot_step_number")),
    )
    op.create_index(op.f("ix_lot_step_grower_id"), "lot_step", ["grower_id"], unique=False)
    op.create_table(
        "plot",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("area_m2", BigInt, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by_account_id", BigInt, nullable=True),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_plot_state_known")),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_plot_area_positive")),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_plot_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_account_id"],
            ["account.id"],
            name=op.f("fk_plot_recorded_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_plot_unit_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plot")),
        sa.UniqueConstraint("number", name=op.f("uq_plot_number")),
    )
    op.create_index(op.f("ix_plot_grower_id"), "plot", ["grower_id"], unique=False)
    op.create_index(op.f("ix_plot_unit_id"), "plot", ["unit_id"], unique=False)
    op.create_table(
        "quota_account",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("cultivar_group", sa.String(24), nullable=False),
        sa.Column("size_class", sa.String(24), nullable=False),
        sa.Column("year", BigInt, nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("balance", BigInt, nullable=False),
        sa.CheckConstraint(
            "(role = 'capacity' AND balance <= 0) OR (role <> 'capacity' AND balance >= 0)",
            name=op.f("ck_quota_account_balance_not_overdrawn"),
        ),
        sa.CheckConstraint(
            "role IN ('capacity', 'free', 'activated', 'lost', 'expired')",
            name=op.f("ck_quota_account_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_quota_account_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_quota_account_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_account")),
        sa.UniqueConstraint(
            "grower_id",
            "unit_id",
            "cultivar_group",
            "size_class",
            "year",
            "role",
            name=op.f("uq_quota_account_grower_id_unit_id_cultivar_group_size_class_year_role"),
        ),
    )
    op.create_index(
        op.f("ix_quota_account_unit_id_quota_account_year"),
        "quota_account",
        ["unit_id", "year"],
        unique=False,
    )
    op.create_table(
        "trade_item",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("gtin", sa.String(14), nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("entered_by_account_id", BigInt, nullable=True),
        sa.CheckConstraint("length(gtin) = 14", name=op.f("ck_trade_item_gtin_has_14_digits")),
        sa.ForeignKeyConstraint(
            ["entered_by_account_id"],
            ["account.id"],
            name=op.f("fk_trade_item_entered_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_trade_item_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_item")),
        sa.UniqueConstraint("gtin", name=op.f("uq_trade_item_gtin")),
    )
    op.create_index(op.f("ix_trade_item_grower_id"), "trade_item", ["grower_id"], unique=False)
    op.create_table(
        "epcis_event_key",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("event_row_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(240), nullable=False),
        sa.Column("value", sa.String(240), nullable=False),
        sa.Column("raw", sa.String(240), nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_row_id"],
            ["epcis_event.id"],
            name=op.f("fk_epcis_event_key_event_row_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epcis_event_key")),
    )
    op.create_index(
        op.f("ix_epcis_event_key_event_row_id"), "epcis_event_key", ["event_row_id"], unique=False
    )
    op.create_index(
        op.f("ix_epcis_event_key_kind_epcis_event_key_raw"), "epcis_event_key", ["kind", "raw"], unique=False
    )
    op.create_index(
        op.f("ix_epcis_event_key_kind_epcis_event_key_value"),
        "epcis_event_key",
        ["kind", "value"],
        unique=False,
    )
    op.create_table(
        "lot",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("plot_id", BigInt, nullable=False),
        sa.Column("species", sa.String(60), nullable=False),
        sa.Column("cultivar_group", sa.String(24), nullable=False),
        sa.Column("cultivar", sa.String(40), nullable=False),
        sa.Column("cultivar_en", sa.String(60), nullable=False),
        sa.Column("propagation", sa.String(12), nullable=False),
        sa.Column("age_code", sa.String(12), nullable=False),
        sa.Column("height_cm_min", BigInt, nullable=True),
        sa.Column("height_cm_max", BigInt, nullable=True),
        sa.Column("ground_diameter_mm_min", BigInt, nullable=True),
        sa.Column("ground_diameter_mm_max", BigInt, nullable=True),
        sa.Column("root", sa.String(12), nullable=False),
        sa.Column("grade", sa.String(24), nullable=False),
        sa.Column("origin", sa.String(120), nullable=False),
        sa.Column("quantity_recorded", BigInt, nullable=False),
        sa.Column("quantity_on_hand", BigInt, nullable=False),
        sa.Column("quantity_moved", BigInt, server_default="0", nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("photo_key", sa.String(160), nullable=True),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "propagation IN ('cutting', 'grafting', 'seed', 'layering')",
            name=op.f("ck_lot_propagation_known"),
        ),
        sa.CheckConstraint("root IN ('bare_root', 'root_ball', 'container')", name=op.f("ck_lot_root_known")),
        sa.CheckConstraint("state IN ('open', 'closed', 'recalled')", name=op.f("ck_lot_state_known")),
        sa.CheckConstraint(
            "ground_diameter_mm_min <= ground_diameter_mm_max", name=op.f("ck_lot_diameter_in_order")
        ),
        sa.CheckConstraint("height_cm_min <= height_cm_max", name=op.f("ck_lot_height_in_order")),
        sa.CheckConstraint(
            "quantity_on_hand <= quantity_recorded", name=op.f("ck_lot_on_hand_within_recorded")
        ),
        sa.CheckConstraint("quantity_on_hand >= 0", name=op.f("ck_lot_on_hand_not_negative")),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_lot_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["plot_id"], ["plot.id"], name=op.f("fk_lot_plot_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("number", name=op.f("uq_lot_number")),
    )
    op.create_index(op.f("ix_lot_grower_id_lot_state"), "lot", ["grower_id", "state"], unique=False)
    op.create_index(op.f("ix_lot_plot_id"), "lot", ["plot_id"], unique=False)
    op.create_table(
        "plot_survey",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("plot_id", BigInt, nullable=False),
        sa.Column("year", BigInt, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("area_m2", BigInt, nullable=False),
        sa.Column("method", sa.String(12), nullable=False),
        sa.Column("outline", JSONType, nullable=False),
        sa.Column("photo_key", sa.String(160), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("surveyed_at", UTCDateTime(), nullable=False),
        sa.Column("surveyed_by_account_id", BigInt, nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("agreed_at", UTCDateTime(), nullable=True),
        sa.Column("agreed_by_account_id", BigInt, nullable=True),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("approved_by_account_id", BigInt, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "method IN ('tape', 'satellite', 'map', 'register')", name=op.f("ck_plot_survey_method_known")
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR (agreed_by_account_id IS NOT NULL AND approved_by_account_id IS NOT NULL)",
            name=op.f("ck_plot_survey_approved_in_two_steps"),
        ),
        sa.CheckConstraint(
            "state IN ('surveyed', 'agreed', 'approved', 'returned')", name=op.f("ck_plot_survey_state_known")
        ),
        sa.CheckConstraint(
            "agreed_by_account_id <> surveyed_by_account_id", name=op.f("ck_plot_survey_agreed_by_another")
        ),
        sa.CheckConstraint(
            "approved_by_account_id <> agreed_by_account_id AND approved_by_account_id <> surveyed_by_account_id",
            name=op.f("ck_plot_survey_approved_by_another"),
        ),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_plot_survey_area_positive")),
        sa.ForeignKeyConstraint(
            ["agreed_by_account_id"],
            ["account.id"],
            name=op.f("fk_plot_survey_agreed_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_account_id"],
            ["account.id"],
            name=op.f("fk_plot_survey_approved_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["plot_id"], ["plot.id"], name=op.f("fk_plot_survey_plot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["surveyed_by_account_id"],
            ["account.id"],
            name=op.f("fk_plot_survey_surveyed_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plot_survey")),
        sa.UniqueConstraint("number", name=op.f("uq_plot_survey_number")),
    )
    op.create_index(op.f("ix_plot_survey_plot_id"), "plot_survey", ["plot_id"], unique=False)
    op.create_index(
        "uq_plot_survey_standing",
        "plot_survey",
        ["plot_id", "year"],
        unique=True,
        sqlite_where=sa.text("state IN ('surveyed', 'agreed', 'approved')"),
        postgresql_where=sa.text("state IN ('surveyed', 'agreed', 'approved')"),
    )
    op.create_table(
        "activation_refusal",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("lot_id", BigInt, nullable=True),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("codes", BigInt, nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("free", BigInt, nullable=True),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "codes >= 0 AND plants >= 0", name=op.f("ck_activation_refusal_counts_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_activation_refusal_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_activation_refusal_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_activation_refusal_lot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation_refusal")),
    )
    op.create_index(
        op.f("ix_activation_refusal_grower_id_activation_refusal_at"),
        "activation_refusal",
        ["grower_id", "at"],
        unique=False,
    )
    op.create_table(
        "code_action",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.Column("codes", BigInt, nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("quota", BigInt, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("height_cm", BigInt, nullable=True),
        sa.Column("ground_diameter_mm", BigInt, nullable=True),
        sa.Column("photo_key", sa.String(160), nullable=True),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('activated', 'shipped', 'accepted', 'voided', 'returned', 'recalled')",
            name=op.f("ck_code_action_kind_known"),
        ),
        sa.CheckConstraint("codes > 0", name=op.f("ck_code_action_codes_positive")),
        sa.CheckConstraint("quota >= 0", name=op.f("ck_code_action_quota_not_negative")),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_code_action_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_code_action_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_code_action_lot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_action")),
        sa.UniqueConstraint("number", name=op.f("uq_code_action_number")),
    )
    op.create_index(op.f("ix_code_action_at"), "code_action", ["at"], unique=False)
    op.create_index(op.f("ix_code_action_grower_id"), "code_action", ["grower_id"], unique=False)
    op.create_index(op.f("ix_code_action_lot_id"), "code_action", ["lot_id"], unique=False)
    op.create_table(
        "code_batch",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("count", BigInt, nullable=False),
        sa.Column("plants_per_code", BigInt, nullable=False),
        sa.Column("licence_number", sa.String(40), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("issued_by_account_id", BigInt, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=True),
        sa.Column("inner", sa.Boolean(), nullable=False),
        sa.Column("form", sa.String(12), nullable=False),
        sa.Column("decided_by_account_id", BigInt, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("job_id", sa.String(32), nullable=True),
        sa.Column("file_key", sa.String(160), nullable=True),
        sa.Column("file_until", UTCDateTime(), nullable=True),
        sa.CheckConstraint("level IN ('lot', 'bundle', 'unit')", name=op.f("ck_code_batch_level_known")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'refused', 'made')", name=op.f("ck_code_batch_state_known")
        ),
        sa.CheckConstraint("count > 0", name=op.f("ck_code_batch_count_positive")),
        sa.CheckConstraint(
            "decided_by_account_id IS NULL OR issued_by_account_id IS NULL OR decided_by_account_id <> issued_by_account_id",
            name=op.f("ck_code_batch_two_people"),
        ),
        sa.CheckConstraint("plants_per_code > 0", name=op.f("ck_code_batch_plants_positive")),
        sa.ForeignKeyConstraint(
            ["decided_by_account_id"],
            ["account.id"],
            name=op.f("fk_code_batch_decided_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_code_batch_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_account_id"],
            ["account.id"],
            name=op.f("fk_code_batch_issued_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_code_batch_lot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_code_batch_number")),
    )
    op.create_index(op.f("ix_code_batch_grower_id"), "code_batch", ["grower_id"], unique=False)
    op.create_index(op.f("ix_code_batch_lot_id"), "code_batch", ["lot_id"], unique=False)
    op.create_table(
        "inspection",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.Column("conformant", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("plants_counted", BigInt, nullable=True),
        sa.Column("plants_unhealthy", BigInt, nullable=True),
        sa.Column("photo_key", sa.String(160), nullable=True),
        sa.Column("device_at", UTCDateTime(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("event_id", sa.String(200), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=False),
        sa.CheckConstraint("plants_counted >= 0", name=op.f("ck_inspection_counted_not_negative")),
        sa.CheckConstraint("plants_unhealthy >= 0", name=op.f("ck_inspection_unhealthy_not_negative")),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_inspection_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_inspection_lot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("client_id", name=op.f("uq_inspection_client_id")),
        sa.UniqueConstraint("number", name=op.f("uq_inspection_number")),
    )
    op.create_index(op.f("ix_inspection_by_account_id"), "inspection", ["by_account_id"], unique=False)
    op.create_index(op.f("ix_inspection_lot_id"), "inspection", ["lot_id"], unique=False)
    op.create_table(
        "lot_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_lot_change_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_lot_change_lot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_change")),
    )
    op.create_index(op.f("ix_lot_change_lot_id"), "lot_change", ["lot_id"], unique=False)
    op.create_table(
        "lot_recall",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lots", BigInt, nullable=False),
        sa.Column("codes", BigInt, nullable=False),
        sa.Column("orders", BigInt, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_lot_recall_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_lot_recall_lot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_recall")),
        sa.UniqueConstraint("number", name=op.f("uq_lot_recall_number")),
    )
    op.create_index(op.f("ix_lot_recall_lot_id"), "lot_recall", ["lot_id"], unique=False)
    op.create_table(
        "lot_step_part",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("step_id", BigInt, nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.CheckConstraint(
            "(side = 'scion' AND plants = 0) OR (side <> 'scion' AND plants > 0)",
            name=op.f("ck_lot_step_part_plants_fit"),
        ),
        sa.CheckConstraint("side IN ('in', 'out', 'scion')", name=op.f("ck_lot_step_part_side_known")),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_lot_step_part_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["lot_step.id"], name=op.f("fk_lot_step_part_step_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_step_part")),
        sa.UniqueConstraint("step_id", "lot_id", "side", name=op.f("uq_lot_step_part_step_id_lot_id_side")),
    )
    op.create_index(op.f("ix_lot_step_part_lot_id"), "lot_step_part", ["lot_id"], unique=False)
    op.create_table(
        "quota_move",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("lot_id", BigInt, nullable=True),
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.CheckConstraint(
            "kind IN ('approve', 'withdraw', 'activate', 'void', 'return', 'transfer', 'grow', 'expire')",
            name=op.f("ck_quota_move_kind_known"),
        ),
        sa.CheckConstraint("plants > 0", name=op.f("ck_quota_move_plants_positive")),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_quota_move_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_quota_move_lot_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_move")),
        sa.UniqueConstraint("number", name=op.f("uq_quota_move_number")),
    )
    op.create_index(op.f("ix_quota_move_at"), "quota_move", ["at"], unique=False)
    op.create_index(op.f("ix_quota_move_lot_id"), "quota_move", ["lot_id"], unique=False)
    op.create_index(op.f("ix_quota_move_reference"), "quota_move", ["reference"], unique=False)
    op.create_table(
        "survey_stand",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("survey_id", BigInt, nullable=False),
        sa.Column("cultivar_group", sa.String(24), nullable=False),
        sa.Column("stage_code", sa.String(24), nullable=False),
        sa.Column("area_m2", BigInt, nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_survey_stand_area_positive")),
        sa.CheckConstraint("plants >= 0", name=op.f("ck_survey_stand_plants_not_negative")),
        sa.ForeignKeyConstraint(
            ["survey_id"], ["plot_survey.id"], name=op.f("fk_survey_stand_survey_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_stand")),
        sa.UniqueConstraint(
            "survey_id",
            "cultivar_group",
            "stage_code",
            name=op.f("uq_survey_stand_survey_id_cultivar_group_stage_code"),
        ),
    )
    op.create_table(
        "trade_item_lot",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("trade_item_id", BigInt, nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_trade_item_lot_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["trade_item_id"],
            ["trade_item.id"],
            name=op.f("fk_trade_item_lot_trade_item_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_item_lot")),
        sa.UniqueConstraint("lot_id", name=op.f("uq_trade_item_lot_lot_id")),
    )
    op.create_index(
        op.f("ix_trade_item_lot_trade_item_id"), "trade_item_lot", ["trade_item_id"], unique=False
    )
    op.create_table(
        "code",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=True),
        sa.Column("batch_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("quota", BigInt, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("height_cm", BigInt, nullable=True),
        sa.Column("ground_diameter_mm", BigInt, nullable=True),
        sa.Column("activation_id", BigInt, nullable=True),
        sa.Column("ending_id", BigInt, nullable=True),
        sa.Column("consignment_number", sa.String(32), nullable=True),
        sa.Column("order_number", sa.String(32), nullable=True),
        sa.Column("destination_province", sa.String(40), nullable=True),
        sa.Column("seller", sa.String(120), nullable=True),
        sa.Column("dispatched_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("level IN ('lot', 'bundle', 'unit')", name=op.f("ck_code_level_known")),
        sa.CheckConstraint(
            "state IN ('reserved', 'printed', 'active', 'shipped', 'accepted', 'voided', 'returned', 'recalled')",
            name=op.f("ck_code_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('shipped', 'accepted') OR consignment_number IS NOT NULL",
            name=op.f("ck_code_shipped_with_a_consignment"),
        ),
        sa.CheckConstraint("plants > 0", name=op.f("ck_code_plants_positive")),
        sa.CheckConstraint("quota >= 0 AND quota <= plants", name=op.f("ck_code_quota_within_plants")),
        sa.ForeignKeyConstraint(
            ["activation_id"], ["code_action.id"], name=op.f("fk_code_activation_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["code_batch.id"], name=op.f("fk_code_batch_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["ending_id"], ["code_action.id"], name=op.f("fk_code_ending_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_code_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_code_lot_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_code_batch_id_position")),
        sa.UniqueConstraint("digest", name=op.f("uq_code_digest")),
    )
    op.create_index(op.f("ix_code_activation_id"), "code", ["activation_id"], unique=False)
    op.create_index(op.f("ix_code_consignment_number"), "code", ["consignment_number"], unique=False)
    op.create_index(op.f("ix_code_ending_id"), "code", ["ending_id"], unique=False)
    op.create_index(op.f("ix_code_grower_id"), "code", ["grower_id"], unique=False)
    op.create_index(
        op.f("ix_code_lot_id_code_level_code_state"), "code", ["lot_id", "level", "state"], unique=False
    )
    op.create_table(
        "lot_recall_part",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("recall_id", BigInt, nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_lot_recall_part_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["lot_recall.id"], name=op.f("fk_lot_recall_part_recall_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_recall_part")),
        sa.UniqueConstraint("recall_id", "lot_id", name=op.f("uq_lot_recall_part_recall_id_lot_id")),
    )
    op.create_index(op.f("ix_lot_recall_part_lot_id"), "lot_recall_part", ["lot_id"], unique=False)
    op.create_table(
        "quota_posting",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("move_id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.CheckConstraint("plants <> 0", name=op.f("ck_quota_posting_moves_something")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["quota_account.id"],
            name=op.f("fk_quota_posting_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["move_id"], ["quota_move.id"], name=op.f("fk_quota_posting_move_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_posting")),
        sa.UniqueConstraint("move_id", "account_id", name=op.f("uq_quota_posting_move_id_account_id")),
    )
    op.create_index(op.f("ix_quota_posting_account_id"), "quota_posting", ["account_id"], unique=False)
    op.create_table(
        "recall_request",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("recall_id", BigInt, nullable=True),
        sa.Column("asked_by_account_id", BigInt, nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by_account_id", BigInt, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state = 'open' OR (decided_by_account_id IS NOT NULL AND decided_at IS NOT NULL)",
            name=op.f("ck_recall_request_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'refused')", name=op.f("ck_recall_request_state_known")
        ),
        sa.CheckConstraint(
            "decided_by_account_id IS NULL OR asked_by_account_id IS NULL OR decided_by_account_id <> asked_by_account_id",
            name=op.f("ck_recall_request_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_account_id"],
            ["account.id"],
            name=op.f("fk_recall_request_asked_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_account_id"],
            ["account.id"],
            name=op.f("fk_recall_request_decided_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_recall_request_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_recall_request_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["lot_recall.id"], name=op.f("fk_recall_request_recall_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_request")),
        sa.UniqueConstraint("number", name=op.f("uq_recall_request_number")),
    )
    op.create_index(op.f("ix_recall_request_grower_id"), "recall_request", ["grower_id"], unique=False)
    op.create_index(op.f("ix_recall_request_lot_id"), "recall_request", ["lot_id"], unique=False)
    op.create_index(
        "uq_recall_request_open",
        "recall_request",
        ["lot_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "void_proposal",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(24), nullable=False),
        sa.Column("batch_id", BigInt, nullable=False),
        sa.Column("first", BigInt, nullable=False),
        sa.Column("last", BigInt, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("proposed_by_account_id", BigInt, nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by_account_id", BigInt, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'done', 'refused')", name=op.f("ck_void_proposal_state_known")),
        sa.CheckConstraint(
            "decided_by_account_id IS NULL OR decided_by_account_id <> proposed_by_account_id",
            name=op.f("ck_void_proposal_two_people"),
        ),
        sa.CheckConstraint("first <= last", name=op.f("ck_void_proposal_places_in_order")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["code_batch.id"], name=op.f("fk_void_proposal_batch_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_account_id"],
            ["account.id"],
            name=op.f("fk_void_proposal_decided_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_account_id"],
            ["account.id"],
            name=op.f("fk_void_proposal_proposed_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_void_proposal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_void_proposal_public_id")),
    )
    op.create_index(op.f("ix_void_proposal_batch_id"), "void_proposal", ["batch_id"], unique=False)
    op.create_table(
        "alarm",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("subject_kind", sa.String(8), nullable=False),
        sa.Column("subject_key", sa.String(80), nullable=False),
        sa.Column("code_id", BigInt, nullable=True),
        sa.Column("grower_id", BigInt, nullable=True),
        sa.Column("alert", sa.String(8), nullable=False),
        sa.Column("score", BigInt, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("case_number", sa.String(24), nullable=True),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("cleared_until", UTCDateTime(), nullable=True),
        sa.CheckConstraint("alert IN ('notice', 'suspect')", name=op.f("ck_alarm_alert_known")),
        sa.CheckConstraint("state IN ('open', 'doubted', 'cleared')", name=op.f("ck_alarm_state_known")),
        sa.CheckConstraint(
            "subject_kind IN ('code', 'grower', 'network')", name=op.f("ck_alarm_subject_known")
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_alarm_score_in_range")),
        sa.ForeignKeyConstraint(["code_id"], ["code.id"], name=op.f("fk_alarm_code_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_alarm_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint("number", name=op.f("uq_alarm_number")),
        sa.UniqueConstraint("subject_key", name=op.f("uq_alarm_subject_key")),
    )
    op.create_index(op.f("ix_alarm_code_id"), "alarm", ["code_id"], unique=False)
    op.create_index(op.f("ix_alarm_grower_id"), "alarm", ["grower_id"], unique=False)
    op.create_index(op.f("ix_alarm_state_alarm_last_at"), "alarm", ["state", "last_at"], unique=False)
    op.create_table(
        "code_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code_id", BigInt, nullable=True),
        sa.Column("batch_id", BigInt, nullable=True),
        sa.Column("action_id", BigInt, nullable=True),
        sa.Column("from_state", sa.String(12), nullable=True),
        sa.Column("to_state", sa.String(12), nullable=False),
        sa.Column("count", BigInt, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "to_state IN ('reserved', 'printed', 'active', 'shipped', 'accepted', 'voided', 'returned', 'recalled')",
            name=op.f("ck_code_change_to_state_known"),
        ),
        sa.CheckConstraint(
            "code_id IS NOT NULL OR batch_id IS NOT NULL", name=op.f("ck_code_change_of_something")
        ),
        sa.ForeignKeyConstraint(
            ["action_id"], ["code_action.id"], name=op.f("fk_code_change_action_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["code_batch.id"], name=op.f("fk_code_change_batch_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_code_change_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["code_id"], ["code.id"], name=op.f("fk_code_change_code_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_change")),
    )
    op.create_index(op.f("ix_code_change_action_id"), "code_change", ["action_id"], unique=False)
    op.create_index(op.f("ix_code_change_batch_id"), "code_change", ["batch_id"], unique=False)
    op.create_index(op.f("ix_code_change_code_id"), "code_change", ["code_id"], unique=False)
    op.create_table(
        "code_member",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("unit_code_id", BigInt, nullable=False),
        sa.Column("bundle_code_id", BigInt, nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle_code_id"], ["code.id"], name=op.f("fk_code_member_bundle_code_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_code_member_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_code_id"], ["code.id"], name=op.f("fk_code_member_unit_code_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_member")),
        sa.UniqueConstraint("unit_code_id", name=op.f("uq_code_member_unit_code_id")),
    )
    op.create_index(op.f("ix_code_member_bundle_code_id"), "code_member", ["bundle_code_id"], unique=False)
    op.create_table(
        "counterfeit_case",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("origin", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("subject_kind", sa.String(8), nullable=False),
        sa.Column("subject_key", sa.String(80), nullable=False),
        sa.Column("code_id", BigInt, nullable=True),
        sa.Column("lot_id", BigInt, nullable=True),
        sa.Column("grower_id", BigInt, nullable=True),
        sa.Column("unit_id", BigInt, nullable=True),
        sa.Column("owner_account_id", BigInt, nullable=True),
        sa.Column("escalated_unit_id", BigInt, nullable=True),
        sa.Column("code_doubted", sa.Boolean(), nullable=False),
        sa.Column("reopened", BigInt, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("shop", sa.String(500), nullable=False),
        sa.Column("contact", sa.String(120), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=True),
        sa.Column("proposed_by_account_id", BigInt, nullable=True),
        sa.Column("decided_by_account_id", BigInt, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("evidence_count", BigInt, nullable=False),
        sa.Column("evidence_head", sa.String(64), nullable=False),
        sa.CheckConstraint(
            "(verdict IS NOT NULL) = (state IN ('decided', 'closed'))",
            name=op.f("ck_counterfeit_case_decided_has_a_verdict"),
        ),
        sa.CheckConstraint(
            "origin IN ('public', 'rule', 'staff')", name=op.f("ck_counterfeit_case_origin_known")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'investigating', 'proposed', 'decided', 'closed')",
            name=op.f("ck_counterfeit_case_state_known"),
        ),
        sa.CheckConstraint(
            "subject_kind IN ('code', 'lot', 'shop', 'grower', 'burst', 'other')",
            name=op.f("ck_counterfeit_case_subject_known"),
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict <> 'confirmed_fake' OR (proposed_by_account_id IS NOT NULL AND decided_by_account_id IS NOT NULL AND proposed_by_account_id <> decided_by_account_id)",
            name=op.f("ck_counterfeit_case_two_persons_confirm"),
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict IN ('confirmed_fake', 'genuine', 'undetermined')",
            name=op.f("ck_counterfeit_case_verdict_known"),
        ),
        sa.ForeignKeyConstraint(
            ["code_id"], ["code.id"], name=op.f("fk_counterfeit_case_code_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_account_id"],
            ["account.id"],
            name=op.f("fk_counterfeit_case_decided_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["escalated_unit_id"],
            ["unit.id"],
            name=op.f("fk_counterfeit_case_escalated_unit_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_counterfeit_case_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_counterfeit_case_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_account_id"],
            ["account.id"],
            name=op.f("fk_counterfeit_case_owner_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_account_id"],
            ["account.id"],
            name=op.f("fk_counterfeit_case_proposed_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_counterfeit_case_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counterfeit_case")),
        sa.UniqueConstraint("number", name=op.f("uq_counterfeit_case_number")),
    )
    op.create_index(op.f("ix_counterfeit_case_code_id"), "counterfeit_case", ["code_id"], unique=False)
    op.create_index(op.f("ix_counterfeit_case_grower_id"), "counterfeit_case", ["grower_id"], unique=False)
    op.create_index(op.f("ix_counterfeit_case_lot_id"), "counterfeit_case", ["lot_id"], unique=False)
    op.create_index(op.f("ix_counterfeit_case_opened_at"), "counterfeit_case", ["opened_at"], unique=False)
    op.create_index(
        op.f("ix_counterfeit_case_owner_account_id"), "counterfeit_case", ["owner_account_id"], unique=False
    )
    op.create_index(
        op.f("ix_counterfeit_case_state_counterfeit_case_due_at"),
        "counterfeit_case",
        ["state", "due_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_counterfeit_case_subject_key_counterfeit_case_state"),
        "counterfeit_case",
        ["subject_key", "state"],
        unique=False,
    )
    op.create_index(op.f("ix_counterfeit_case_unit_id"), "counterfeit_case", ["unit_id"], unique=False)
    op.create_table(
        "inner_code",
        sa.Column("code_id", BigInt, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("right_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["code_id"], ["code.id"], name=op.f("fk_inner_code_code_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_inner_code")),
    )
    op.create_table(
        "inner_try",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code_id", BigInt, nullable=False),
        sa.Column("device_digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("network_digest", sa.LargeBinary(length=8), nullable=True),
        sa.Column("agent_digest", sa.LargeBinary(length=8), nullable=True),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code_id"], ["code.id"], name=op.f("fk_inner_try_code_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inner_try")),
    )
    op.create_index(op.f("ix_inner_try_at"), "inner_try", ["at"], unique=False)
    op.create_index(op.f("ix_inner_try_code_id"), "inner_try", ["code_id"], unique=False)
    op.create_table(
        "inner_unlock",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(24), nullable=False),
        sa.Column("code_id", BigInt, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("asked_by_account_id", BigInt, nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by_account_id", BigInt, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'done', 'refused')", name=op.f("ck_inner_unlock_state_known")),
        sa.CheckConstraint(
            "decided_by_account_id IS NULL OR decided_by_account_id <> asked_by_account_id",
            name=op.f("ck_inner_unlock_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_account_id"],
            ["account.id"],
            name=op.f("fk_inner_unlock_asked_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["code_id"], ["code.id"], name=op.f("fk_inner_unlock_code_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_account_id"],
            ["account.id"],
            name=op.f("fk_inner_unlock_decided_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inner_unlock")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inner_unlock_public_id")),
    )
    op.create_index(op.f("ix_inner_unlock_code_id"), "inner_unlock", ["code_id"], unique=False)
    op.create_table(
        "recall_stop",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("request_id", BigInt, nullable=False),
        sa.Column("lot_id", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_recall_stop_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["recall_request.id"], name=op.f("fk_recall_stop_request_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_stop")),
        sa.UniqueConstraint("request_id", "lot_id", name=op.f("uq_recall_stop_request_id_lot_id")),
    )
    op.create_index(op.f("ix_recall_stop_lot_id"), "recall_stop", ["lot_id"], unique=False)
    op.create_table(
        "alarm_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("alarm_id", BigInt, nullable=False),
        sa.Column("step", sa.String(12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("step IN ('doubt', 'clear', 'reopen')", name=op.f("ck_alarm_change_step_known")),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_change_alarm_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_alarm_change_by_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_change")),
    )
    op.create_index(op.f("ix_alarm_change_alarm_id"), "alarm_change", ["alarm_id"], unique=False)
    op.create_table(
        "alarm_finding",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("alarm_id", BigInt, nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("points", BigInt, nullable=False),
        sa.Column("evidence", JSONType, nullable=False),
        sa.Column("figures", JSONType, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_finding_alarm_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_finding")),
    )
    op.create_index(op.f("ix_alarm_finding_alarm_id"), "alarm_finding", ["alarm_id"], unique=False)
    op.create_table(
        "case_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("case_id", BigInt, nullable=False),
        sa.Column("step", sa.String(12), nullable=False),
        sa.Column("from_state", sa.String(16), nullable=True),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("detail", JSONType, nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "step IN ('open', 'take', 'propose', 'confirm', 'send_back', 'decide', 'act', 'close', 'reopen', 'escalate')",
            name=op.f("ck_case_change_step_known"),
        ),
        sa.CheckConstraint(
            "to_state IN ('received', 'investigating', 'proposed', 'decided', 'closed')",
            name=op.f("ck_case_change_to_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_case_change_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["counterfeit_case.id"], name=op.f("fk_case_change_case_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_change")),
    )
    op.create_index(op.f("ix_case_change_case_id"), "case_change", ["case_id"], unique=False)
    op.create_table(
        "case_evidence",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("case_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("body", JSONType, nullable=False),
        sa.Column("file_key", sa.String(160), nullable=True),
        sa.Column("file_sha256", sa.String(64), nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('statement', 'photo', 'price', 'shop', 'code', 'rule', 'note', 'file')",
            name=op.f("ck_case_evidence_kind_known"),
        ),
        sa.CheckConstraint(
            "(file_key IS NULL) = (file_sha256 IS NULL)", name=op.f("ck_case_evidence_file_has_a_digest")
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_case_evidence_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["counterfeit_case.id"], name=op.f("fk_case_evidence_case_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_evidence")),
        sa.UniqueConstraint("case_id", "position", name=op.f("uq_case_evidence_case_id_position")),
    )
    op.create_table(
        "case_notice",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("case_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("sent", BigInt, nullable=False),
        sa.Column("unit_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["counterfeit_case.id"], name=op.f("fk_case_notice_case_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_case_notice_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_notice")),
        sa.UniqueConstraint("case_id", "kind", name=op.f("uq_case_notice_case_id_kind")),
    )
    op.create_table(
        "case_report",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("case_id", BigInt, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("proof", sa.String(8), nullable=False),
        sa.Column("network_digest", sa.LargeBinary(length=8), nullable=True),
        sa.Column("contact", sa.String(120), nullable=False),
        sa.Column("contact_digest", sa.LargeBinary(length=16), nullable=True),
        sa.CheckConstraint(
            "proof IN ('none', 'order', 'inner', 'staff')", name=op.f("ck_case_report_proof_known")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["counterfeit_case.id"], name=op.f("fk_case_report_case_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_report")),
    )
    op.create_index(op.f("ix_case_report_case_id"), "case_report", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_case_report_contact_digest_case_report_at"),
        "case_report",
        ["contact_digest", "at"],
        unique=False,
    )
    refuse_changes("case_evidence", "case_evidence is append-only")
    refuse_changes("case_change", "case_change is append-only")
    refuse_changes("epcis_event", "epcis_event is append-only")


def refuse_changes(table: str, refusal: str) -> None:
    """The database's own refusal to change or remove what is only ever added."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    op.execute(
        f"""CREATE OR REPLACE FUNCTION {table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation';
END
$$"""
    )
    for name, when in (("no_change", "UPDATE OR DELETE"), ("no_truncate", "TRUNCATE")):
        each = "STATEMENT" if name == "no_truncate" else "ROW"
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_refuse_change()"
        )


def downgrade() -> None:
    for table in (
        "case_report",
        "case_notice",
        "case_evidence",
        "case_change",
        "alarm_finding",
        "alarm_change",
        "recall_stop",
        "inner_unlock",
        "inner_try",
        "inner_code",
        "counterfeit_case",
        "code_member",
        "code_change",
        "alarm",
        "void_proposal",
        "recall_request",
        "quota_posting",
        "lot_recall_part",
        "code",
        "trade_item_lot",
        "survey_stand",
        "quota_move",
        "lot_step_part",
        "lot_recall",
        "lot_change",
        "inspection",
        "code_batch",
        "code_action",
        "activation_refusal",
        "plot_survey",
        "lot",
        "epcis_event_key",
        "trade_item",
        "quota_account",
        "plot",
        "lot_step",
        "epcis_event",
        "stage_figures",
        "rule_thresholds",
        "paper_rule_change",
        "paper_rule",
        "paper",
        "epcis_query",
        "epcis_capture",
        "provenance_certificate",
        "lookup_day",
        "growth_stage",
        "cultivar_group",
        "cultivar",
        "code_lookup",
        "alarm_mark",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION case_evidence_refuse_change()")
        op.execute("DROP FUNCTION case_change_refuse_change()")
        op.execute("DROP FUNCTION epcis_event_refuse_change()")
