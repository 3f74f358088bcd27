"""Entries of inner codes and reports know the network they came from; no inner code is locked"""

import sqlalchemy as sa
from alembic import op
from core.altering import altering, without_foreign_keys
from core.types import BigInt, UTCDateTime

revision = "1796100150"
down_revision = "1796100100"
branch_labels = ()
depends_on = None

REPORTS = """
INSERT INTO case_report (case_id, at, proof, contact)
SELECT id, opened_at, CASE origin WHEN 'staff' THEN 'staff' ELSE 'none' END, ''
FROM counterfeit_case
WHERE origin <> 'rule' AND NOT EXISTS (SELECT 1 FROM case_report WHERE case_id = counterfeit_case.id)
"""
GONE = ("wrong", "locked_at", "right_device", "copied_at")


def _columns(table: str) -> set[str]:
    return {one["name"] for one in sa.inspect(op.get_bind()).get_columns(table)}


def upgrade() -> None:
    op.create_table(
        "case_report",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("case_id", BigInt, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("proof", sa.String(length=8), nullable=False),
        sa.Column("network_digest", sa.LargeBinary(length=8), nullable=True),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column("contact_digest", sa.LargeBinary(length=16), nullable=True),
        sa.CheckConstraint(
            "proof IN ('none', 'order', 'inner', 'staff')", name=op.f("ck_case_report_proof_known")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["counterfeit_case.id"], name=op.f("fk_case_report_case_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_report")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_case_report_case_id"), "case_report", ["case_id"], if_not_exists=True)
    op.create_index(
        op.f("ix_case_report_contact_digest_case_report_at"),
        "case_report",
        ["contact_digest", "at"],
        if_not_exists=True,
    )
    op.execute(REPORTS)
    for name in ("network_digest", "agent_digest"):
        if name not in _columns("inner_try"):
            op.add_column("inner_try", sa.Column(name, sa.LargeBinary(length=8), nullable=True))
    op.create_index(op.f("ix_inner_try_at"), "inner_try", ["at"], if_not_exists=True)
    if "wrong" in _columns("inner_code"):
        with without_foreign_keys(), altering("inner_code") as inner:
            inner.drop_constraint(op.f("ck_inner_code_wrong_not_negative"), type_="check")
            for name in GONE:
                inner.drop_column(name)


def downgrade() -> None:
    if "wrong" not in _columns("inner_code"):
        with without_foreign_keys(), altering("inner_code") as inner:
            inner.add_column(sa.Column("wrong", sa.BigInteger(), nullable=False, server_default="0"))
            inner.add_column(sa.Column("locked_at", UTCDateTime(), nullable=True))
            inner.add_column(sa.Column("right_device", sa.LargeBinary(length=16), nullable=True))
            inner.add_column(sa.Column("copied_at", UTCDateTime(), nullable=True))
            inner.create_check_constraint("wrong_not_negative", "wrong >= 0")
    op.drop_index(op.f("ix_inner_try_at"), "inner_try", if_exists=True)
    for name in ("network_digest", "agent_digest"):
        if name in _columns("inner_try"):
            op.drop_column("inner_try", name)
    op.drop_table("case_report", if_exists=True)
