"""A copy of a PostgreSQL database: every table by COPY in one snapshot, its sequences, and back into an empty schema.

No program of the server's is needed: the tables themselves are made by our own migrations, up to the revision
that the backup names.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.backup.models.manifest import BackupDamaged, DatabaseFacts
from core.backup.service.writing import Writer, chunks_of
from core.schema import VERSIONS

KIND = "postgresql"
VERSION_TABLE = "alembic_version"
# Quick, and a third of the size: these are lines of text.
COMPRESSION = 1
TABLES = sa.text("""
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    ORDER BY relname
""")
COLUMNS = sa.text("""
    SELECT attname FROM pg_attribute
    WHERE attrelid = to_regclass(quote_ident(:name)) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    ORDER BY attnum
""")
SEQUENCES = sa.text("""
    SELECT sequencename, last_value FROM pg_sequences
    WHERE schemaname = current_schema() AND last_value IS NOT NULL
""")
FOREIGN_KEYS = sa.text("""
    SELECT conrelid::regclass::text AS tab, conname AS name, pg_get_constraintdef(oid) AS rule FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conparentid = 0
""")
# How values are written as text; the same on both sides.
SPELLING = (
    "SET LOCAL datestyle = 'ISO'",
    "SET LOCAL client_encoding = 'UTF8'",
    "SET LOCAL bytea_output = 'hex'",
)


def file_of(table: str) -> str:
    """Where a table's rows stand in a backup, as COPY writes them, compressed."""
    return f"database/{table}.copy.gz"


def copy_out(engine: sa.Engine, writer: Writer) -> DatabaseFacts:
    """Copy all tables as they stand at one moment; writers go on, a migration waits until this is done."""
    with snapshot(engine) as connection:
        names = list(connection.scalars(TABLES))
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(map(_quoted, names))} IN ACCESS SHARE MODE")
        columns = {name: list(connection.scalars(COLUMNS, {"name": name})) for name in names}
        counts = {name: _copy_table(connection, name, columns[name], writer) for name in names}
        signed = connection.execute(sa.text("SELECT size, root FROM seal_state")).first()
        return DatabaseFacts(
            kind=KIND,
            version=str(connection.scalar(sa.text("SHOW server_version"))),
            revision=" ".join(connection.scalars(VERSIONS)),
            tables=counts,
            numbered=connection.scalar(sa.text("SELECT count(number) FROM seal_leaf")) or 0,
            signed_size=signed.size if signed else 0,
            signed_root=signed.root if signed else "",
            columns=columns,
            sequences={row.sequencename: row.last_value for row in connection.execute(SEQUENCES)},
        )


def snapshot(engine: sa.Engine) -> Any:
    """A connection that sees one moment and writes nothing."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return engine.connect().execution_options(**options)


def size_of(engine: sa.Engine) -> int:
    """Bytes that a copy may take: what the database takes itself, with all its indexes."""
    with engine.connect() as connection:
        return connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0


def revision_of(engine: sa.Engine) -> str:
    """The revision that the database stands at; empty when it was never migrated."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(VERSION_TABLE):
            return ""
        return " ".join(connection.scalars(VERSIONS))


def _copy_table(connection: sa.Connection, name: str, columns: Iterable[str], writer: Writer) -> int:
    counted = LineCounter()
    statement = f"COPY {_quoted(name)} ({', '.join(map(_quoted, columns))}) TO STDOUT"
    with _cursor(connection) as cursor:
        for setting in SPELLING:
            cursor.execute(setting)
        with cursor.copy(statement) as rows:
            writer.put(file_of(name), packed(counted.of(bytes(row) for row in rows)))
    return counted.lines


class LineCounter:
    """Counts the lines of what passes: COPY writes a row as one line, whatever stands in it."""

    def __init__(self) -> None:
        self.lines = 0

    def of(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same chunks, counted as they are taken."""
        for chunk in chunks:
            self.lines += chunk.count(b"\n")
            yield chunk


def packed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same, compressed as gzip does."""
    packer = zlib.compressobj(COMPRESSION, wbits=zlib.MAX_WBITS | 16)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def check(folder: Path, facts: DatabaseFacts) -> Iterator[str]:
    """What is wrong with the copied tables in a backup's folder."""
    for name, rows in facts.tables.items():
        counted = LineCounter()
        try:
            with gzip.open(folder / file_of(name)) as source:
                for _chunk in counted.of(chunks_of(source)):
                    pass
        except (OSError, EOFError, zlib.error) as error:
            yield f"{file_of(name)}: {error}"
            continue
        if counted.lines != rows:
            yield f"{file_of(name)} has {counted.lines} rows, the manifest says {rows}"


def load(connection: sa.Connection, folder: Path, facts: DatabaseFacts) -> None:
    """Fill the empty tables of the current schema, which our migrations have made, in the caller's transaction.

    Foreign keys are taken away and set again over the whole: tables need no order then, and every row is checked.

    Raises:
        BackupDamaged: the manifest names other tables than our migrations make; a name may lead anywhere.
    """
    strange = (
        facts.tables.keys() ^ set(connection.scalars(TABLES)) | facts.tables.keys() ^ facts.columns.keys()
    )
    if strange:
        raise BackupDamaged(
            f"The backup does not hold the tables of its revision; these differ: {sorted(strange)[:5]}"
        )
    keys = connection.execute(FOREIGN_KEYS).all()
    for key in keys:
        connection.exec_driver_sql(f"ALTER TABLE {key.tab} DROP CONSTRAINT {_quoted(key.name)}")
    names = [name for name in facts.tables if name != VERSION_TABLE]
    for name in names:
        connection.exec_driver_sql(f"ALTER TABLE {_quoted(name)} DISABLE TRIGGER USER")
    connection.exec_driver_sql(f"TRUNCATE {', '.join(map(_quoted, names))}")
    for name in names:
        _load_table(connection, name, facts.columns[name], folder)
    for name in names:
        connection.exec_driver_sql(f"ALTER TABLE {_quoted(name)} ENABLE TRIGGER USER")
    for key in keys:
        connection.exec_driver_sql(f"ALTER TABLE {key.tab} ADD CONSTRAINT {_quoted(key.name)} {key.rule}")
    for name, value in facts.sequences.items():
        connection.execute(
            sa.text("SELECT setval(to_regclass(quote_ident(:name)), :value)"), {"name": name, "value": value}
        )


def _load_table(connection: sa.Connection, name: str, columns: Iterable[str], folder: Path) -> None:
    statement = f"COPY {_quoted(name)} ({', '.join(map(_quoted, columns))}) FROM STDIN"
    with _cursor(connection) as cursor, gzip.open(folder / file_of(name)) as source:
        for setting in SPELLING:
            cursor.execute(setting)
        with cursor.copy(statement) as rows:
            for chunk in chunks_of(source):
                rows.write(chunk)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cursor(connection: sa.Connection) -> Any:
    """A cursor of psycopg itself: COPY is not a statement of SQLAlchemy's."""
    driver: Any = connection.connection.driver_connection
    return driver.cursor()
