"""Numbers are given by key, however few leaves the database expects to wait."""

from sqlalchemy import text

from core import seal
from core.database import transaction
from core.seal.service.numbering import NUMBER
from core.seal.tasks.sequencer import sequence


def test_each_waiting_leaf_is_numbered_by_its_key_when_the_database_expects_none_to_wait(app, session):
    def append(first, count):
        with transaction():
            seal.append_many("test", [(f"leaf/{n}", {"n": n}) for n in range(first, first + count)])

    append(0, 300)
    sequence()
    sqlite = session.get_bind().dialect.name == "sqlite"
    with transaction():
        session.execute(text("ANALYZE seal_leaf"))
    append(300, 300)
    explain = text(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{NUMBER.text}")
    plan = "\n".join(str(row) for row in session.execute(explain, {"first": 300, "most": 1000}))
    session.rollback()
    assert ("SEARCH seal_leaf USING INTEGER PRIMARY KEY" if sqlite else "pk_seal_leaf") in plan, plan
    assert sequence() == 300
