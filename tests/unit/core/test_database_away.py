"""What says that the database is away, whoever said it and however it is wrapped; a bad row does not."""

import sqlite3

import pytest
from psycopg import errors as postgres
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core.database_errors import database_away


def of_sqlite(code):
    """As the module raises it: with the extended code, whose last byte is the primary one."""
    error = sqlite3.OperationalError("as the engine says")
    error.sqlite_errorcode = code
    return OperationalError("UPDATE x", {}, error)


def of_postgresql(error):
    return OperationalError("UPDATE x", {}, error("as the server says"))


AWAY = {
    "locked for too long": of_sqlite(sqlite3.SQLITE_BUSY),
    "somebody wrote since we read": of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT),
    "the disk does not write": of_sqlite(sqlite3.SQLITE_IOERR_WRITE),
    "the folder is closed": of_sqlite(sqlite3.SQLITE_READONLY_DIRECTORY),
    "the disk is full": of_sqlite(sqlite3.SQLITE_FULL),
    "the file is gone": of_sqlite(sqlite3.SQLITE_CANTOPEN),
    "the server is shut down": of_postgresql(postgres.AdminShutdown),
    "its disk is full": of_postgresql(postgres.DiskFull),
    "too many are connected": of_postgresql(postgres.TooManyConnections),
    "its disk does not write": of_postgresql(postgres.IoError),
    "it is a copy for reading": of_postgresql(postgres.ReadOnlySqlTransaction),
    "it does not answer": of_postgresql(postgres.OperationalError),
    "the connection is closed": InterfaceError("SELECT 1", {}, postgres.InterfaceError("closed")),
    "no connection was free": PoolTimeoutError("QueuePool limit"),
}
BAD_ROW = {
    "there twice": IntegrityError("INSERT", {}, postgres.UniqueViolation("twice")),
    "a bad statement": of_sqlite(sqlite3.SQLITE_ERROR),
    "a rule of SQLite": of_sqlite(sqlite3.SQLITE_CONSTRAINT_UNIQUE),
    "a deadlock": of_postgresql(postgres.DeadlockDetected),
    "a row that others hold": of_postgresql(postgres.LockNotAvailable),
    "a statement that took too long": of_postgresql(postgres.QueryCanceled),
    "nothing of the database": ValueError("no glyph for it"),
}


@pytest.mark.parametrize("error", AWAY.values(), ids=AWAY)
def test_the_database_is_away(error):
    assert database_away(error)


@pytest.mark.parametrize("error", BAD_ROW.values(), ids=BAD_ROW)
def test_a_row_is_bad(error):
    assert not database_away(error)


@pytest.mark.parametrize("says_so", [True, False])
def test_what_another_error_hides_is_found(says_so):
    """Also where the second error came while the first was handled and names no cause."""
    with pytest.raises((ValueError, KeyError)) as second:
        try:
            raise AWAY["the disk is full"]
        except OperationalError as first:
            if says_so:
                raise ValueError("not drawn") from first
            {}["the next thing that failed"]
    assert database_away(second.value)


def test_errors_that_lead_to_one_another_end():
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert not database_away(one)
