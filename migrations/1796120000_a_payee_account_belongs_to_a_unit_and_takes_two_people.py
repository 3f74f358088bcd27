"""A payee account belongs to a unit and takes two people

An account that one person could set for everybody is not carried over: each unit proposes and confirms its own.
"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, UTCDateTime

revision = "1796120000"
down_revision = "1796110010"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payee_account",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("unit_id", BigInt, nullable=False),
        sa.Column("unit_path", sa.String(length=400), nullable=False),
        sa.Column("payee", sa.String(length=80), nullable=False),
        sa.Column("bank", sa.String(length=120), nullable=False),
        sa.Column("account_number", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_account_id", BigInt, nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_by_account_id", BigInt, nullable=True),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("in_force_from", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by_account_id", BigInt, nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "confirmed_by_account_id <> proposed_by_account_id", name=op.f("ck_payee_account_two_people")
        ),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_account_id IS NULL) "
            "AND (confirmed_at IS NULL) = (in_force_from IS NULL)",
            name=op.f("ck_payee_account_confirmed_by_somebody"),
        ),
        sa.CheckConstraint("in_force_from >= confirmed_at", name=op.f("ck_payee_account_in_force_after")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_account_id IS NULL)",
            name=op.f("ck_payee_account_withdrawn_by_somebody"),
        ),
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
    op.create_index(op.f("ix_payee_account_unit_id"), "payee_account", ["unit_id"])
    op.create_index(op.f("ix_payee_account_unit_path"), "payee_account", ["unit_path"])
    op.add_column("order", sa.Column("payee_account", sa.String(length=24), nullable=True))
    op.add_column("transfer_proof", sa.Column("payee_account", sa.String(length=24), nullable=True))
    op.create_index(op.f("ix_transfer_proof_payee_account"), "transfer_proof", ["payee_account"])
    op.drop_table("transfer_account")


def downgrade() -> None:
    op.create_table(
        "transfer_account",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("payee", sa.String(length=80), nullable=False),
        sa.Column("bank", sa.String(length=120), nullable=False),
        sa.Column("account_number", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["account.id"], name=op.f("fk_transfer_account_changed_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_account")),
    )
    op.drop_index(op.f("ix_transfer_proof_payee_account"), "transfer_proof")
    op.drop_column("transfer_proof", "payee_account")
    op.drop_column("order", "payee_account")
    op.drop_table("payee_account")
