"""Reports of the time before cases are cases after the migration, with their evidence in a chain that holds."""

from datetime import UTC, datetime

import psycopg
import pytest
import sqlalchemy as sa

from core.database import alembic, db
from core.settings import Settings
from traceability.cases.evidence import first_break
from traceability.cases.queries import evidence_of, get_case, steps_of
from wsgi import create_app

pytestmark = pytest.mark.slow

THEN = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
KEY = f"private/fake_report/{'ab'}/{'c' * 62}.jpg"
REPORTS = """
    INSERT INTO fake_report (id, number, state, verdict, what, price, shop, shop_status, contact, photo_keys,
                             locale, received_at, answer, closed_at)
    VALUES (:id, :number, :state, '', '树不对', '120', 'shop1.taobao.com', 'not_authorised', '138', :keys,
            'zh_Hans_CN', :then, :answer, :closed)
"""
CHANGES = """
    INSERT INTO fake_report_change (fake_report_id, from_state, to_state, note, at)
    VALUES (:id, :source, :target, :note, :then)
"""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_an_open_and_a_closed_report_become_cases(tmp_path, request, engine):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if engine == "postgresql":
        server = request.getfixturevalue("postgres_url")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS gy_reports WITH (FORCE)")
            connection.execute("CREATE DATABASE gy_reports TEMPLATE template0")
        url = server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/gy_reports?")
    app = create_app(
        Settings(
            testing=True, guiyuan_var=tmp_path, database_url=url, ratelimit_enabled=False, log_level="ERROR"
        )
    )
    with app.app_context():
        moving = next(
            script
            for script in alembic.script_directory.walk_revisions()
            if "Cases replace the reports of fakes" in (script.doc or "")
        )
        alembic.upgrade(moving.down_revision)
        then = THEN if engine == "postgresql" else THEN.replace(tzinfo=None)
        with db.engine.begin() as connection:
            for place, (state, answer) in enumerate((("received", ""), ("closed", "已核实")), start=1):
                values = {
                    "id": place,
                    "number": f"F-2026-000000{place}",
                    "state": state,
                    "keys": f'["{KEY}"]',
                    "then": then,
                    "answer": answer,
                    "closed": then if answer else None,
                }
                connection.execute(sa.text(REPORTS), values)
                step = {"id": place, "source": None, "target": "received", "note": "", "then": then}
                connection.execute(sa.text(CHANGES), step)
                if answer:
                    last = step | {"source": "received", "target": "closed", "note": answer}
                    connection.execute(sa.text(CHANGES), last)
        alembic.upgrade()
        opened, closed = get_case("F-2026-0000001"), get_case("F-2026-0000002")
        assert (opened.state, opened.verdict, opened.opened_at) == ("received", None, THEN)
        assert (closed.state, closed.verdict, closed.answer) == ("closed", "undetermined", "已核实")
        pieces = evidence_of(opened.id)
        assert [piece.kind for piece in pieces] == ["statement", "shop", "price", "photo"]
        assert pieces[-1].file_sha256 == "ab" + "c" * 62
        assert first_break(opened.number, pieces) is None
        assert opened.evidence_head == pieces[-1].digest
        assert [step.step for step in steps_of(closed.id)] == ["open", "close"]
        assert not sa.inspect(db.engine).has_table("fake_report")
        db.session.close()
        db.engine.dispose()
