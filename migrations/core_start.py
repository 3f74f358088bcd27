"""The tables of the ground floor: accounts, jobs, outbox, messages, the seal"""

import sqlalchemy as sa
from alembic import op

from core.types import BigInt, JSONType, UTCDateTime

revision = "core_start"
down_revision = None
branch_labels = ("default",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("fs_uniquifier", sa.String(64), nullable=False),
        sa.Column("email", sa.String(255), nullable=True),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.Column("email_confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("phone_confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("password", sa.String(255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("display_name", sa.String(80), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("tf_primary_method", sa.String(64), nullable=True),
        sa.Column("tf_totp_secret", sa.Text(), nullable=True),
        sa.Column("tf_last_counter", BigInt, nullable=True),
        sa.Column("mf_recovery_codes", JSONType, nullable=True),
        sa.CheckConstraint("locale IN ('zh_Hans_CN', 'en')", name=op.f("ck_account_locale_known")),
        sa.CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_account_reachable")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
        sa.UniqueConstraint("phone", name=op.f("uq_account_phone")),
    )
    op.create_table(
        "account_contact_message",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("contact", sa.String(255), nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("number", BigInt, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("tries", BigInt, nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("what IN ('code', 'link')", name=op.f("ck_account_contact_message_what_known")),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_account_contact_message_tries_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_contact_message")),
        sa.UniqueConstraint(
            "contact", "what", "number", name=op.f("uq_account_contact_message_contact_what_number")
        ),
    )
    op.create_table(
        "backup_run",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(6), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("size_bytes", BigInt, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('good', 'failed')", name=op.f("ck_backup_run_state_known")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_backup_run_size_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_run")),
    )
    op.create_index("ix_backup_run_state_started_at", "backup_run", ["state", "started_at"], unique=False)
    op.create_table(
        "check_finding",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("check_name", sa.String(40), nullable=False),
        sa.Column("table_name", sa.String(80), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("gone_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_finding")),
        sa.UniqueConstraint("digest", name=op.f("uq_check_finding_digest")),
    )
    op.create_index("ix_check_finding_gone_at", "check_finding", ["gone_at"], unique=False)
    op.create_table(
        "check_run",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(6), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=False),
        sa.Column("counts", JSONType, nullable=False),
        sa.Column("seconds", JSONType, nullable=False),
        sa.Column("failed", JSONType, nullable=False),
        sa.Column("leaf_id", BigInt, nullable=False),
        sa.CheckConstraint("kind IN ('whole', 'sample')", name=op.f("ck_check_run_kind_known")),
        sa.CheckConstraint(
            "outcome IN ('good', 'findings', 'failed')", name=op.f("ck_check_run_outcome_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_run")),
    )
    op.create_index("ix_check_run_kind_started_at", "check_run", ["kind", "started_at"], unique=False)
    op.create_table(
        "form_key",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("leads_to", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_key")),
        sa.UniqueConstraint("key", name=op.f("uq_form_key_key")),
    )
    op.create_index(op.f("ix_form_key_used_at"), "form_key", ["used_at"], unique=False)
    op.create_table(
        "job_progress",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("owner_account_id", BigInt, nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("total", BigInt, nullable=False),
        sa.Column("done", BigInt, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("result_url", sa.Text(), nullable=True),
        sa.Column("task", sa.String(80), nullable=False),
        sa.Column("args", JSONType, nullable=False),
        sa.Column("needs", sa.String(60), nullable=False),
        sa.Column("needs_unit_id", BigInt, nullable=True),
        sa.Column("needs_grower_id", BigInt, nullable=True),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("may_retry", sa.Boolean(), nullable=False),
        sa.Column("sendings", BigInt, nullable=False),
        sa.Column("send_again_at", UTCDateTime(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_job_progress_state_known")
        ),
        sa.CheckConstraint("sendings >= 0", name=op.f("ck_job_progress_sendings_not_negative")),
        sa.CheckConstraint("total >= 0 AND done >= 0", name=op.f("ck_job_progress_counts_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_progress")),
        sa.UniqueConstraint("public_id", name=op.f("uq_job_progress_public_id")),
    )
    op.create_index(
        "ix_job_progress_state_send_again_at", "job_progress", ["state", "send_again_at"], unique=False
    )
    op.create_table(
        "message",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("dedupe_key", sa.String(160), nullable=False),
        sa.Column("receiver", sa.String(254), nullable=False),
        sa.Column("template", sa.String(80), nullable=False),
        sa.Column("context", JSONType, nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("available_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.Column("set_aside_at", UTCDateTime(), nullable=True),
        sa.Column("forget_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed')", name=op.f("ck_message_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_message_dedupe_key")),
    )
    op.create_index("ix_message_open", "message", ["state", "available_at"], unique=False)
    op.create_table(
        "outbox_event",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("body", JSONType, nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("available_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.Column("dead_at", UTCDateTime(), nullable=True),
        sa.Column("set_aside_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_event_attempts_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_event_id")),
    )
    op.create_index(op.f("ix_outbox_event_name"), "outbox_event", ["name"], unique=False)
    op.create_index("ix_outbox_event_open", "outbox_event", ["done_at", "available_at"], unique=False)
    op.create_table(
        "seal_head",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_seal_head_size_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_head")),
        sa.UniqueConstraint("day", name=op.f("uq_seal_head_day")),
    )
    op.create_table(
        "seal_leaf",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("subject", sa.String(200), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("entry", sa.Text(), nullable=True),
        sa.Column("number", BigInt, nullable=True),
        sa.CheckConstraint(
            "entry IS NOT NULL OR (subject IS NOT NULL AND salt IS NOT NULL AND body IS NOT NULL)",
            name=op.f("ck_seal_leaf_can_be_composed"),
        ),
        sa.CheckConstraint("number >= 0", name=op.f("ck_seal_leaf_number_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_leaf")),
    )
    op.create_index("ix_seal_leaf_kind_id", "seal_leaf", ["kind", "id"], unique=False)
    op.create_index(op.f("ix_seal_leaf_subject"), "seal_leaf", ["subject"], unique=False)
    op.create_index(
        "ix_seal_leaf_waiting",
        "seal_leaf",
        ["id"],
        unique=False,
        sqlite_where=sa.text("number IS NULL"),
        postgresql_where=sa.text("number IS NULL"),
    )
    op.create_index(
        "uq_seal_leaf_number",
        "seal_leaf",
        ["number"],
        unique=True,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_table(
        "seal_state",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("signed_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_seal_state_one_row")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_seal_state_size_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_state")),
    )
    op.create_table(
        "seal_witness",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("url", sa.String(400), nullable=False),
        sa.Column("vkey", sa.String(400), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("cosigned_at", UTCDateTime(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("alarm_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_witness")),
        sa.UniqueConstraint("url", name=op.f("uq_seal_witness_url")),
    )
    op.create_table(
        "work_claim",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("token", sa.String(32), nullable=True),
        sa.Column("claimed_at", UTCDateTime(), nullable=False),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("available_at", UTCDateTime(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("first_failed_at", UTCDateTime(), nullable=True),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.Column("dead_at", UTCDateTime(), nullable=True),
        sa.Column("set_aside_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(token IS NULL) = (claimed_until IS NULL)", name=op.f("ck_work_claim_held_until")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_work_claim_attempts_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_claim")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_work_claim_kind_key")),
    )
    op.create_index("ix_work_claim_failed_at", "work_claim", ["failed_at"], unique=False)
    op.create_table(
        "account_code",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(40), nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("contact", sa.String(255), nullable=False),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("purpose IN ('recover', 'confirm')", name=op.f("ck_account_code_purpose_known")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_account_code_attempts_not_negative")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_code_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_account_code_public_id")),
    )
    op.create_index(op.f("ix_account_code_account_id"), "account_code", ["account_id"], unique=False)
    op.create_table(
        "account_device",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(40), nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("key_digest", sa.String(64), nullable=False),
        sa.Column("browser_digest", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(20), nullable=False),
        sa.Column("system", sa.String(20), nullable=False),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("signed_in_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(16), nullable=True),
        sa.CheckConstraint(
            "ended_by IS NULL OR ended_by IN ('sign_out', 'owner', 'again', 'password', 'second_factor')",
            name=op.f("ck_account_device_ended_by_known"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_account_device_ended_with_reason")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_device_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_device")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_account_device_key_digest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_account_device_public_id")),
    )
    op.create_index(op.f("ix_account_device_account_id"), "account_device", ["account_id"], unique=False)
    op.create_table(
        "account_factor_guess",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("browser_digest", sa.String(64), nullable=False),
        sa.Column("failures", BigInt, nullable=False),
        sa.Column("wait_until", UTCDateTime(), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_account_factor_guess_failures_not_negative")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_factor_guess_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_factor_guess")),
        sa.UniqueConstraint(
            "account_id", "browser_digest", name=op.f("uq_account_factor_guess_account_id_browser_digest")
        ),
    )
    op.create_index(
        op.f("ix_account_factor_guess_account_id"), "account_factor_guess", ["account_id"], unique=False
    )
    op.create_table(
        "account_factor_reset",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("by_account_id", BigInt, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_factor_reset_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_account_factor_reset_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_factor_reset")),
    )
    op.create_index(
        op.f("ix_account_factor_reset_account_id"), "account_factor_reset", ["account_id"], unique=False
    )
    op.create_table(
        "api_token",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(40), nullable=False),
        sa.Column("account_id", BigInt, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("scopes", JSONType, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("last_used_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_api_token_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_token_public_id")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "failure_decision",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("subject", BigInt, nullable=False),
        sa.Column("what", sa.String(300), nullable=False),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('event', 'message', 'work')", name=op.f("ck_failure_decision_kind_known")
        ),
        sa.CheckConstraint("step = 'again' OR reason <> ''", name=op.f("ck_failure_decision_reason_given")),
        sa.CheckConstraint("step IN ('again', 'aside')", name=op.f("ck_failure_decision_step_known")),
        sa.ForeignKeyConstraint(
            ["by_account_id"],
            ["account.id"],
            name=op.f("fk_failure_decision_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failure_decision")),
    )
    op.create_index(
        op.f("ix_failure_decision_by_account_id"), "failure_decision", ["by_account_id"], unique=False
    )
    op.create_index("ix_failure_decision_kind_subject", "failure_decision", ["kind", "subject"], unique=False)
    op.create_table(
        "outbox_delivery",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("event_row_id", BigInt, nullable=False),
        sa.Column("handler", sa.String(160), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_row_id"],
            ["outbox_event.id"],
            name=op.f("fk_outbox_delivery_event_row_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_delivery")),
        sa.UniqueConstraint("event_row_id", "handler", name=op.f("uq_outbox_delivery_event_row_id_handler")),
    )
    refuse_changes("failure_decision", "failure_decision is append-only")


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
        "outbox_delivery",
        "failure_decision",
        "api_token",
        "account_factor_reset",
        "account_factor_guess",
        "account_device",
        "account_code",
        "work_claim",
        "seal_witness",
        "seal_state",
        "seal_leaf",
        "seal_head",
        "outbox_event",
        "message",
        "job_progress",
        "form_key",
        "check_run",
        "check_finding",
        "backup_run",
        "account_contact_message",
        "account",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION failure_decision_refuse_change()")
