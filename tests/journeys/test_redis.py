"""Over a real Redis: a real worker delivers, two web processes count together, and a broker that goes comes back."""

import json
import uuid
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import db, transaction
from core.messaging.models import Message
from core.outbox.models import OutboxEvent
from core.outbox.queries import waiting
from core.settings import Settings
from tests.factories.orders import make_variant
from tests.running import (
    ask,
    environment,
    free_port,
    listens,
    redis_server,
    running,
    scheduler_command,
    until,
    web_command,
    worker_command,
)
from tests.stores import make_tables
from wsgi import create_app

pytestmark = pytest.mark.slow
SECRET = "only-for-tests-" + "0123456789" * 3


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Two web processes, a worker and Redis on one database with one thing on sale."""
    var = tmp_path_factory.mktemp("redis")
    url = f"sqlite:///{var / 'town.db'}"
    broker_port, first, second = free_port(), free_port(), free_port()
    with ExitStack() as broker, ExitStack() as stack:
        broker_url = broker.enter_context(redis_server(broker_port))
        app = create_app(
            Settings(
                _env_file=None,
                testing=True,
                guiyuan_var=var,
                database_url=url,
                secret_key=SECRET,
                celery_broker_url=broker_url,
                ratelimit_enabled=False,
                log_level="ERROR",
            )
        )
        with app.app_context():
            make_tables()
            with transaction():
                sku = make_variant(at=now(), on_hand=50).sku
        given = environment(var, DATABASE_URL=url, SECRET_KEY=SECRET, CELERY_BROKER_URL=broker_url)
        for command in (web_command(first), web_command(second), worker_command(), scheduler_command()):
            stack.enter_context(running(command, given))
        for port in (first, second):
            until(lambda port=port: listens(port), "the web listens")
        yield SimpleNamespace(
            app=app, var=var, sku=sku, ports=(first, second), broker=broker, broker_port=broker_port
        )
        with app.app_context():
            db.session.close()
            db.engine.dispose()


def order(town):
    body = {
        "lines": [{"sku": town.sku, "quantity": 1}],
        "buyer": {"name": "示范买家", "phone": "13800138000"},
        "ship_to": {"province": "湖北省", "city": "咸宁市", "district": "咸安区", "street": "示范路 1 号"},
        "payment_method": "cash_on_delivery",
    }
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    status, text = ask(town.ports[0], "POST", "/api/v1/orders", json.dumps(body), headers)
    assert status == 201, text


def figures(town):
    """(events recorded, events waiting, messages not sent)."""
    with town.app.app_context():
        db.session.rollback()
        recorded = db.session.scalar(sa.select(sa.func.count()).select_from(OutboxEvent))
        unsent = db.session.scalar(sa.select(sa.func.count()).where(Message.state != "sent"))
        return recorded, waiting(), unsent


def test_two_web_processes_count_attempts_together(town):
    limit = 60  # core.web.views.limits.VERIFY, per minute
    address = "/registry/check?url=https://shop.example.org"
    statuses = [ask(town.ports[n % 2], "GET", address)[0] for n in range(limit + 4)]
    assert statuses == [200] * limit + [429] * 4


def test_a_worker_delivers_over_redis_and_a_broker_that_was_away_loses_nothing(town):
    order(town)
    until(lambda: figures(town)[1:] == (0, 0), "the order's events are delivered and its messages sent")
    recorded = figures(town)[0]
    sent = len(list((town.var / "messages").iterdir()))
    assert recorded
    assert sent

    town.broker.close()
    assert ask(town.ports[0], "GET", "/search")[0] == 200
    status, text = ask(town.ports[0], "GET", "/readyz")
    assert status == 200
    ready = json.loads(text)
    assert (ready["status"], ready["broker"], ready["database"]) == ("degraded", "degraded", "ok")
    order(town)
    assert figures(town)[1] > 0

    town.broker.enter_context(redis_server(town.broker_port))
    # Nobody asks for it: the scheduler and the workers find their way back by themselves.
    until(lambda: figures(town)[1:] == (0, 0), "the events of the time without a broker are delivered")
    assert len(list((town.var / "messages").iterdir())) == 2 * sent
