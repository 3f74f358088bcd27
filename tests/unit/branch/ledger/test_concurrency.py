"""Appending and summing at the same time, over two real connections."""

import contextvars
import threading

import pytest

from branch.api import append_facts, refresh_rollups
from branch.ledger.queries import invariants
from core.database import db, session, transaction
from tests.factories.ledger import NOON, make_fact
from tests.factories.organisation import make_grower


@pytest.fixture
def grower(session):
    with transaction():
        return make_grower()


def in_thread(app, work):
    """Run `work` in a thread with an application context of its own; errors reach `join`."""
    caught = []

    def run():
        try:
            with app.app_context():
                work()
        except BaseException as error:  # noqa: BLE001  handed to the test
            caught.append(error)

    thread = threading.Thread(target=lambda: contextvars.Context().run(run))
    thread.start()

    def join():
        thread.join(60)
        assert not thread.is_alive()
        if caught:
            raise caught[0]

    return join


def broken():
    session.rollback()
    return [finding for finding in invariants.check_all() if not finding.holds]


def test_facts_committed_while_sums_are_refreshed_are_not_lost(app, session, grower):
    """On PostgreSQL both transactions are open at once; on SQLite one waits for the other."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite lets one writer in at a time")
    with transaction():
        append_facts([make_fact(grower.id)], at=NOON)
    appended, refreshed = threading.Event(), threading.Event()

    def append_slowly():
        with transaction():
            append_facts([make_fact(grower.id, plants=7)], at=NOON)
            appended.set()
            assert refreshed.wait(30)

    join = in_thread(app, append_slowly)
    assert appended.wait(30)
    with transaction():
        assert refresh_rollups() == 1
    refreshed.set()
    join()
    with transaction():
        assert refresh_rollups() == 1
    assert broken() == []


def test_many_appends_and_refreshes_at_once_end_in_agreement(app, session, grower):
    facts = [make_fact(grower.id, plants=number) for number in range(24)]

    def append_all():
        for fact in facts:
            with transaction():
                append_facts([fact], at=NOON)

    def refresh_often():
        for _ in range(10):
            with transaction():
                refresh_rollups()

    for join in [in_thread(app, work) for work in (append_all, append_all, refresh_often, refresh_often)]:
        join()
    with transaction():
        refresh_rollups()
    assert broken() == []
    from branch.ledger.models.tables import SaleFactRow

    assert session.query(SaleFactRow).count() == 24
