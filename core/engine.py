"""How connections behave: real transactions on SQLite, patience with locks, and a database that goes and comes."""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError

from core.column_limits import guard_engine

# How long a statement waits for somebody else's lock before the visitor is told to come again.
LOCK_PATIENCE_S = 30.0
# What the disk answers when it is full, closed or broken; nothing that we asked for wrongly.
STORAGE_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG}
READ_ONLY = "25006"  # read_only_sql_transaction, as a standby answers


def configure_engine(engine: sa.Engine) -> None:
    """Give an SQLite engine real transactions, foreign keys, WAL and patience; guard what any engine is asked to keep."""
    guard_engine(engine)
    if engine.dialect.name == "sqlite":
        _configure_sqlite(engine)


def _configure_sqlite(engine: sa.Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={int(LOCK_PATIENCE_S * 1000)}",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-32000",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        record.info["file"] = _identity(engine)

    @event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        immediate = connection.get_execution_options().get("begin_immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    if engine.url.database and engine.url.database != ":memory:":
        _watch_file(engine, Path(engine.url.database))


def _watch_file(engine: sa.Engine, path: Path) -> None:
    """A file that was moved away is neither written where it lies now nor begun anew, and is found when it is back."""
    seen = path.exists()

    @event.listens_for(engine, "do_connect")
    def on_do_connect(_dialect: Any, _record: Any, _given: Any, _named: Any) -> None:
        nonlocal seen
        if seen and not path.exists():
            raise sqlite3.OperationalError(f"unable to open database file: {path} is gone")
        seen = True

    @event.listens_for(engine, "checkout")
    def on_checkout(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.get("file") != _identity(engine):
            raise DisconnectionError(f"{path} is another file than it was")


def _identity(engine: sa.Engine) -> tuple[int, int] | None:
    """Which file stands under the engine's name now; None for none."""
    if not engine.url.database:
        return None
    try:
        about = os.stat(engine.url.database)  # noqa: PTH116 - asked at every checkout
    except OSError:
        return None
    return about.st_dev, about.st_ino


def is_away(error: BaseException) -> bool:
    """Whether the error says that the database or the disk cannot work just now, and not that we asked wrongly."""
    if isinstance(error, OSError):
        return error.errno in STORAGE_FAULTS
    if isinstance(error, OperationalError | InterfaceError | DisconnectionError | sa.exc.TimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or getattr(error.orig, "sqlstate", None) == READ_ONLY
    return False
