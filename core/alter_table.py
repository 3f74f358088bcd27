"""For migrations: change a table whose rows others point to, on either engine, without losing its rules.

SQLite cannot change a rule of a table; Alembic then copies the table. That loses CHECK rules, which SQLAlchemy
does not reflect, and dropping the old copy is refused while other rows point to it. Both are mended here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations


@contextmanager
def altering(name: str) -> Iterator[BatchOperations]:
    """Batch operations on table `name` that keep its CHECK rules; use it inside `without_foreign_keys`."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        with op.batch_alter_table(name) as batch:
            yield batch
        return
    table = sa.Table(name, sa.MetaData(), autoload_with=bind)
    for rule in sa.inspect(bind).get_check_constraints(name):
        table.append_constraint(sa.CheckConstraint(sa.text(rule["sqltext"]), name=op.f(rule["name"] or "")))
    with op.batch_alter_table(name, copy_from=table, recreate="always") as batch:
        yield batch


@contextmanager
def without_foreign_keys() -> Iterator[None]:
    """Let SQLite drop and rename tables that others point to; nothing on other engines.

    The switch works between transactions only, so what the migration did before is committed here, and what
    happens inside is committed, after a check of every foreign key, before the version is noted. A migration
    that uses this must therefore find nothing to do when it is run once more.

    Raises:
        RuntimeError: a row would point to nothing.
    """
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        yield
        return
    for statement in ("COMMIT", "PRAGMA foreign_keys=OFF", "BEGIN IMMEDIATE"):
        bind.exec_driver_sql(statement)
    try:
        yield
        orphans = bind.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise RuntimeError(f"rows would point to nothing: {orphans[:5]}")
        bind.exec_driver_sql("COMMIT")
    except BaseException:
        bind.exec_driver_sql("ROLLBACK")
        raise
    finally:
        bind.exec_driver_sql("PRAGMA foreign_keys=ON")
        bind.exec_driver_sql("BEGIN")
