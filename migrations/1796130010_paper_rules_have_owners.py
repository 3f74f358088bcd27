"""Paper rules have owners: what was decided for everybody stays everybody's"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, UTCDateTime

revision = "1796130010"
down_revision = "1796130000"
branch_labels = ()
depends_on = None

COLUMNS = ("province", "root", "kind", "required", "changed_at", "changed_by_account_id")


def _make(name: str, *, owned: bool) -> None:
    owner = [sa.Column("unit_code", sa.String(length=64), nullable=False)] if owned else []
    unique = (["unit_code"] if owned else []) + ["province", "root", "kind"]
    op.create_table(
        name,
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        *owner,
        sa.Column("province", sa.String(length=40), nullable=False),
        sa.Column("root", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
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
        sa.UniqueConstraint(*unique, name=op.f("uq_paper_rule_" + "_".join(unique))),
    )


def upgrade() -> None:
    bind = op.get_bind()
    rows = list(bind.execute(sa.text("SELECT * FROM paper_rule ORDER BY id")).mappings())
    op.drop_table("paper_rule")
    _make("paper_rule", owned=True)
    _fill([{"unit_code": "", **{name: row[name] for name in COLUMNS}} for row in rows])
    op.add_column(
        "paper_rule_change",
        sa.Column("unit_code", sa.String(length=64), server_default="", nullable=False),
    )


def _fill(rows: list[dict[str, object]]) -> None:
    if rows:
        columns = [sa.column(name) for name in rows[0]]
        op.get_bind().execute(sa.insert(sa.table("paper_rule", *columns)), rows)


def downgrade() -> None:
    bind = op.get_bind()
    mine = sa.text("SELECT * FROM paper_rule WHERE unit_code = '' ORDER BY id")
    rows = list(bind.execute(mine).mappings())
    op.drop_column("paper_rule_change", "unit_code")
    op.drop_table("paper_rule")
    _make("paper_rule", owned=False)
    _fill([{name: row[name] for name in COLUMNS} for row in rows])
