"""What an error says about the database: that it is away, or only that this one piece of work is bad."""

from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# What edges catch: anything that the database answers with, and that a rule of a table is broken.
DatabaseError = SQLAlchemyError
RuleBroken = IntegrityError

# Primary result codes of SQLite (sqlite.org/rescode.html): busy, locked, no memory, read-only, I/O, full, cannot open.
_SQLITE_AWAY = frozenset({5, 6, 7, 8, 10, 13, 14})
# Classes and codes of PostgreSQL (its manual, appendix A): connection, resources, shutdown, system, standby.
_POSTGRESQL_AWAY = ("08", "53", "57P", "58", "25006")
LONGEST_WORDS = 500


def database_away(error: BaseException) -> bool:
    """Whether `error`, or one that led to it, says that the database takes no work at present.

    That is a matter of the whole run, not of the row that was in hand: connection lost or refused, shutting down,
    disk full, read-only, locked for longer than anybody waits. A broken rule or a bad statement is the row's own.
    """
    return any(_away(cause) for cause in _chain(error))


def words_of(error: BaseException) -> str:
    """An error in one line for people who look after the system; without the values that a database may quote."""
    first = str(error).strip().partition("\n")[0]
    return plain(f"{type(error).__name__}: {first}")[:LONGEST_WORDS].removesuffix(": ")


def plain(text: str) -> str:
    """`text` as every database can keep it: what is no character (a NUL, half a surrogate pair) is written as its number.

    Causes of failures quote file names, uploads and answers of others; what tells of one must not itself fail.
    """
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    here: BaseException | None = error
    while here is not None and id(here) not in seen:
        seen.add(id(here))
        yield here
        here = here.__cause__ or here.__context__


def _away(error: BaseException) -> bool:
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_AWAY
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        # psycopg has no code for an error that happened before or without an answer of the server.
        return isinstance(error, OperationalError)
    return str(state).startswith(_POSTGRESQL_AWAY)
