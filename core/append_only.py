"""The database's own refusal to change or remove the rows of a table that only grows.

`create_all` runs these through the listeners that `guard` sets; the migrations carry the same text.
"""

from typing import cast

from sqlalchemy import DDL, Table, event

from core.database import Base


def guard(*models: type[Base], instead: str = "") -> None:
    """Make the tables of these models append-only wherever they are created; `instead` is told to whoever tries."""
    for model in models:
        table = cast("Table", model.__table__)
        for dialect, statements in (
            ("sqlite", sqlite(table.name, instead)),
            ("postgresql", postgresql(table.name, instead)),
        ):
            for statement in statements:
                ddl = DDL(statement.replace("%", "%%")).execute_if(dialect=dialect)
                event.listen(table, "after_create", ddl)


def sqlite(table: str, instead: str = "") -> tuple[str, ...]:
    """The triggers that make `table` append-only on SQLite."""
    return tuple(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only{instead}'); END"
        for verb in ("UPDATE", "DELETE")
    )


def postgresql(table: str, instead: str = "") -> tuple[str, ...]:
    """The same on PostgreSQL, TRUNCATE included."""
    return (
        f"""CREATE OR REPLACE FUNCTION {table}_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{table} is append-only{instead}' USING ERRCODE = 'restrict_violation';
END
$$""",
        f"""CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_refuse_change()""",
        f"""CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse_change()""",
    )
