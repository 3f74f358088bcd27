"""Short and promotion links of earlier years answer for no shop; `flask storefronts check` lists them"""

from alembic import op

revision = "1796110010"
down_revision = "1796110000"
branch_labels = ()
depends_on = None

SHORT = "key LIKE 'short:%' AND key NOT LIKE 'short:mini-program/%'"


def upgrade() -> None:
    op.execute(f"UPDATE storefront_address SET live = false WHERE live AND {SHORT}")  # noqa: S608 - a constant


def downgrade() -> None:
    op.execute(
        f"UPDATE storefront_address SET live = true WHERE {SHORT} AND storefront_id IN"  # noqa: S608 - constants
        " (SELECT id FROM storefront WHERE state IN ('authorised', 'suspended'))"
    )
