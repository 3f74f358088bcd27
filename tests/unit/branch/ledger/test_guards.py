"""The migration and `create_all` put the same guards on the facts."""

import psycopg
import pytest
import sqlalchemy as sa

from core.database import Base, alembic, db
from core.settings import Settings
from wsgi import create_app

pytestmark = pytest.mark.slow

SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'sale_fact' ORDER BY name"
POSTGRESQL = """
    SELECT tgname, pg_get_triggerdef(t.oid), pg_get_functiondef(tgfoid)
    FROM pg_trigger t WHERE tgrelid = 'sale_fact'::regclass AND NOT tgisinternal ORDER BY tgname
"""


def guards_after(make_tables, url, folder):
    app = create_app(
        Settings(
            testing=True, guiyuan_var=folder, database_url=url, ratelimit_enabled=False, log_level="ERROR"
        )
    )
    with app.app_context():
        make_tables()
        query = SQLITE if db.engine.dialect.name == "sqlite" else POSTGRESQL
        with db.engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(sa.text(query))]
        db.session.close()
        db.engine.dispose()
    return found


def migrate():
    alembic.upgrade()


def create_all():
    Base.metadata.create_all(db.engine)


def test_on_sqlite_the_guards_agree(tmp_path):
    migrated = guards_after(migrate, f"sqlite:///{tmp_path / 'migrated.db'}", tmp_path)
    created = guards_after(create_all, f"sqlite:///{tmp_path / 'created.db'}", tmp_path)
    assert [name for name, _sql in created] == ["sale_fact_no_delete", "sale_fact_no_update"]
    assert migrated == created


def test_on_postgresql_the_guards_agree(tmp_path, postgres_url):
    found = []
    for make_tables in (migrate, create_all):
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS gy_guards WITH (FORCE)")
            connection.execute("CREATE DATABASE gy_guards TEMPLATE template0")
        url = postgres_url.replace("postgresql://", "postgresql+psycopg://").replace(
            "/postgres?", "/gy_guards?"
        )
        found.append(guards_after(make_tables, url, tmp_path))
    migrated, created = found
    assert [name for name, *_ in created] == ["sale_fact_no_change", "sale_fact_no_truncate"]
    assert migrated == created


@pytest.mark.parametrize("word", ["UPDATE", "DELETE"])
def test_the_refusal_says_what_to_do_instead(word, tmp_path):
    statements = [
        sql for _name, sql in guards_after(create_all, f"sqlite:///{tmp_path / 'created.db'}", tmp_path)
    ]
    refusals = [sql for sql in statements if f"BEFORE {word}" in sql]
    assert len(refusals) == 1
    assert "record a reversal" in refusals[0]
