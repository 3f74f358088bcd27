"""A migration that fails half-way leaves the database as it was before, and says which one it was."""

import shutil

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_alembic import Alembic

from core.database import Base
from core.engine import configure_engine
from core.schema import FOLDER, SchemaDiffers, heads, require_current

pytestmark = pytest.mark.slow

BEGUN = """
import sqlalchemy as sa
from alembic import op
from core.alter_table import without_foreign_keys

revision = "{revision}"
down_revision = "{before}"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    {body}
"""
HALF_WAY = """op.create_table("new_of_tomorrow", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("unit", sa.Column("of_tomorrow", sa.Integer))
    op.execute("UPDATE unit SET of_tomorrow = 1, name_en = 'changed'")
    op.execute("INSERT INTO nothing_of_this_name VALUES (1)")"""
INSIDE = """with without_foreign_keys():
        op.create_table("new_of_tomorrow", sa.Column("id", sa.Integer, primary_key=True))
        op.execute("UPDATE unit SET name_en = 'changed'")
        op.execute("INSERT INTO nothing_of_this_name VALUES (1)")"""
GOOD = 'op.create_table("good_of_tomorrow", sa.Column("id", sa.Integer, primary_key=True))'


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    """A migrated database with one row."""
    url = f"sqlite:///{tmp_path / 'half.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS gy_half WITH (FORCE)")
            connection.execute("CREATE DATABASE gy_half TEMPLATE template0")
        url = server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/gy_half?")
    engine = sa.create_engine(url)
    configure_engine(engine)
    upgrade(engine, FOLDER)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO unit (code, name_zh, name_en, kind, path) VALUES ('a', 'a', 'as before', 'committee', 'a/')"
        )
    yield engine
    engine.dispose()


def upgrade(engine, folder):
    app = Flask("migrating")
    app.config["ALEMBIC"] = {"script_location": str(folder)}
    app.config["ALEMBIC_CONTEXT"] = {"render_as_batch": True}
    migrations = Alembic(run_mkdir=False, command_name="", metadatas=Base.metadata, engines=engine)
    migrations.init_app(app)
    with app.app_context():
        migrations.upgrade()


def tomorrow(tmp_path, *bodies):
    """The migrations of the next version: those of today, then one for each body."""
    folder = shutil.copytree(FOLDER, tmp_path / "tomorrow", ignore=shutil.ignore_patterns("__pycache__"))
    (before,) = heads()
    for place, body in enumerate(bodies, 1):
        text = BEGUN.format(revision=f"tomorrow{place}", before=before, body=body)
        (folder / f"tomorrow{place}.py").write_text(text)
        before = f"tomorrow{place}"
    return folder


def state(engine):
    """Tables, columns of the one that was altered, its rows, and the revision that the database notes."""
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        return (
            sorted(inspector.get_table_names()),
            [column["name"] for column in inspector.get_columns("unit")],
            connection.scalars(sa.text("SELECT name_en FROM unit")).all(),
            connection.scalars(sa.text("SELECT version_num FROM alembic_version")).all(),
        )


@pytest.mark.parametrize("body", [HALF_WAY, INSIDE], ids=["plainly", "without foreign keys"])
def test_what_it_did_is_undone(engine, tmp_path, body):
    before = state(engine)
    with pytest.raises(sa.exc.DBAPIError, match="nothing_of_this_name"):
        upgrade(engine, tomorrow(tmp_path, body))
    assert state(engine) == before
    with engine.connect() as connection:
        require_current(connection)  # the version of yesterday goes on


def test_those_before_it_stay_on_sqlite_and_go_with_it_on_postgresql(engine, tmp_path):
    """SQLite commits after each migration, PostgreSQL after all of them; on both, no migration is done by half."""
    before = state(engine)
    with pytest.raises(sa.exc.DBAPIError, match="nothing_of_this_name"):
        upgrade(engine, tomorrow(tmp_path, GOOD, HALF_WAY))
    after = state(engine)
    if engine.dialect.name == "postgresql":
        assert after == before
        return
    assert after[0] == sorted([*before[0], "good_of_tomorrow"])
    assert after[1:] == (*before[1:3], ["tomorrow1"])
    with engine.connect() as connection, pytest.raises(SchemaDiffers, match="newer version has upgraded it"):
        require_current(connection)


def test_once_mended_it_runs_from_where_it_stopped(engine, tmp_path):
    folder = tomorrow(tmp_path, GOOD, HALF_WAY)
    with pytest.raises(sa.exc.DBAPIError):
        upgrade(engine, folder)
    mended = folder / "tomorrow2.py"
    mended.write_text(mended.read_text().replace("INSERT INTO nothing_of_this_name VALUES (1)", "SELECT 1"))
    upgrade(engine, folder)
    tables, columns, names, revisions = state(engine)
    assert {"good_of_tomorrow", "new_of_tomorrow"} <= set(tables)
    assert "of_tomorrow" in columns
    assert (names, revisions) == (["changed"], ["tomorrow2"])
