"""Every migration runs over the rows of all earlier ones, and what it leaves is what the models say.

The rows are made by the shop's own verbs on tables of today, then copied, column by column, into the tables of
each revision as they appear; so no migration is ever run over empty tables only.
"""

import psycopg
import pytest
import sqlalchemy as sa

from core.database import Base, alembic, db, transaction
from core.settings import Settings
from shop.orders.service import mark_paid
from tests.factories.orders import make_variant, place
from wsgi import create_app

pytestmark = pytest.mark.slow

# What stands in the tables beside columns: rules, indexes, triggers; by name.
SQLITE = """
    SELECT type, tbl_name, name, CASE type WHEN 'trigger' THEN sql ELSE '' END FROM sqlite_master
    WHERE type IN ('index', 'trigger') AND name NOT LIKE 'sqlite_%' AND tbl_name <> 'alembic_version'
"""
POSTGRESQL = """
    SELECT 'constraint', conrelid::regclass::text, conname, CASE contype WHEN 'c' THEN pg_get_constraintdef(oid) ELSE '' END
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
    AND conrelid IS DISTINCT FROM to_regclass('alembic_version') AND contype <> 'n'
    UNION SELECT 'index', tablename, indexname, '' FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    UNION SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def two_apps(request, tmp_path):
    """An application on the tables of today, and one on an empty database of the same engine."""
    names = ("gy_today", "gy_history")
    urls = [f"sqlite:///{tmp_path / name}.db" for name in names]
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        with psycopg.connect(server, autocommit=True) as connection:
            for name in names:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        base = server.replace("postgresql://", "postgresql+psycopg://")
        urls = [base.replace("/postgres?", f"/{name}?") for name in names]
    apps = [
        create_app(
            Settings(
                _env_file=None,
                testing=True,
                guiyuan_var=tmp_path,
                database_url=url,
                ratelimit_enabled=False,
                log_level="ERROR",
            )
        )
        for url in urls
    ]
    yield apps
    for app in apps:
        with app.app_context():
            db.engine.dispose()


def made_today(app, at):
    """Rows as the shop makes them, by table, in an order in which they can be written."""
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with transaction():
            sku = make_variant(at=at).sku
        order = place((sku, 3), at=at)
        with transaction():
            mark_paid(order.id, at=at, reference="test")
        with db.engine.connect() as connection:
            rows = {
                table.name: [
                    dict(row)
                    for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()
                ]
                for table in Base.metadata.sorted_tables
            }
        db.session.close()
    return {name: found for name, found in rows.items() if found}


def furniture(engine):
    query = SQLITE if engine.dialect.name == "sqlite" else POSTGRESQL
    with engine.connect() as connection:
        found = {tuple(row) for row in connection.execute(sa.text(query))}
        if engine.dialect.name == "sqlite":
            inspector = sa.inspect(connection)
            found |= {
                ("check", name, rule["name"], "".join(rule["sqltext"].split()))
                for name in Base.metadata.tables
                for rule in inspector.get_check_constraints(name)
            }
    return found


def copy(rows, name, engine):
    """Write the rows of one table into its form at this revision."""
    there = {column["name"] for column in sa.inspect(engine).get_columns(name)}
    table = Base.metadata.tables[name]
    fit = [{key: value for key, value in row.items() if key in there} for row in rows[name]]
    with engine.begin() as connection:
        # A bare form of the table: its present defaults would name columns that are not there yet.
        bare = sa.table(name, *(sa.column(key, table.c[key].type) for key in fit[0]))
        connection.execute(sa.insert(bare), fit)
        if engine.dialect.name == "postgresql" and "id" in fit[0]:
            # Rows that came with their numbers: the next one is counted on from there, as in a database in use.
            counter = connection.scalar(sa.func.pg_get_serial_sequence(name, "id").select())
            if counter:
                connection.execute(sa.select(sa.func.setval(counter, max(row["id"] for row in fit))))


def counts(names, engine):
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(Base.metadata.tables[name]))
            for name in names
        }


def test_a_filled_database_is_upgraded_step_by_step_to_what_the_models_say(two_apps, at):
    today, history = two_apps
    rows = made_today(today, at)
    assert {"account", "order_line", "sale_fact", "stock", "licence", "lot"} <= set(rows) | {"account"}
    with today.app_context():
        wanted = furniture(db.engine)
    with history.app_context():
        written: set[str] = set()
        for script in reversed(list(alembic.script_directory.walk_revisions())):
            alembic.upgrade(script.revision)
            db.session.close()
            tables = set(sa.inspect(db.engine).get_table_names())
            found = counts(written, db.engine)
            assert found.pop("sales_dirty", 1) >= 1  # a migration may ask for sums anew
            assert found == {name: len(rows[name]) for name in written - {"sales_dirty"}}
            for name in rows:
                if name in tables and name not in written:
                    copy(rows, name, db.engine)
                    written.add(name)
        assert written == set(rows)
        assert furniture(db.engine) == wanted
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction() as session:
            session.execute(sa.text("UPDATE sale_fact SET plants = plants + 1"))
        db.session.close()


def test_an_empty_database_is_upgraded_in_one_go_and_again_to_no_effect(two_apps):
    _today, history = two_apps
    with history.app_context():
        alembic.upgrade()
        alembic.upgrade()
        assert len(alembic.heads()) == 1
        assert set(sa.inspect(db.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
        db.session.close()
