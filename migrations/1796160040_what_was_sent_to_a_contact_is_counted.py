"""What was sent to a contact is counted there, and a code is good on each page that waits for one"""

import sqlalchemy as sa
from alembic import op

from core.types import BigInt, UTCDateTime

revision = "1796160040"
down_revision = "1796160030"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM account_code")  # good for ten minutes, and on its own page only
    with op.batch_alter_table("account_code") as batch_op:
        batch_op.drop_column("digest")
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
        sa.CheckConstraint("tries >= 0", name=op.f("ck_account_contact_message_tries_not_negative")),
        sa.CheckConstraint("what IN ('code', 'link')", name=op.f("ck_account_contact_message_what_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_contact_message")),
        sa.UniqueConstraint(
            "contact", "what", "number", name=op.f("uq_account_contact_message_contact_what_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("account_contact_message")
    op.execute("DELETE FROM account_code")
    with op.batch_alter_table("account_code") as batch_op:
        batch_op.add_column(sa.Column("digest", sa.Text(), nullable=False))
