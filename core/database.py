"""The database: one session per request, task or command, one transaction opened at its edge."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import sqlalchemy as sa
import structlog
from flask import current_app
from flask.globals import app_ctx
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from werkzeug.local import LocalProxy

from core.column_limits import guard_lengths
from core.database_errors import database_away
from core.safe_methods import refuse_while_reading
from core.types import BigInt, JSONType, UTCDateTime

if TYPE_CHECKING:
    from flask_alembic import Alembic

log = structlog.get_logger(__name__)
Row = TypeVar("Row")
View = TypeVar("View")

# Names of constraints follow one rule on every engine, so that migrations and models can agree.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# A migration's name: table and act, as long as Alembic's own table can hold.
REVISION = re.compile(r"(?=.{3,32}$)[a-z][a-z0-9]*(_[a-z0-9]+)+")


class Base(DeclarativeBase):
    """What all tables have in common: the names of their constraints, times in UTC, whole numbers of 64 bits."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {int: BigInt, datetime: UTCDateTime}  # noqa: RUF012 - SQLAlchemy's hook


guard_lengths(Base)
db = SQLAlchemy(session_options={"expire_on_commit": False})


def _alembic() -> "Alembic":
    """The current application's migrations; Alembic is loaded by those who migrate, not by every web process."""
    from flask_alembic import Alembic

    if "alembic" not in current_app.extensions:
        made = Alembic(run_mkdir=False, command_name="", metadatas=Base.metadata)
        made.init_app(app_ctx.app)
    alembic: Alembic = current_app.extensions["alembic"]
    return alembic


alembic: "Alembic" = LocalProxy(_alembic)  # type: ignore[assignment]

session: Session = LocalProxy(lambda: db.session)  # type: ignore[assignment]

Money = Annotated[int, mapped_column(BigInt)]


def one_of_check(column: str, words: Iterable[str]) -> str:
    """A CHECK that `column` holds one of `words`."""
    return f"{column} IN ({', '.join(repr(str(word)) for word in words)})"


def pk() -> Mapped[int]:
    """The surrogate key of a table; never shown to anyone."""
    return mapped_column(BigInt, primary_key=True, autoincrement=True, sort_order=-1)


def fk(target: str, **options: Any) -> Mapped[Any]:
    """An indexed foreign key that refuses to orphan rows; `target` as `table.column`."""
    unique = options.pop("unique", False)
    index = options.pop("index", not unique and not options.get("primary_key", False))
    return mapped_column(
        BigInt, sa.ForeignKey(target, ondelete="RESTRICT"), index=index, unique=unique or None, **options
    )


class Record(Base):
    """A table with the surrogate key `id`."""

    __abstract__ = True

    id: Mapped[int] = pk()


class Act:
    """Mixin of a table whose rows say what somebody did: when, and by which account; none for the system itself."""

    by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    at: Mapped[datetime]


class NestedTransactionError(RuntimeError):
    """A transaction was opened inside another: a service tried to be an edge."""


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work, for edges only: commits at the end, rolls back on any error.

    Whatever was read before is dropped and read afresh inside, so that no decision rests on an older
    snapshot. On SQLite the write lock is taken at once (BEGIN IMMEDIATE); readers go on undisturbed.
    Functions given to `after_commit` run once the commit has succeeded.

    Raises:
        NestedTransactionError: called inside another `transaction()`.
        WroteWhileReadingError: the request that is answered only reads (`core.safe_methods`).
    """
    refuse_while_reading()
    current = db.session
    if current.info.get("in_transaction"):
        raise NestedTransactionError("transaction() is opened at the edge, once")
    if current.new or current.dirty or current.deleted:
        raise NestedTransactionError("something was changed outside of a transaction")
    if current.in_transaction():
        current.rollback()
    current.expire_all()
    current.info["in_transaction"] = True
    current.info["after_commit"] = {}
    try:
        current.connection(execution_options={"begin_immediate": True})
        yield current
        current.commit()
    except BaseException:
        current.rollback()
        raise
    else:
        callbacks = dict(current.info["after_commit"])
    finally:
        current.info["in_transaction"] = False
    for key, callback in callbacks.items():
        try:
            callback()
        except Exception:
            # What was committed stands: nobody may take it for undone, and the other callbacks have their turn.
            log.exception("after_commit_failed", callback=key)


def within_transaction() -> AbstractContextManager[object]:
    """The caller's transaction, or one of its own where there is none."""
    return nullcontext() if in_transaction() else transaction()


