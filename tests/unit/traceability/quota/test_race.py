"""64 growers' hands on the last 100 of a quota, all at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from core.database import db, transaction
from tests.factories.traceability import make_lot
from traceability.quota.models.tables import QuotaAccount
from traceability.quota.queries.ledger import balance, key_of_lot
from traceability.quota.service import posting
from traceability.quota.service.accounting import QuotaExceeded, approve, balance_of_lot, debit

pytestmark = pytest.mark.slow

RIVALS = 64
LAST = 100
EACH = 5


@pytest.fixture
def lot_id(app, at):
    """A lot whose quota has exactly 100 left of 1,000."""
    with app.app_context(), transaction():
        lot = make_lot(at=at, quota_plants=0)
        approve(key_of_lot(lot.id, at=at), 1_000, reference="survey/1", at=at, by=None)
        debit(lot.id, 1_000 - LAST, reference="B-0", at=at, by=None)
        return lot.id


def at_once(app, work):
    """Run `work(number)` in 64 threads with a connection each, started together; what each answered."""
    start = threading.Barrier(RIVALS)

    def run(number):
        with app.app_context():
            start.wait(timeout=60)
            try:
                return work(number)
            except QuotaExceeded as refusal:
                return refusal
            finally:
                db.session.close()

    with ThreadPoolExecutor(RIVALS) as pool:
        return list(pool.map(run, range(RIVALS)))


@pytest.mark.parametrize("each", [1, EACH, 30])
def test_exactly_what_is_left_is_activated(app, at, lot_id, each):
    def activate(number):
        with transaction():
            debit(lot_id, each, reference=f"B-{number}", at=at, by=None)

    answers = at_once(app, activate)
    done = answers.count(None)
    possible = min(RIVALS, LAST // each)
    assert done == possible
    assert all(isinstance(answer, QuotaExceeded) for answer in answers if answer is not None)
    with app.app_context():
        held = balance(key_of_lot(lot_id, at=at))
        assert (held.free, held.activated) == (LAST - done * each, 1_000 - LAST + done * each)


def test_one_by_one_the_last_hundred_go_to_exactly_a_hundred(app, at, lot_id):
    """Every rival tries again until it is refused: 100 activations of one plant, never 101."""

    def activate(number):
        done = 0
        while True:
            try:
                with transaction():
                    debit(lot_id, 1, reference=f"B-{number}", at=at, by=None)
            except QuotaExceeded:
                return done
            done += 1

    assert sum(at_once(app, activate)) == LAST


def test_without_the_guard_the_same_race_oversells(app, at, lot_id, monkeypatch):
    """Reading first and writing later, without condition and CHECK, activates more than there is."""

    def book_without_condition(account_id, plants):
        statement = sa.update(QuotaAccount).where(QuotaAccount.id == account_id)
        db.session.execute(statement.values(balance=QuotaAccount.balance + plants))
        return True

    monkeypatch.setattr(posting, "_book", book_without_condition)
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                connection.exec_driver_sql(
                    "ALTER TABLE quota_account DROP CONSTRAINT ck_quota_account_balance_not_overdrawn"
                )
    seen = threading.Barrier(RIVALS)

    def activate(number):
        enough = balance_of_lot(lot_id, at=at) >= EACH
        db.session.rollback()
        seen.wait(timeout=60)
        if not enough:
            raise QuotaExceeded
        with transaction():
            if db.engine.dialect.name == "sqlite":
                db.session.execute(sa.text("PRAGMA ignore_check_constraints=ON"))
            debit(lot_id, EACH, reference=f"B-{number}", at=at, by=None)

    answers = at_once(app, activate)
    assert answers.count(None) * EACH > LAST
