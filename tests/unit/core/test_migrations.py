"""Every migration runs over the rows of all earlier ones, and what it leaves is what the models say.

The rows are made by the shop's own verbs on tables of today, then copied, column by column, into the tables of
each revision as they appear; so no migration is ever run over empty tables only.
"""

import shutil

import psycopg
import pytest
import sqlalchemy as sa

from core.database import Base, alembic, db, transaction
from core.schema import FOLDER, heads
from core.settings import Settings
from shop.orders.service.paying import mark_paid
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


AFTER_THE_START = """
import sqlalchemy as sa
from alembic import op
from core.alter_table import altering, without_foreign_keys

revision = "unit_add_seat"
down_revision = "{head}"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with without_foreign_keys(), altering("unit") as unit:
        unit.add_column(sa.Column("seat", sa.String(80), server_default="", nullable=False))
        unit.create_check_constraint(op.f("ck_unit_seat_known"), "seat <> 'nowhere'")
    op.create_table("unit_seat", sa.Column("unit_id", sa.BigInteger, sa.ForeignKey("unit.id"), primary_key=True))
    op.execute("INSERT INTO unit_seat SELECT id FROM unit")
"""


def test_what_comes_after_the_start_finds_the_rows_of_all_rooms_and_keeps_them(two_apps, at, tmp_path):
    """A table to which others point is altered on a database at the start with rows in all rooms."""
    today, later = two_apps
    rows = made_today(today, at)
    folder = shutil.copytree(FOLDER, tmp_path / "later", ignore=shutil.ignore_patterns("__pycache__"))
    (head,) = heads()
    (folder / "unit_add_seat.py").write_text(AFTER_THE_START.format(head=head))
    later.config["ALEMBIC"]["script_location"] = str(folder)
    with later.app_context():
        alembic.upgrade(head)
        db.session.close()
        for name in rows:
            copy(rows, name, db.engine)
        before, wanted = furniture(db.engine), counts(rows, db.engine)
        alembic.upgrade()
        db.session.close()
        assert counts(rows, db.engine) == wanted == {name: len(found) for name, found in rows.items()}
        assert before - furniture(db.engine) == set()
        assert {row[2] for row in furniture(db.engine) - before} >= {"ck_unit_seat_known"}
        with db.engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM unit_seat")) == len(rows["unit"])
        db.session.close()


def test_going_back_to_nothing_leaves_nothing(two_apps):
    _today, history = two_apps
    with history.app_context():
        alembic.upgrade()
        alembic.downgrade("base")
        db.session.close()
        assert sa.inspect(db.engine).get_table_names() == ["alembic_version"]
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect() as connection:
                ours = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
                assert connection.scalars(sa.text(ours)).all() == []
        db.session.close()
