"""The tables of the branch: units, growers, licences, storefronts, the ledger, reports, notices"""

import sqlalchemy as sa
from alembic import op

from core.types import BigInt, JSONType, UTCDateTime

revision = "branch_start"
down_revision = "core_start"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconcile_run",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_month", sa.String(7), nullable=False),
        sa.Column("last_month", sa.String(7), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("days", BigInt, nullable=False),
        sa.Column("differing", BigInt, nullable=False),
        sa.Column("examples", JSONType, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("differing >= 0 AND days >= 0", name=op.f("ck_reconcile_run_counts_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconcile_run")),
    )
    op.create_table(
        "shop_warning",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(24), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_warning")),
        sa.UniqueConstraint("reference", "key", name=op.f("uq_shop_warning_reference_key")),
    )
    op.create_index(
        "ix_shop_warning_standing_key",
        "shop_warning",
        ["key"],
        unique=False,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "unit",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("parent_id", BigInt, nullable=True),
        sa.Column("path", sa.String(400), nullable=False),
        sa.CheckConstraint(
            "(parent_id IS NULL) = (kind = 'committee')", name=op.f("ck_unit_only_root_is_committee")
        ),
        sa.CheckConstraint(
            "kind IN ('committee', 'branch', 'village', 'group')", name=op.f("ck_unit_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
        sa.UniqueConstraint("path", name=op.f("uq_unit_path")),
    )
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"], unique=False)
    op.create_table(
        "grower",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("contact_name", sa.String(40), nullable=False),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("phone_public", sa.Boolean(), nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("uscc", sa.String(18), nullable=True),
        sa.Column("production_licence_number", sa.String(40), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("applied_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by_account_id", BigInt, nullable=True),
        sa.CheckConstraint(
            "state IN ('applied', 'admitted', 'refused', 'left')", name=op.f("ck_grower_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_account_id"],
            ["account.id"],
            name=op.f("fk_grower_decided_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_grower_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grower")),
        sa.UniqueConstraint("slug", name=op.f("uq_grower_slug")),
    )
    op.create_index(
        op.f("ix_grower_decided_by_account_id"), "grower", ["decided_by_account_id"], unique=False
    )
    op.create_index(op.f("ix_grower_state"), "grower", ["state"], unique=False)
    op.create_index(op.f("ix_grower_unit_id"), "grower", ["unit_id"], unique=False)
    op.create_table(
        "mark",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("registrant", sa.String(120), nullable=False),
        sa.Column("registration_number", sa.String(40), nullable=False),
        sa.Column("classes", sa.String(80), nullable=False),
        sa.Column("cultivar_groups", JSONType, nullable=False),
        sa.Column("logo_key", sa.String(200), nullable=True),
        sa.Column("rules_version", BigInt, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('certification', 'collective')", name=op.f("ck_mark_kind_known")),
        sa.CheckConstraint("rules_version >= 1", name=op.f("ck_mark_has_rules")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_mark_unit_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
        sa.UniqueConstraint("code", name=op.f("uq_mark_code")),
    )
    op.create_index(op.f("ix_mark_unit_id"), "mark", ["unit_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("unit_id", BigInt, nullable=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "role IN ('buyer', 'grower', 'technician', 'secretary', 'committee', 'operator')",
            name=op.f("ck_membership_role_known"),
        ),
        sa.CheckConstraint(
            "unit_id IS NOT NULL OR role IN ('buyer', 'operator')", name=op.f("ck_membership_at_a_unit")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_membership_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_membership_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "account_id", "unit_id", "role", name=op.f("uq_membership_account_id_unit_id_role")
        ),
    )
    op.create_index(op.f("ix_membership_account_id"), "membership", ["account_id"], unique=False)
    op.create_index(
        "ix_membership_everywhere",
        "membership",
        ["account_id", "role"],
        unique=True,
        sqlite_where=sa.text("unit_id IS NULL"),
        postgresql_where=sa.text("unit_id IS NULL"),
    )
    op.create_index(op.f("ix_membership_unit_id"), "membership", ["unit_id"], unique=False)
    op.create_table(
        "membership_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("unit_id", BigInt, nullable=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("action IN ('given', 'taken')", name=op.f("ck_membership_change_action_known")),
        sa.CheckConstraint(
            "role IN ('buyer', 'grower', 'technician', 'secretary', 'committee', 'operator')",
            name=op.f("ck_membership_change_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_membership_change_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_membership_change_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_membership_change_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_change")),
    )
    op.create_index(
        op.f("ix_membership_change_account_id"), "membership_change", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_membership_change_by_account_id"), "membership_change", ["by_account_id"], unique=False
    )
    op.create_index(op.f("ix_membership_change_unit_id"), "membership_change", ["unit_id"], unique=False)
    op.create_table(
        "programme",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.String(80), nullable=False),
        sa.Column("noted_by_account_id", BigInt, nullable=True),
        sa.Column("noted_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by_account_id", BigInt, nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason = '')",
            name=op.f("ck_programme_withdrawn_with_a_reason"),
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_programme_has_name")),
        sa.ForeignKeyConstraint(
            ["noted_by_account_id"],
            ["account.id"],
            name=op.f("fk_programme_noted_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_programme_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_account_id"],
            ["account.id"],
            name=op.f("fk_programme_withdrawn_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
    )
    op.create_index(
        op.f("ix_programme_noted_by_account_id"), "programme", ["noted_by_account_id"], unique=False
    )
    op.create_index(op.f("ix_programme_unit_id"), "programme", ["unit_id"], unique=False)
    op.create_index(
        op.f("ix_programme_withdrawn_by_account_id"), "programme", ["withdrawn_by_account_id"], unique=False
    )
    op.create_table(
        "report",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("revision", BigInt, nullable=False),
        sa.Column("preliminary", sa.Boolean(), nullable=False),
        sa.Column("input_digest", sa.String(64), nullable=False),
        sa.Column("documents", JSONType, nullable=False),
        sa.Column("frozen", JSONType, nullable=True),
        sa.Column("annex_sha256", sa.String(64), nullable=True),
        sa.Column("built_at", UTCDateTime(), nullable=False),
        sa.Column("built_by_account_id", BigInt, nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'accepted', 'archived', 'replaced')",
            name=op.f("ck_report_state_known"),
        ),
        sa.CheckConstraint("version > 0 AND revision >= 0", name=op.f("ck_report_counts_positive")),
        sa.ForeignKeyConstraint(
            ["built_by_account_id"],
            ["account.id"],
            name=op.f("fk_report_built_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_report_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_public_id")),
        sa.UniqueConstraint("unit_id", "period", "version", name=op.f("uq_report_unit_id_period_version")),
    )
    op.create_index(op.f("ix_report_built_by_account_id"), "report", ["built_by_account_id"], unique=False)
    op.create_index("ix_report_state", "report", ["state"], unique=False)
    op.create_index(op.f("ix_report_unit_id"), "report", ["unit_id"], unique=False)
    op.create_table(
        "report_duty",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("period", sa.String(40), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_report_duty_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_duty")),
        sa.UniqueConstraint("unit_id", "period", name=op.f("uq_report_duty_unit_id_period")),
    )
    op.create_index("ix_report_duty_open", "report_duty", ["submitted_at", "due_on"], unique=False)
    op.create_index(op.f("ix_report_duty_unit_id"), "report_duty", ["unit_id"], unique=False)
    op.create_table(
        "takeover",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(24), nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_account_id", BigInt, nullable=True),
        sa.CheckConstraint("role IN ('secretary', 'committee')", name=op.f("ck_takeover_role_known")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by_account_id IS NULL)", name=op.f("ck_takeover_ended_by_somebody")
        ),
        sa.CheckConstraint("ends_at > begun_at", name=op.f("ck_takeover_ends_later")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_takeover_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_account_id"],
            ["account.id"],
            name=op.f("fk_takeover_ended_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_takeover_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeover")),
        sa.UniqueConstraint("public_id", name=op.f("uq_takeover_public_id")),
    )
    op.create_index(op.f("ix_takeover_account_id"), "takeover", ["account_id"], unique=False)
    op.create_index(op.f("ix_takeover_unit_id"), "takeover", ["unit_id"], unique=False)
    op.create_table(
        "channel_coverage",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("shop", sa.String(32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_channel_coverage_days_in_order")),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_channel_coverage_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_coverage")),
        sa.UniqueConstraint(
            "grower_id", "channel", "reference", name=op.f("uq_channel_coverage_grower_id_channel_reference")
        ),
    )
    op.create_table(
        "grower_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("from_state", sa.String(16), nullable=True),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "to_state IN ('applied', 'admitted', 'refused', 'left')",
            name=op.f("ck_grower_change_to_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_grower_change_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_grower_change_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grower_change")),
    )
    op.create_index(op.f("ix_grower_change_by_account_id"), "grower_change", ["by_account_id"], unique=False)
    op.create_index(op.f("ix_grower_change_grower_id"), "grower_change", ["grower_id"], unique=False)
    op.create_table(
        "grower_cost",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("season", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("amount_minor", BigInt, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('seedlings', 'labour', 'land', 'packing', 'other')",
            name=op.f("ck_grower_cost_purpose_known"),
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_grower_cost_amount_not_negative")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_grower_cost_version_from_one")),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_grower_cost_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_grower_cost_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grower_cost")),
        sa.UniqueConstraint(
            "grower_id",
            "season",
            "purpose",
            "version",
            name=op.f("uq_grower_cost_grower_id_season_purpose_version"),
        ),
    )
    op.create_index(op.f("ix_grower_cost_by_account_id"), "grower_cost", ["by_account_id"], unique=False)
    op.create_table(
        "grower_member",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'staff')", name=op.f("ck_grower_member_role_known")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_grower_member_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_grower_member_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grower_member")),
        sa.UniqueConstraint("account_id", name=op.f("uq_grower_member_account_id")),
    )
    op.create_index(op.f("ix_grower_member_account_id"), "grower_member", ["account_id"], unique=False)
    op.create_index(op.f("ix_grower_member_grower_id"), "grower_member", ["grower_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("contact", sa.String(255), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("unit_id", BigInt, nullable=True),
        sa.Column("grower_id", BigInt, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("accepted_by_account_id", BigInt, nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_account_id", BigInt, nullable=True),
        sa.CheckConstraint(
            "role IN ('buyer', 'grower', 'technician', 'secretary', 'committee', 'operator')",
            name=op.f("ck_invitation_role_known"),
        ),
        sa.CheckConstraint(
            "(unit_id IS NULL) <> (grower_id IS NULL)", name=op.f("ck_invitation_to_one_place")
        ),
        sa.CheckConstraint(
            "accepted_at IS NULL OR ended_at IS NULL", name=op.f("ck_invitation_settled_once")
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by_account_id"],
            ["account.id"],
            name=op.f("fk_invitation_accepted_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_invitation_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_account_id"],
            ["account.id"],
            name=op.f("fk_invitation_ended_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_invitation_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_invitation_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitation_token_digest")),
    )
    op.create_index(
        op.f("ix_invitation_accepted_by_account_id"), "invitation", ["accepted_by_account_id"], unique=False
    )
    op.create_index(op.f("ix_invitation_by_account_id"), "invitation", ["by_account_id"], unique=False)
    op.create_index(op.f("ix_invitation_grower_id"), "invitation", ["grower_id"], unique=False)
    op.create_index(op.f("ix_invitation_unit_id"), "invitation", ["unit_id"], unique=False)
    op.create_table(
        "licence",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("mark_id", BigInt, nullable=False),
        sa.Column("cultivar_groups", JSONType, nullable=False),
        sa.Column("plots", JSONType, nullable=False),
        sa.Column("channels", JSONType, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rules_version", BigInt, nullable=True),
        sa.Column("applied_at", UTCDateTime(), nullable=False),
        sa.Column("granted_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('applied', 'valid', 'suspended', 'expired', 'withdrawn')",
            name=op.f("ck_licence_state_known"),
        ),
        sa.CheckConstraint(
            "state IN ('applied', 'withdrawn') OR (valid_from IS NOT NULL AND valid_until IS NOT NULL AND granted_at IS NOT NULL)",
            name=op.f("ck_licence_granted_has_days"),
        ),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_licence_days_in_order")),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_licence_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["mark_id"], ["mark.id"], name=op.f("fk_licence_mark_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sa.UniqueConstraint("number", name=op.f("uq_licence_number")),
    )
    op.create_index(op.f("ix_licence_grower_id"), "licence", ["grower_id"], unique=False)
    op.create_index(op.f("ix_licence_mark_id"), "licence", ["mark_id"], unique=False)
    op.create_index("ix_licence_running_out", "licence", ["state", "valid_until"], unique=False)
    op.create_index(
        "uq_licence_open",
        "licence",
        ["grower_id", "mark_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('applied', 'valid', 'suspended')"),
        postgresql_where=sa.text("state IN ('applied', 'valid', 'suspended')"),
    )
    op.create_table(
        "mark_rules",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("mark_id", BigInt, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.Column("published_by_account_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["mark_id"], ["mark.id"], name=op.f("fk_mark_rules_mark_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["published_by_account_id"],
            ["account.id"],
            name=op.f("fk_mark_rules_published_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_rules")),
        sa.UniqueConstraint("mark_id", "version", name=op.f("uq_mark_rules_mark_id_version")),
    )
    op.create_index(
        op.f("ix_mark_rules_published_by_account_id"), "mark_rules", ["published_by_account_id"], unique=False
    )
    op.create_table(
        "report_edition",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("period", sa.String(40), nullable=False),
        sa.Column("number", BigInt, nullable=False),
        sa.Column("report_id", BigInt, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.Column("published_by_account_id", BigInt, nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_account_id", BigInt, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (reason <> '')", name=op.f("ck_report_edition_withdrawn_with_a_reason")
        ),
        sa.CheckConstraint(
            "state IN ('published', 'withdrawn', 'replaced')", name=op.f("ck_report_edition_state_known")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_report_edition_number_positive")),
        sa.ForeignKeyConstraint(
            ["ended_by_account_id"],
            ["account.id"],
            name=op.f("fk_report_edition_ended_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["published_by_account_id"],
            ["account.id"],
            name=op.f("fk_report_edition_published_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_edition_report_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_report_edition_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_edition")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_edition_public_id")),
        sa.UniqueConstraint(
            "unit_id", "period", "number", name=op.f("uq_report_edition_unit_id_period_number")
        ),
    )
    op.create_index(
        op.f("ix_report_edition_ended_by_account_id"), "report_edition", ["ended_by_account_id"], unique=False
    )
    op.create_index(
        "ix_report_edition_one_published",
        "report_edition",
        ["unit_id", "period"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index(
        op.f("ix_report_edition_published_by_account_id"),
        "report_edition",
        ["published_by_account_id"],
        unique=False,
    )
    op.create_index(op.f("ix_report_edition_report_id"), "report_edition", ["report_id"], unique=False)
    op.create_index(op.f("ix_report_edition_unit_id"), "report_edition", ["unit_id"], unique=False)
    op.create_table(
        "report_file",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("report_id", BigInt, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("file_key", sa.String(160), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_file_report_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_file")),
        sa.UniqueConstraint("report_id", "name", name=op.f("uq_report_file_report_id_name")),
    )
    op.create_index(op.f("ix_report_file_report_id"), "report_file", ["report_id"], unique=False)
    op.create_table(
        "report_key_figures",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("report_id", BigInt, nullable=False),
        sa.Column("net_minor", BigInt, nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("growth", sa.Numeric(precision=12, scale=6), nullable=True),
        sa.Column("like_growth", sa.Numeric(precision=12, scale=6), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_key_figures_report_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_key_figures")),
        sa.UniqueConstraint("report_id", name=op.f("uq_report_key_figures_report_id")),
    )
    op.create_table(
        "report_post",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("period", sa.String(40), nullable=False),
        sa.Column("number", BigInt, nullable=False),
        sa.Column("report_id", BigInt, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("about_id", BigInt, nullable=True),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=False),
        sa.Column("by_name", sa.String(80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'question') = (about_id IS NULL)",
            name=op.f("ck_report_post_replies_are_about_a_question"),
        ),
        sa.CheckConstraint("kind = 'question' OR NOT returned", name=op.f("ck_report_post_questions_return")),
        sa.CheckConstraint(
            "kind IN ('question', 'answer', 'withdrawal')", name=op.f("ck_report_post_kind_known")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_report_post_number_positive")),
        sa.ForeignKeyConstraint(
            ["about_id"], ["report_post.id"], name=op.f("fk_report_post_about_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_report_post_by_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_post_report_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_report_post_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_post")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_post_public_id")),
        sa.UniqueConstraint("unit_id", "period", "number", name=op.f("uq_report_post_unit_id_period_number")),
    )
    op.create_index(op.f("ix_report_post_about_id"), "report_post", ["about_id"], unique=False)
    op.create_index(op.f("ix_report_post_by_account_id"), "report_post", ["by_account_id"], unique=False)
    op.create_index(op.f("ix_report_post_report_id"), "report_post", ["report_id"], unique=False)
    op.create_index(op.f("ix_report_post_unit_id"), "report_post", ["unit_id"], unique=False)
    op.create_table(
        "report_reminder",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("duty_id", BigInt, nullable=False),
        sa.Column("step", sa.String(10), nullable=False),
        sa.Column("sent", BigInt, nullable=False),
        sa.Column("unit_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "step IN ('soon', 'late', 'escalated')", name=op.f("ck_report_reminder_step_known")
        ),
        sa.CheckConstraint("sent >= 0", name=op.f("ck_report_reminder_sent_not_negative")),
        sa.ForeignKeyConstraint(
            ["duty_id"], ["report_duty.id"], name=op.f("fk_report_reminder_duty_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_report_reminder_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_reminder")),
        sa.UniqueConstraint("duty_id", "step", name=op.f("uq_report_reminder_duty_id_step")),
    )
    op.create_index(op.f("ix_report_reminder_duty_id"), "report_reminder", ["duty_id"], unique=False)
    op.create_index(op.f("ix_report_reminder_unit_id"), "report_reminder", ["unit_id"], unique=False)
    op.create_table(
        "report_review",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("report_id", BigInt, nullable=False),
        sa.Column("revision", BigInt, nullable=False),
        sa.Column("from_state", sa.String(10), nullable=True),
        sa.Column("to_state", sa.String(10), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("by_name", sa.String(80), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "to_state IN ('draft', 'submitted', 'returned', 'accepted', 'archived', 'replaced')",
            name=op.f("ck_report_review_to_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_report_review_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_review_report_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_review")),
        sa.UniqueConstraint("report_id", "revision", name=op.f("uq_report_review_report_id_revision")),
    )
    op.create_index(op.f("ix_report_review_by_account_id"), "report_review", ["by_account_id"], unique=False)
    op.create_index(op.f("ix_report_review_report_id"), "report_review", ["report_id"], unique=False)
    op.create_table(
        "sale_fact",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("occurred_at", UTCDateTime(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("product_key", sa.String(80), nullable=False),
        sa.Column("product_name", sa.String(200), nullable=False),
        sa.Column("cultivar_group", sa.String(20), nullable=True),
        sa.Column("size_class", sa.String(40), nullable=True),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("orders", BigInt, nullable=False),
        sa.Column("gross_minor", BigInt, nullable=False),
        sa.Column("discount_minor", BigInt, nullable=False),
        sa.Column("refund_minor", BigInt, nullable=False),
        sa.Column("net_minor", BigInt, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("source_ref", sa.String(120), nullable=False),
        sa.Column("order_ref", sa.String(80), nullable=False),
        sa.Column("province", sa.String(20), nullable=True),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'refund' OR (gross_minor = 0 AND discount_minor = 0 AND refund_minor > 0 AND plants <= 0 AND orders = 0)",
            name=op.f("ck_sale_fact_refund_signs"),
        ),
        sa.CheckConstraint(
            "kind <> 'reversal' OR (refund_minor = 0 AND gross_minor <= discount_minor AND discount_minor <= 0 AND plants <= 0 AND orders BETWEEN -1 AND 0) OR (gross_minor = 0 AND discount_minor = 0 AND refund_minor < 0 AND plants >= 0 AND orders = 0)",
            name=op.f("ck_sale_fact_reversal_signs"),
        ),
        sa.CheckConstraint(
            "kind <> 'sale' OR (gross_minor >= 0 AND discount_minor BETWEEN 0 AND gross_minor AND refund_minor = 0 AND plants >= 0 AND orders BETWEEN 0 AND 1)",
            name=op.f("ck_sale_fact_sale_signs"),
        ),
        sa.CheckConstraint("kind IN ('sale', 'refund', 'reversal')", name=op.f("ck_sale_fact_kind_known")),
        sa.CheckConstraint(
            "length(currency) = 3 AND currency = upper(currency)", name=op.f("ck_sale_fact_currency_code")
        ),
        sa.CheckConstraint(
            "net_minor = gross_minor - discount_minor - refund_minor", name=op.f("ck_sale_fact_net_adds_up")
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_sale_fact_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_fact")),
        sa.UniqueConstraint("source", "source_ref", name=op.f("uq_sale_fact_source_source_ref")),
    )
    op.create_index("ix_sale_fact_grower_id_local_day", "sale_fact", ["grower_id", "local_day"], unique=False)
    op.create_index("ix_sale_fact_source_order_ref", "sale_fact", ["source", "order_ref"], unique=False)
    op.create_table(
        "sales_channel",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("sells", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "sells OR (since IS NULL AND until IS NULL)", name=op.f("ck_sales_channel_days_only_where_sold")
        ),
        sa.CheckConstraint(
            "until IS NULL OR since IS NULL OR since <= until", name=op.f("ck_sales_channel_days_in_order")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_sales_channel_version_from_one")),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_sales_channel_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_sales_channel_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_channel")),
        sa.UniqueConstraint(
            "grower_id", "channel", "version", name=op.f("uq_sales_channel_grower_id_channel_version")
        ),
    )
    op.create_index(op.f("ix_sales_channel_by_account_id"), "sales_channel", ["by_account_id"], unique=False)
    op.create_table(
        "sales_daily",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("product_key", sa.String(80), nullable=False),
        sa.Column("cultivar_group", sa.String(20), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("facts", BigInt, nullable=False),
        sa.Column("sales", BigInt, nullable=False),
        sa.Column("refunds", BigInt, nullable=False),
        sa.Column("orders", BigInt, nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("gross_minor", BigInt, nullable=False),
        sa.Column("discount_minor", BigInt, nullable=False),
        sa.Column("refund_minor", BigInt, nullable=False),
        sa.Column("net_minor", BigInt, nullable=False),
        sa.Column("last_recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("facts > 0", name=op.f("ck_sales_daily_has_facts")),
        sa.CheckConstraint(
            "net_minor = gross_minor - discount_minor - refund_minor", name=op.f("ck_sales_daily_net_adds_up")
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_sales_daily_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_daily")),
        sa.UniqueConstraint(
            "grower_id",
            "local_day",
            "channel",
            "product_key",
            "cultivar_group",
            "currency",
            name=op.f("uq_sales_daily_grower_id_local_day_channel_product_key_cultivar_group_currency"),
        ),
    )
    op.create_index("ix_sales_daily_local_day", "sales_daily", ["local_day"], unique=False)
    op.create_table(
        "sales_dirty",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_sales_dirty_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_dirty")),
    )
    op.create_index(op.f("ix_sales_dirty_grower_id"), "sales_dirty", ["grower_id"], unique=False)
    op.create_table(
        "sales_monthly",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("cultivar_group", sa.String(20), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("facts", BigInt, nullable=False),
        sa.Column("sales", BigInt, nullable=False),
        sa.Column("refunds", BigInt, nullable=False),
        sa.Column("orders", BigInt, nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("gross_minor", BigInt, nullable=False),
        sa.Column("discount_minor", BigInt, nullable=False),
        sa.Column("refund_minor", BigInt, nullable=False),
        sa.Column("net_minor", BigInt, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("last_recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("facts > 0", name=op.f("ck_sales_monthly_has_facts")),
        sa.CheckConstraint(
            "net_minor = gross_minor - discount_minor - refund_minor",
            name=op.f("ck_sales_monthly_net_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_sales_monthly_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_monthly")),
        sa.UniqueConstraint(
            "grower_id",
            "month",
            "channel",
            "cultivar_group",
            "currency",
            name=op.f("uq_sales_monthly_grower_id_month_channel_cultivar_group_currency"),
        ),
    )
    op.create_table(
        "sales_part",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("dimension", sa.String(10), nullable=False),
        sa.Column("value", sa.String(40), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("orders", BigInt, nullable=False),
        sa.Column("plants", BigInt, nullable=False),
        sa.Column("gross_minor", BigInt, nullable=False),
        sa.Column("discount_minor", BigInt, nullable=False),
        sa.Column("refund_minor", BigInt, nullable=False),
        sa.Column("net_minor", BigInt, nullable=False),
        sa.CheckConstraint(
            "dimension IN ('size_class', 'province')", name=op.f("ck_sales_part_dimension_known")
        ),
        sa.CheckConstraint(
            "net_minor = gross_minor - discount_minor - refund_minor", name=op.f("ck_sales_part_net_adds_up")
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_sales_part_grower_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_part")),
        sa.UniqueConstraint(
            "grower_id",
            "month",
            "dimension",
            "value",
            "currency",
            name=op.f("uq_sales_part_grower_id_month_dimension_value_currency"),
        ),
    )
    op.create_index("ix_sales_part_dimension_month", "sales_part", ["dimension", "month"], unique=False)
    op.create_table(
        "storefront",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("grower_id", BigInt, nullable=False),
        sa.Column("mark_id", BigInt, nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("shop_name", sa.String(120), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "platform IN ('taobao', 'tmall', 'pinduoduo', 'jd', 'douyin', '1688', 'weidian', 'wechat', 'website')",
            name=op.f("ck_storefront_platform_known"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'authorised', 'refused', 'suspended', 'ended')",
            name=op.f("ck_storefront_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["grower_id"], ["grower.id"], name=op.f("fk_storefront_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["mark_id"], ["mark.id"], name=op.f("fk_storefront_mark_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storefront")),
        sa.UniqueConstraint("public_id", name=op.f("uq_storefront_public_id")),
    )
    op.create_index(op.f("ix_storefront_grower_id"), "storefront", ["grower_id"], unique=False)
    op.create_index(op.f("ix_storefront_mark_id"), "storefront", ["mark_id"], unique=False)
    op.create_index(op.f("ix_storefront_state"), "storefront", ["state"], unique=False)
    op.create_table(
        "licence_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("licence_id", BigInt, nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("from_state", sa.String(16), nullable=True),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", JSONType, nullable=False),
        sa.CheckConstraint(
            "from_state IN ('applied', 'valid', 'suspended', 'expired', 'withdrawn')",
            name=op.f("ck_licence_change_from_state_known"),
        ),
        sa.CheckConstraint(
            "step IN ('apply', 'grant', 'refuse', 'suspend', 'reinstate', 'extend', 'expire', 'withdraw')",
            name=op.f("ck_licence_change_step_known"),
        ),
        sa.CheckConstraint(
            "to_state IN ('applied', 'valid', 'suspended', 'expired', 'withdrawn')",
            name=op.f("ck_licence_change_to_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_licence_change_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name=op.f("fk_licence_change_licence_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_change")),
    )
    op.create_index(
        op.f("ix_licence_change_by_account_id"), "licence_change", ["by_account_id"], unique=False
    )
    op.create_index(op.f("ix_licence_change_licence_id"), "licence_change", ["licence_id"], unique=False)
    op.create_table(
        "report_edition_file",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("edition_id", BigInt, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("file_key", sa.String(160), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["report_edition.id"],
            name=op.f("fk_report_edition_file_edition_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_edition_file")),
        sa.UniqueConstraint("edition_id", "name", name=op.f("uq_report_edition_file_edition_id_name")),
    )
    op.create_index(
        op.f("ix_report_edition_file_edition_id"), "report_edition_file", ["edition_id"], unique=False
    )
    op.create_table(
        "storefront_address",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("storefront_id", BigInt, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["storefront_id"],
            ["storefront.id"],
            name=op.f("fk_storefront_address_storefront_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storefront_address")),
        sa.UniqueConstraint("storefront_id", "key", name=op.f("uq_storefront_address_storefront_id_key")),
    )
    op.create_index(
        "uq_storefront_address_live_key",
        "storefront_address",
        ["key"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "storefront_change",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("storefront_id", BigInt, nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("from_state", sa.String(16), nullable=True),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.String(24), nullable=True),
        sa.CheckConstraint(
            "step IN ('propose', 'authorise', 'refuse', 'suspend', 'reinstate', 'end')",
            name=op.f("ck_storefront_change_step_known"),
        ),
        sa.CheckConstraint(
            "to_state IN ('proposed', 'authorised', 'refused', 'suspended', 'ended')",
            name=op.f("ck_storefront_change_to_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_storefront_change_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["storefront_id"],
            ["storefront.id"],
            name=op.f("fk_storefront_change_storefront_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storefront_change")),
    )
    op.create_index(
        op.f("ix_storefront_change_by_account_id"), "storefront_change", ["by_account_id"], unique=False
    )
    op.create_index(
        op.f("ix_storefront_change_storefront_id"), "storefront_change", ["storefront_id"], unique=False
    )
    refuse_changes("sale_fact", "sale_fact is append-only: record a reversal instead")


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
        "storefront_change",
        "storefront_address",
        "report_edition_file",
        "licence_change",
        "storefront",
        "sales_part",
        "sales_monthly",
        "sales_dirty",
        "sales_daily",
        "sales_channel",
        "sale_fact",
        "report_review",
        "report_reminder",
        "report_post",
        "report_key_figures",
        "report_file",
        "report_edition",
        "mark_rules",
        "licence",
        "invitation",
        "grower_member",
        "grower_cost",
        "grower_change",
        "channel_coverage",
        "takeover",
        "report_duty",
        "report",
        "programme",
        "membership_change",
        "membership",
        "mark",
        "grower",
        "unit",
        "shop_warning",
        "reconcile_run",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION sale_fact_refuse_change()")
