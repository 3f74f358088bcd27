"""Where a restored database goes: brought in beside the present one, exchanged in one step, the old one kept aside."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, current_app

from core.backup.models.manifest import DatabaseFacts
from core.backup.service import copying_postgresql as postgresql
from core.backup.service import copying_sqlite as sqlite
from core.database import Base, db

OURS = sa.text("""
    SELECT relname FROM pg_class
    WHERE relnamespace = to_regnamespace(quote_ident(:schema)) AND relkind IN ('r', 'p') AND NOT relispartition
    AND relowner = current_user::regrole
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
""")
FUNCTIONS = sa.text("""
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = to_regnamespace(quote_ident(:schema)) AND proowner = current_user::regrole
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
""")
OTHERS = sa.text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
""")


class DatabaseInUse(Exception):  # noqa: N818 - says what it is
    """Somebody is connected to the database that is to be exchanged."""


class SQLiteTarget:
    """A database file: the copy is put beside it and renamed."""

    kind = sqlite.KIND

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self) -> int:
        """How many rows it holds, migrations aside."""
        with closing(sqlite3.connect(self.path)) as connection:
            counts = sqlite.facts_of(connection).tables
        return sum(rows for name, rows in counts.items() if name != postgresql.VERSION_TABLE)

    def require_alone(self) -> None:
        """Only a database that nobody else has open can leave WAL mode; it is one file then.

        Raises:
            DatabaseInUse: somebody else has it open.
        """
        db.engine.dispose()
        try:
            with closing(sqlite3.connect(self.path, timeout=0)) as connection:
                connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise DatabaseInUse(f"{self.path} is in use ({error})") from None

    def bring_in(self, folder: Path, _facts: DatabaseFacts, *, stamp: str, keep: bool) -> str:
        """Exchange the database; where the old one is kept, empty when it held nothing."""
        fresh = self.path.with_name(f".restoring-{self.path.name}")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600, exist_ok=False)
        shutil.copyfile(folder / sqlite.FILE, fresh)
        aside = self.path.with_name(f"{self.path.name}.replaced-{stamp}")
        if keep:
            self.path.rename(aside)
        fresh.replace(self.path)
        return str(aside) if keep else ""


class PostgresTarget:
    """A database: the copy is built up in a schema of its own, then takes the place of the tables in one transaction."""

    kind = postgresql.KIND

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def rows(self) -> int:
        """How many rows it holds, migrations aside."""
        with self.engine.connect() as connection:
            names = [
                name for name in connection.scalars(postgresql.TABLES) if name != postgresql.VERSION_TABLE
            ]
            return sum(
                connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
                for name in names
            )

    def require_alone(self) -> None:
        """Raises:
        DatabaseInUse: somebody else is connected.
        """
        self.engine.dispose()
        with self.engine.connect() as connection:
            others = connection.scalar(OTHERS)
        if others:
            raise DatabaseInUse(f"{others} others are connected to the database")

    def bring_in(self, folder: Path, facts: DatabaseFacts, *, stamp: str, keep: bool) -> str:
        """Exchange the tables; the schema in which the old ones are kept, empty when they held nothing."""
        building, aside = f"restoring_{stamp.lower()}", f"replaced_{stamp.lower()}"
        self.engine.dispose()
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {building}")
        try:
            self._migrate(building, facts.revision)
            with self.engine.begin() as connection:
                home = connection.scalar(sa.text("SELECT current_schema()"))
                connection.exec_driver_sql(f"SET LOCAL search_path = {building}")
                postgresql.load(connection, folder, facts)
                connection.exec_driver_sql(f"CREATE SCHEMA {aside}")
                _move(connection, str(home), aside)
                _move(connection, building, str(home))
                if not keep:
                    connection.exec_driver_sql(f"DROP SCHEMA {aside} CASCADE")
        finally:
            with self.engine.begin() as connection:
                connection.exec_driver_sql(f"DROP SCHEMA {building} CASCADE")
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
        return f"the schema {aside}" if keep else ""

    def _migrate(self, schema: str, revision: str) -> None:
        """Make the tables of a revision in a schema, by our own migrations."""
        from flask_alembic import Alembic

        engine = sa.create_engine(
            self.engine.url,
            connect_args={"options": f"-c timezone=UTC -c search_path={schema}"},
            hide_parameters=True,
        )
        migrations = Alembic(run_mkdir=False, command_name="", metadatas=Base.metadata, engines=engine)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        # An application of its own: the one in force has its migrations on the schema in force.
        apart = Flask("restoring")
        apart.config["ALEMBIC"] = dict(current_app.config["ALEMBIC"])
        apart.config["ALEMBIC_CONTEXT"] = dict(current_app.config["ALEMBIC_CONTEXT"])
        migrations.init_app(apart)
        with apart.app_context():
            migrations.upgrade(revision)
        engine.dispose()


def _move(connection: sa.Connection, here: str, there: str) -> None:
    """Move our tables and functions into another schema; what belongs to a table goes with it."""
    connection.exec_driver_sql(f'SET LOCAL search_path = "{here}"')
    for name in connection.scalars(OURS, {"schema": here}).all():
        connection.exec_driver_sql(f'ALTER TABLE "{name}" SET SCHEMA "{there}"')
    for name in connection.scalars(FUNCTIONS, {"schema": here}).all():
        connection.exec_driver_sql(f'ALTER FUNCTION {name} SET SCHEMA "{there}"')


def this_target() -> SQLiteTarget | PostgresTarget:
    """The database in force."""
    if db.engine.dialect.name == sqlite.KIND:
        return SQLiteTarget(Path(db.engine.url.database or ""))
    return PostgresTarget(db.engine)
