"""Where a database stands between the migrations, found without building the application."""

import re
from functools import cache
from pathlib import Path

import sqlalchemy as sa

FOLDER = Path(__file__).resolve().parents[1] / "migrations"
VERSIONS = sa.text("SELECT version_num FROM alembic_version")
_NAMED = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)
# Revisions were numbers before each room got its start (`migrations/core_start.py` and those after it).
_NUMBER = re.compile(r"\d+")


class SchemaDiffers(RuntimeError):  # noqa: N818 - says what it is
    """Database and code belong to different versions; `way` is `empty`, `behind`, `ahead` or `old`, the text what to do."""

    def __init__(self, way: str, message: str) -> None:
        super().__init__(message)
        self.way = way


def heads(folder: Path = FOLDER) -> set[str]:
    """The migrations that no other one follows; one, unless two lines of work have met."""
    followed = {before for _one, before in _migrations(folder) if before}
    return known_revisions(folder) - followed


def known_revisions(folder: Path = FOLDER) -> set[str]:
    """Every revision that this code knows."""
    return {revision for revision, _before in _migrations(folder)}


def _migrations(folder: Path) -> list[tuple[str, str]]:
    """Each migration with the one before it, empty for the first."""
    migrations = [dict(_NAMED.findall(path.read_text())) for path in folder.glob("*.py")]
    return [
        (migration["revision"], migration.get("down_revision", ""))
        for migration in migrations
        if "revision" in migration
    ]


@cache
def _this_code() -> tuple[set[str], set[str]]:
    """Heads and all revisions, read once: code does not change while it runs."""
    return heads(), known_revisions()


def is_current(url: str) -> bool:
    """Whether the database at `url` has had every migration.

    Raises:
        SQLAlchemyError: nobody answers at `url`.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        return _database_revisions(connection) == heads()


def require_current(connection: sa.Connection) -> None:
    """Look whether database and code are of one version; one query.

    Raises:
        SchemaDiffers: they are not; says which way, and what to do.
    """
    stands, (wanted, _known) = _database_revisions(connection), _this_code()
    if stands == wanted:
        return
    if not stands:
        raise SchemaDiffers("empty", "The database was never brought up to date: run `flask db upgrade`.")
    require_known(connection)
    here, there = " ".join(sorted(stands)), " ".join(sorted(wanted))
    raise SchemaDiffers(
        "behind",
        f"The database is at revision {here}, the code needs {there}: make a backup, then run `flask db upgrade`.",
    )


def require_known(connection: sa.Connection) -> None:
    """Look whether this code knows where the database stands; one query.

    Raises:
        SchemaDiffers: it does not; `ahead` or `old`.
    """
    unknown = sorted(_database_revisions(connection) - _this_code()[1])
    here = " ".join(unknown)
    if any(map(is_old, unknown)):
        raise SchemaDiffers(
            "old",
            f"The database is at revision {here}, of the time before the migrations began anew: this code cannot "
            "upgrade it. Begin with an empty one (move the folder `var` aside, or give DATABASE_URL another "
            "database), or go on with the version that made it.",
        )
    if unknown:
        raise SchemaDiffers(
            "ahead",
            f"The database is at revision {here}, which this code does not know: a newer version has upgraded it. "
            "Start that version, or restore the backup that was made before the upgrade.",
        )


def is_old(revision: str) -> bool:
    """Whether a revision is of the time before the start migrations, which took the place of all earlier ones."""
    return _NUMBER.fullmatch(revision) is not None


def _database_revisions(connection: sa.Connection) -> set[str]:
    """The revisions that the database notes; none when it was never migrated."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(VERSIONS))
