"""A real worker over the queue that needs no server: what is wrong in one message ends nobody's work."""

import signal
import sqlite3
from contextlib import contextmanager

import pytest

from core.broker.service import folder
from core.database import db, transaction
from core.jobs import message_folder
from core.messaging.service.enqueueing import enqueue
from core.settings import Settings
from tests.running import environment, running, until, worker_command
from tests.stores import make_tables
from wsgi import create_app

pytestmark = pytest.mark.slow
SECRET = "only-for-tests-" + "0123456789" * 3


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    var = tmp_path_factory.mktemp("worker")
    app = create_app(
        Settings(_env_file=None, testing=True, guiyuan_var=var, secret_key=SECRET, log_level="ERROR")
    )
    with app.app_context():
        make_tables()
        yield app
        db.session.close()
        db.engine.dispose()


@contextmanager
def worker(app, told, queues="fast"):
    """The process, its standard error in the file `told`."""
    var = app.config["SETTINGS"].var
    with (
        told.open("a") as errors,
        running(worker_command(queues), environment(var, SECRET_KEY=SECRET), stderr=errors) as process,
    ):
        yield process


def send(app, task, *args, **options):
    app.extensions["celery"].send_task(task, args=args, ignore_result=True, **options)


def tell(app, key):
    """Queue a message to a person, and the job that sends it."""
    record(key)
    send(app, "core.messaging.send")


def record(key):
    with transaction():
        enqueue(
            dedupe_key=key, to="a@example.org", template="account_code", context={"code": key}, locale="en"
        )


def arrived(app, key):
    return any(key in path.read_text() for path in (app.config["SETTINGS"].var / "messages").glob("*.txt"))


def waiting_files(app):
    """What lies in the queue: waiting, in work."""
    root = message_folder(app.config["SETTINGS"])
    return [path for path in root.glob("*/*/**/*") if path.is_file() and path.name != "lock"]


def test_torn_unknown_wrong_and_expired_messages_leave_and_the_worker_goes_on(app, tmp_path):
    root = message_folder(app.config["SETTINGS"])
    told = tmp_path / "told.txt"
    queue = app.extensions["celery"].conf.task_default_queue
    send(app, "core.outbox.deliver", expires=-5)
    send(app, "no.such.task")
    send(app, "core.outbox.deliver", "one argument", "too many")
    folder.put(root, queue, b"")
    folder.put(root, queue, b'{"body": "e30=", "hea')
    # The line that once ended the worker, and the web with it.
    (root / "1_0.guiyuan.msg").touch()
    with worker(app, told) as process:
        tell(app, "first")
        until(lambda: arrived(app, "first"), "a good message behind the bad ones is worked off")
        until(lambda: folder.set_aside_count(root) == 3, "the bad ones are set aside")
        until(lambda: not waiting_files(app), "nothing is left in the queue")
        tell(app, "second")
        until(lambda: arrived(app, "second"), "the worker goes on")
        assert process.poll() is None
    text = told.read_text()
    assert "no.such.task" in text
    assert text.count("message_set_aside") == 3
    assert "1_0.guiyuan.msg" in text


def test_what_a_killed_worker_had_in_work_is_done_by_the_next(app, tmp_path):
    root = message_folder(app.config["SETTINGS"])
    with worker(app, tmp_path / "told.txt") as process:
        tell(app, "third")
        until(lambda: arrived(app, "third"), "it works")
        with sqlite3.connect(app.config["SETTINGS"].var / "guiyuan.db", isolation_level=None) as locker:
            record("fourth")
            locker.execute("BEGIN IMMEDIATE")
            send(app, "core.messaging.send")
            until(lambda: list(root.glob("*/taken/*/*.0")), "the worker has it in its hands")
            process.kill()
            process.wait()
            locker.execute("ROLLBACK")
        locker.close()
    assert waiting_files(app)
    with worker(app, tmp_path / "told.txt"):
        until(lambda: arrived(app, "fourth"), "the next worker does it")
        until(lambda: not waiting_files(app), "nothing is left in the queue")


def test_a_worker_that_is_asked_to_stop_finishes_and_leaves_nothing_taken(app, tmp_path):
    with worker(app, tmp_path / "told.txt") as process:
        tell(app, "fifth")
        until(lambda: arrived(app, "fifth"), "it works")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert waiting_files(app) == []
    assert list(message_folder(app.config["SETTINGS"]).glob("*/taken/*")) == []
