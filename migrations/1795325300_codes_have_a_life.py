"""Codes have a life: reserved and printed before they are active, returned after they left; sealed actions.

Codes that were issued have had their file handed out: they are printed.
"""

import sqlalchemy as sa
from alembic import op

from core.altering import altering, without_foreign_keys
from core.types import BigInt, UTCDateTime

revision = "1795325300"
down_revision = "1795325228"
branch_labels = ()
depends_on = None

STATES = "('reserved', 'printed', 'active', 'shipped', 'accepted', 'voided', 'returned', 'recalled')"
FORMER = "('issued', 'active', 'shipped', 'accepted', 'voided', 'recalled')"


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("code_action"):
        return
    with without_foreign_keys():
        _new_tables()
        _former_tables()


def _new_tables() -> None:
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
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
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
            ["grower_id"], ["grower.id"], name=op.f("fk_code_action_grower_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.id"], name=op.f("fk_code_action_lot_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_code_action_by_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_action")),
        sa.UniqueConstraint("number", name=op.f("uq_code_action_number")),
    )
    op.create_index(op.f("ix_code_action_grower_id"), "code_action", ["grower_id"])
    op.create_index(op.f("ix_code_action_lot_id"), "code_action", ["lot_id"])
    op.create_table(
        "code_member",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("unit_code_id", BigInt, nullable=False),
        sa.Column("bundle_code_id", BigInt, nullable=False),
        sa.Column("by_account_id", BigInt, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_code_id"], ["code.id"], name=op.f("fk_code_member_unit_code_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["bundle_code_id"], ["code.id"], name=op.f("fk_code_member_bundle_code_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["by_account_id"], ["account.id"], name=op.f("fk_code_member_by_account_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_member")),
        sa.UniqueConstraint("unit_code_id", name=op.f("uq_code_member_unit_code_id")),
    )
    op.create_index(op.f("ix_code_member_bundle_code_id"), "code_member", ["bundle_code_id"])
    op.create_table(
        "inner_code",
        sa.Column("code_id", BigInt, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("wrong", BigInt, nullable=False),
        sa.Column("locked_at", UTCDateTime(), nullable=True),
        sa.Column("right_at", UTCDateTime(), nullable=True),
        sa.Column("right_device", sa.LargeBinary(16), nullable=True),
        sa.Column("copied_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("wrong >= 0", name=op.f("ck_inner_code_wrong_not_negative")),
        sa.ForeignKeyConstraint(
            ["code_id"], ["code.id"], name=op.f("fk_inner_code_code_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_inner_code")),
    )
    op.create_table(
        "inner_try",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("code_id", BigInt, nullable=False),
        sa.Column("device_digest", sa.LargeBinary(16), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code_id"], ["code.id"], name=op.f("fk_inner_try_code_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inner_try")),
    )
    op.create_index(op.f("ix_inner_try_code_id"), "inner_try", ["code_id"])
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
        sa.CheckConstraint("first <= last", name=op.f("ck_void_proposal_places_in_order")),
        sa.CheckConstraint(
            "decided_by_account_id IS NULL OR decided_by_account_id <> proposed_by_account_id",
            name=op.f("ck_void_proposal_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["code_batch.id"], name=op.f("fk_void_proposal_batch_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_account_id"],
            ["account.id"],
            name=op.f("fk_void_proposal_proposed_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_account_id"],
            ["account.id"],
            name=op.f("fk_void_proposal_decided_by_account_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_void_proposal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_void_proposal_public_id")),
    )
    op.create_index(op.f("ix_void_proposal_batch_id"), "void_proposal", ["batch_id"])


def _former_tables() -> None:
    with altering("code") as code:
        code.drop_constraint(op.f("ck_code_state_known"), type_="check")
        code.add_column(sa.Column("leaf", sa.LargeBinary(32), nullable=True))
        code.add_column(sa.Column("quota", BigInt, nullable=False, server_default="0"))
        code.add_column(sa.Column("height_cm", BigInt, nullable=True))
        code.add_column(sa.Column("ground_diameter_mm", BigInt, nullable=True))
        code.add_column(sa.Column("activation_id", BigInt, nullable=True))
        code.add_column(sa.Column("ending_id", BigInt, nullable=True))
    with altering("code_change") as change:
        change.drop_constraint(op.f("ck_code_change_to_state_known"), type_="check")
        change.add_column(sa.Column("action_id", BigInt, nullable=True))
    op.execute("UPDATE code SET state = 'printed' WHERE state = 'issued'")
    op.execute("UPDATE code_change SET to_state = 'printed' WHERE to_state = 'issued'")
    op.execute("UPDATE code_change SET from_state = 'printed' WHERE from_state = 'issued'")
    with altering("code") as code:
        code.alter_column("quota", existing_type=BigInt, existing_nullable=False, server_default=None)
        code.create_check_constraint(op.f("ck_code_state_known"), f"state IN {STATES}")
        code.create_check_constraint(op.f("ck_code_quota_within_plants"), "quota >= 0 AND quota <= plants")
        for name in ("activation_id", "ending_id"):
            code.create_foreign_key(
                op.f(f"fk_code_{name}"), "code_action", [name], ["id"], ondelete="RESTRICT"
            )
    with altering("code_change") as change:
        change.create_check_constraint(op.f("ck_code_change_to_state_known"), f"to_state IN {STATES}")
        change.create_index(op.f("ix_code_change_action_id"), ["action_id"])
        change.create_foreign_key(
            op.f("fk_code_change_action_id"), "code_action", ["action_id"], ["id"], ondelete="RESTRICT"
        )
    with altering("code_batch") as batch:
        batch.add_column(sa.Column("state", sa.String(12), nullable=False, server_default="made"))
        batch.add_column(sa.Column("root", sa.LargeBinary(32), nullable=True))
        batch.add_column(sa.Column("inner", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("form", sa.String(12), nullable=False, server_default=""))
        batch.add_column(sa.Column("decided_by_account_id", BigInt, nullable=True))
        batch.add_column(sa.Column("decided_at", UTCDateTime(), nullable=True))
        batch.add_column(sa.Column("decision_reason", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("job_id", sa.String(32), nullable=True))
        batch.add_column(sa.Column("file_key", sa.String(160), nullable=True))
        batch.add_column(sa.Column("file_until", UTCDateTime(), nullable=True))
    with altering("code_batch") as batch:
        batch.alter_column("state", existing_type=sa.String(12), server_default=None)
        batch.alter_column("inner", existing_type=sa.Boolean(), server_default=None)
        batch.alter_column("form", existing_type=sa.String(12), server_default=None)
        batch.alter_column("decision_reason", existing_type=sa.Text(), server_default=None)
        batch.create_check_constraint(
            op.f("ck_code_batch_state_known"), "state IN ('requested', 'approved', 'refused', 'made')"
        )
        batch.create_check_constraint(
            op.f("ck_code_batch_two_people"),
            "decided_by_account_id IS NULL OR issued_by_account_id IS NULL"
            " OR decided_by_account_id <> issued_by_account_id",
        )
        batch.create_foreign_key(
            op.f("fk_code_batch_decided_by_account_id"),
            "account",
            ["decided_by_account_id"],
            ["id"],
            ondelete="RESTRICT",
        )


def downgrade() -> None:
    with without_foreign_keys():
        op.execute("UPDATE code SET state = 'voided' WHERE state = 'returned'")
        with altering("code_change") as change:
            change.drop_constraint(op.f("ck_code_change_to_state_known"), type_="check")
            change.drop_constraint(op.f("fk_code_change_action_id"), type_="foreignkey")
            change.drop_index(op.f("ix_code_change_action_id"))
            change.drop_column("action_id")
        with altering("code") as code:
            code.drop_constraint(op.f("ck_code_state_known"), type_="check")
            code.drop_constraint(op.f("ck_code_quota_within_plants"), type_="check")
            for name in ("activation_id", "ending_id"):
                code.drop_constraint(op.f(f"fk_code_{name}"), type_="foreignkey")
            for name in ("leaf", "quota", "height_cm", "ground_diameter_mm", "activation_id", "ending_id"):
                code.drop_column(name)
        op.execute("UPDATE code SET state = 'issued' WHERE state IN ('reserved', 'printed')")
        op.execute("UPDATE code_change SET to_state = 'voided' WHERE to_state = 'returned'")
        for column in ("to_state", "from_state"):
            op.execute(
                f"UPDATE code_change SET {column} = 'issued' WHERE {column} IN ('reserved', 'printed')"
            )
        with altering("code") as code:
            code.create_check_constraint(op.f("ck_code_state_known"), f"state IN {FORMER}")
        with altering("code_change") as change:
            change.create_check_constraint(op.f("ck_code_change_to_state_known"), f"to_state IN {FORMER}")
        with altering("code_batch") as batch:
            for name in ("ck_code_batch_state_known", "ck_code_batch_two_people"):
                batch.drop_constraint(op.f(name), type_="check")
            batch.drop_constraint(op.f("fk_code_batch_decided_by_account_id"), type_="foreignkey")
            for name in (
                "state",
                "root",
                "inner",
                "form",
                "decided_by_account_id",
                "decided_at",
                "decision_reason",
                "job_id",
                "file_key",
                "file_until",
            ):
                batch.drop_column(name)
        for name in ("void_proposal", "inner_try", "inner_code", "code_member", "code_action"):
            op.drop_table(name)
