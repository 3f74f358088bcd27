"""One e-mail address is one account, in whatever letters it was typed"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "1796130020"
down_revision = "1796130010"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    """Write addresses of full-width letters and ligatures in plain ones; where another account has that one, it stays as it is.

    Such a second account was never reached by a message. It keeps its rows; its owner is the one who signs in with the first.
    """
    connection = op.get_bind()
    account = sa.table("account", sa.column("id"), sa.column("email"))
    taken = set(connection.scalars(sa.select(account.c.email).where(account.c.email.is_not(None))))
    for number, email in list(connection.execute(sa.select(account.c.id, account.c.email))):
        if email is None or email.isascii():
            continue
        plain = _plain(email)
        if plain is not None and plain not in taken:
            connection.execute(sa.update(account).where(account.c.id == number).values(email=plain))
            taken.add(plain)


def _plain(email: str) -> str | None:
    """The address in plain letters, its domain as mail servers know it; None when its first part stays in another script."""
    local, _at, domain = unicodedata.normalize("NFKC", email).rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode()}".lower()
    except UnicodeError:
        return None
    return plain if plain.isascii() else None


def downgrade() -> None:
    """The letters that were typed are not kept."""
