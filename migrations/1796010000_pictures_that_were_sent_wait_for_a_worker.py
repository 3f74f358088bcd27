"""Pictures that were sent wait for a worker"""

import sqlalchemy as sa
from alembic import op
from core.types import BigInt, UTCDateTime

revision = "1796010000"
down_revision = "1796000000"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo_upload",
        sa.Column("id", BigInt, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("listing_id", BigInt, nullable=False),
        sa.Column("original_key", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("keep_place_and_time", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_photo_upload_listing_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_upload")),
        sa.UniqueConstraint("public_id", name=op.f("uq_photo_upload_public_id")),
    )
    op.create_index("ix_photo_upload_listing_id", "photo_upload", ["listing_id"])
    op.create_index("ix_photo_upload_job_id", "photo_upload", ["job_id"])


def downgrade() -> None:
    op.drop_table("photo_upload")
