"""Where a database stands between the migrations, found without building the application."""

import re
from pathlib import Path

import sqlalchemy as sa

FOLDER = Path(__file__).resolve().parents[1] / "migrations"
_NAMED = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)


def heads(folder: Path = FOLDER) -> set[str]:
    """The migrations that no other one follows; one, unless two lines of work have met."""
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in folder.glob("*.py"):
        for name, value in _NAMED.findall(path.read_text()):
            found[name].add(value)
    return found["revision"] - found["down_revision"]


def is_current(url: str) -> bool:
    """Whether the database at `url` has had every migration.

    Raises:
        SQLAlchemyError: nobody answers at `url`.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        stands = set(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))
    return stands == heads()
