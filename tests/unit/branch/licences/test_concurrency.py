"""A suspension and a sale happen one after the other, on both engines."""

import contextvars
import threading
import time

import pytest
from sqlalchemy import text

from branch.api import LicenceNotValid, require_valid_licence
from branch.licences.service import decisions as service
from core.database import session as current_session
from core.database import transaction
from core.messaging.models import Message
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower

PATIENCE = 20


@pytest.fixture
def licence(app, at):
    with app.app_context(), transaction():
        return make_licence(make_grower(at=at), at=at)


class Racer(threading.Thread):
    """Runs a function in an application context of its own and keeps what came of it."""

    def __init__(self, app, work):
        super().__init__(daemon=True)
        self.app, self.work = app, work
        self.error = None
        self.ended_at = None

    def run(self):
        def inside():
            with self.app.app_context():
                try:
                    self.work()
                except Exception as error:  # noqa: BLE001 - the test looks at it
                    self.error = error
                finally:
                    self.ended_at = time.monotonic()

        contextvars.Context().run(inside)


def sell(licence, at, *, lock, between=lambda: None):
    """What a sale does: ask, then write its row in the same transaction."""
    with transaction():
        require_valid_licence(licence.grower_id, at=at, lock=lock)
        between()
        current_session.add(
            Message(
                dedupe_key="sale",
                receiver="x",
                template="x",
                context={},
                locale="en",
                recorded_at=at,
                available_at=at,
            )
        )


def suspend(licence, at):
    with transaction():
        service.suspend(licence.number, reason="x", by_account_id=None, at=at)


def test_a_suspension_waits_for_the_sale_that_holds_the_licence(app, licence, at):
    asked, go_on = threading.Event(), threading.Event()

    def between():
        asked.set()
        assert go_on.wait(PATIENCE)

    sale = Racer(app, lambda: sell(licence, at, lock=True, between=between))
    sale.start()
    assert asked.wait(PATIENCE)
    suspension = Racer(app, lambda: suspend(licence, at))
    suspension.start()
    suspension.join(0.4)
    assert suspension.is_alive(), "the suspension did not wait for the sale"
    go_on.set()
    sale.join(PATIENCE)
    suspension.join(PATIENCE)

    assert (sale.error, suspension.error) == (None, None)
    assert sale.ended_at <= suspension.ended_at
    with app.app_context(), pytest.raises(LicenceNotValid):
        require_valid_licence(licence.grower_id, at=at)


def test_a_sale_that_meets_a_suspension_under_way_is_refused(app, licence, at):
    suspended, go_on = threading.Event(), threading.Event()

    def suspend_slowly():
        with transaction():
            service.suspend(licence.number, reason="x", by_account_id=None, at=at)
            suspended.set()
            assert go_on.wait(PATIENCE)

    suspension = Racer(app, suspend_slowly)
    suspension.start()
    assert suspended.wait(PATIENCE)
    sale = Racer(app, lambda: sell(licence, at, lock=True))
    sale.start()
    sale.join(0.4)
    assert sale.is_alive(), "the sale did not wait for the suspension"
    go_on.set()
    suspension.join(PATIENCE)
    sale.join(PATIENCE)

    assert suspension.error is None
    assert isinstance(sale.error, LicenceNotValid)
    with app.app_context():
        assert current_session.scalar(text("SELECT count(*) FROM message")) == 0


def test_without_the_lock_a_sale_slips_past_a_suspension_on_postgresql(app, licence, at, database_kind):
    """The negative control: the guard is what holds, not luck."""
    if database_kind != "postgresql":
        pytest.skip("SQLite has one writer at a time, with or without the row lock")
    asked, go_on = threading.Event(), threading.Event()

    def between():
        asked.set()
        assert go_on.wait(PATIENCE)

    sale = Racer(app, lambda: sell(licence, at, lock=False, between=between))
    sale.start()
    assert asked.wait(PATIENCE)
    suspension = Racer(app, lambda: suspend(licence, at))
    suspension.start()
    suspension.join(PATIENCE)
    assert suspension.error is None
    go_on.set()
    sale.join(PATIENCE)

    assert sale.error is None
    assert suspension.ended_at < sale.ended_at


def test_two_sales_do_not_wait_for_each_other_on_postgresql(app, licence, at, database_kind):
    if database_kind != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    both = threading.Barrier(2, timeout=PATIENCE)

    def hold():
        with transaction():
            require_valid_licence(licence.grower_id, at=at, lock=True)
            both.wait()

    sales = [Racer(app, hold) for _ in range(2)]
    for sale in sales:
        sale.start()
    for sale in sales:
        sale.join(PATIENCE)

    assert [sale.error for sale in sales] == [None, None]