def roll_back_after(error: Exception) -> None:
    """Take back what a step that failed has left, so that the next one can go on.

    Raises:
        Exception: `error` itself where the database is away, since no further step can succeed.
    """
    db.session.rollback()
    if database_away(error):
        raise error


def require_answer() -> None:
    """Raises when the database does not answer."""
    db.session.execute(sa.text("SELECT 1"))


def in_transaction() -> bool:
    """Whether the caller stands inside `transaction()`."""
    return bool(db.session.info.get("in_transaction"))


def after_commit(callback: Callable[[], object], *, key: str) -> None:
    """Run `callback` after the surrounding transaction has committed; one per `key` and transaction.

    For pokes that a sweep would repair anyway: a callback that must not be lost belongs in the outbox.
    """
    db.session.info.setdefault("after_commit", {}).setdefault(key, callback)


def is_postgresql() -> bool:
    """Whether the session writes to PostgreSQL; SQLite, the other one, has one writer at a time and needs no locks."""
    return db.session.get_bind().dialect.name == "postgresql"


def insert_into(table: type[Base] | sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say what happens ON CONFLICT, in the words of the database in use."""
    return postgresql.insert(table) if is_postgresql() else sqlite.insert(table)


def locked(model: type[Row], *conditions: sa.ColumnElement[bool]) -> Row | None:
    """The row that meets the conditions as it stands now, held until the transaction ends; None when there is none."""
    query = sa.select(model).where(*conditions).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def view_of(view: type[View], *rows: object, **instead: Any) -> View:
    """A view (a frozen dataclass) of a row: each field has the value of the row's column of its name, or the one given `instead`.

    Of several rows the first that has such a column counts.

    Raises:
        TypeError: a field without a default that no row has, or something given that is no field.
    """
    wanted = [field.name for field in fields(cast("Any", view)) if field.name not in instead]
    for row in reversed(rows):
        instead |= {name: getattr(row, name) for name in wanted if hasattr(row, name)}
    return view(**instead)


def changed(statement: sa.Update | sa.Delete | sa.Insert) -> int:
    """Run a data-changing statement in the caller's transaction; how many rows it changed.

    The way to change what others race for: `if not changed(update(...).where(<still allowed>)): ...`.
    """
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return cast("sa.CursorResult[Any]", result).rowcount


def read_columns(statement: sa.Executable, values: Mapping[str, Any]) -> sa.CursorResult[*tuple[Any, ...]]:
    """Read columns with a statement that was built once; half the work of reading through the session.

    It reads in the session's transaction and sees what the session holds, but makes no objects of tables:
    the statement names columns, and its values are bound parameters.
    """
    current = db.session
    current.flush()
    return current.connection().execute(statement, values)


def name_revision(_context: Any, _revision: Any, scripts: list[Any]) -> None:
    """A migration bears the name that it was given: `flask db revision code_add_grade`.

    Raises:
        CommandError: the name is none that a database can note.
    """
    from alembic.util import CommandError

    for script in scripts:
        if not REVISION.fullmatch(script.message):
            raise CommandError(
                "A migration is named by table and act, in at most 32 characters: code_add_grade."
            )
        script.rev_id = script.message


def render_column_type(kind: str, item: Any, context: Any) -> str | bool:
    """Write our own column types into generated migrations by their names."""
    if kind != "type":
        return False
    for name, ours in (("JSONType", JSONType), ("BigInt", BigInt)):
        if item is ours:
            context.imports.add(f"from core.types import {name}")
            return name
    if isinstance(item, UTCDateTime):
        context.imports.add("from core.types import UTCDateTime")
        return "UTCDateTime()"
    return False


def snapshot() -> None:
    """Let everything that is read from now on be of one moment."""
    session.rollback()
    if is_postgresql():
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
