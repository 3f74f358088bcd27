"""Where the tests' databases come from: a fresh one per test, on either engine, without migrating again."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from core.database import Base, alembic, db


def make_tables() -> None:
    """The tables of today in the current application's database, noted as if every migration had run."""
    Base.metadata.create_all(db.engine)
    alembic.stamp()


class SQLiteStore:
    """Fresh databases by copying a file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "test.db"
        self.template = folder / "template.db"
        self.url = f"sqlite:///{self.path}"

    @staticmethod
    def prepare(engine: sa.Engine) -> None:
        """No test lives through a power failure: nothing is waited for until it stands on the disk.

        Rows that nobody asked for in an order come in another than PostgreSQL's: who counts on either is found.
        """

        def on_connect(raw: Any, _record: Any) -> None:
            for pragma in ("synchronous=OFF", "reverse_unordered_selects=ON"):
                raw.execute(f"PRAGMA {pragma}").close()

        sa.event.listen(engine, "connect", on_connect)

    def keep_template(self) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.path, self.template)

    def reset(self) -> None:
        for ending in ("-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)
        shutil.copy(self.template, self.path)


# Changes when anything but rows was changed: tables, columns, indexes, rules, triggers, functions.
SHAPE = " UNION ALL ".join(
    f"SELECT sum(hashtext(oid::text || '/' || xmin::text)::bigint) FROM {catalogue}"  # noqa: S608 - the names below
    for catalogue in (
        "pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'S'",
        "pg_constraint WHERE connamespace = 'public'::regnamespace",
        "pg_proc WHERE pronamespace = 'public'::regnamespace",
        "pg_trigger",
    )
)
ALONE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
FROM_ONE_AGAIN = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL
"""


class PostgresStore:
    """Fresh databases by emptying what a test wrote; from a template when it changed more than rows."""

    def __init__(self, server_url: str) -> None:
        self.server_url = server_url
        self.test_url = server_url.replace("/postgres?", "/guiyuan_test?")
        self.url = self.test_url.replace("postgresql://", "postgresql+psycopg://")
        self.shape: list[Any] | None = None
        self._run("CREATE DATABASE guiyuan_test TEMPLATE template0")

    @staticmethod
    def prepare(engine: sa.Engine) -> None:
        """The server itself is hasty (`postgres_url`)."""

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def keep_template(self) -> None:
        self._run("CREATE DATABASE guiyuan_template TEMPLATE guiyuan_test")
        self._look()

    def _look(self) -> None:
        """Note the shape of a database that is as new; without rows, or it cannot be had again by emptying."""
        with psycopg.connect(self.test_url, autocommit=True) as connection:
            written = connection.execute(self._written()).fetchall()
            self.shape = connection.execute(SHAPE).fetchall() if not written else None

    @staticmethod
    def _written() -> str:
        return " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")"  # noqa: S608 - names of our own tables
            for name in Base.metadata.tables
        )

    def reset(self) -> None:
        if not self._emptied():
            self._run(
                "DROP DATABASE guiyuan_test WITH (FORCE)",
                "CREATE DATABASE guiyuan_test TEMPLATE guiyuan_template",
            )
            self._look()

    def _emptied(self) -> bool:
        """Take out the rows that the last test left; False when rows are not all that it changed."""
        with psycopg.connect(self.test_url, autocommit=True) as connection:
            connection.execute(ALONE)
            if self.shape is None or connection.execute(SHAPE).fetchall() != self.shape:
                return False
            # Without triggers: neither foreign keys nor the guards of what is only ever appended stand in the way.
            connection.execute("SET session_replication_role = replica")
            for (name,) in connection.execute(self._written()).fetchall():
                connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 - a name of our own tables
            connection.execute(FROM_ONE_AGAIN)
        return True
