"""The migrations and `create_all` put the same guards on evidence, steps of cases and events."""

import psycopg
import pytest
import sqlalchemy as sa

from core.database import Base, alembic, db
from core.settings import Settings
from wsgi import create_app

pytestmark = pytest.mark.slow

TABLES = ("case_evidence", "case_change", "epcis_event")
SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table ORDER BY name"
POSTGRESQL = """
    SELECT tgname, pg_get_triggerdef(t.oid), pg_get_functiondef(tgfoid)
    FROM pg_trigger t WHERE tgrelid = CAST(:table AS regclass) AND NOT tgisinternal ORDER BY tgname
"""


def upgrade():
    alembic.upgrade()


def create_all():
    Base.metadata.create_all(db.engine)


def guards_after(make_tables, url, folder):
    app = create_app(
        Settings(
            testing=True, guiyuan_var=folder, database_url=url, ratelimit_enabled=False, log_level="ERROR"
        )
    )
    with app.app_context():
        make_tables()
        query = sa.text(SQLITE if db.engine.dialect.name == "sqlite" else POSTGRESQL)
        with db.engine.connect() as connection:
            found = {
                table: [tuple(row) for row in connection.execute(query, {"table": table})] for table in TABLES
            }
        db.session.close()
        db.engine.dispose()
    return found


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_migrations_and_models_guard_alike(tmp_path, request, engine):
    found = []
    for place, make in enumerate((upgrade, create_all)):
        url = f"sqlite:///{tmp_path / f'{place}.db'}"
        if engine == "postgresql":
            server = request.getfixturevalue("postgres_url")
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute("DROP DATABASE IF EXISTS gy_case_guards WITH (FORCE)")
                connection.execute("CREATE DATABASE gy_case_guards TEMPLATE template0")
            url = server.replace("postgresql://", "postgresql+psycopg://").replace(
                "/postgres?", "/gy_case_guards?"
            )
        found.append(guards_after(make, url, tmp_path))
    migrated, created = found
    assert migrated == created
    endings = ("no_delete", "no_update") if engine == "sqlite" else ("no_change", "no_truncate")
    for table in TABLES:
        assert [row[0] for row in created[table]] == [f"{table}_{ending}" for ending in endings]
