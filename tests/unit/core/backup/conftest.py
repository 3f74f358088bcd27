"""A place for backups, an application with rows, a log and files, and machines to restore onto."""

import contextvars
import re
import shutil
from contextlib import contextmanager
from types import SimpleNamespace

import psycopg
import pytest

from core.backup.models.manifest import FileFacts, read_manifest
from core.backup.service.storage import BackupFolder
from core.backup.service.writing import digest_of
from core.database import alembic, db, transaction
from core.files import service as files
from core.seal.tasks.sequencer import sequence
from core.settings import Settings
from tests.factories.licences import make_licence
from wsgi import create_app

SECRET = "another-secret-" + "0123456789" * 3


@pytest.fixture
def place(tmp_path):
    return BackupFolder(tmp_path / "backups")


@pytest.fixture
def filled(app, session, at):
    """The application in force, with a licence, its sealed log and a photograph."""
    shutil.rmtree(app.config["SETTINGS"].var / "files", ignore_errors=True)
    with transaction():
        licence = make_licence(at=at)
    sequence()
    photo = files.put(b"a photograph", kind="photo", content_type="image/jpeg", public=True)
    yield SimpleNamespace(app=app, licence=licence.number, photo=photo)
    shutil.rmtree(app.config["SETTINGS"].var / "files", ignore_errors=True)


@pytest.fixture
def new_url(app, tmp_path, request):
    """`new_url("name")` is the address of an empty database of the same kind as that of `app`."""

    def make(name):
        with app.app_context():
            here = db.engine.url
        if here.get_backend_name() == "sqlite":
            return f"sqlite:///{tmp_path / name}.db"
        server = request.getfixturevalue("postgres_url")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return here.set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture
def machine(tmp_path):
    """`with machine(url) as app:` another machine: a folder of its own, started as often as it is asked for.

    The secret comes from the environment, as that of `app` does.
    """

    @contextmanager
    def start(url, *, name="new", **given):
        given = {"secret_key": "only-for-tests-" + "0123456789" * 3} | given
        app = create_app(
            Settings(
                _env_file=None,
                testing=True,
                guiyuan_var=tmp_path / name,
                database_url=url,
                log_level="ERROR",
                **{key: value for key, value in given.items() if value is not None},
            )
        )
        try:
            yield app
        finally:
            with app.app_context():
                db.session.close()
                db.engine.dispose()

    return start


def inside(app, work, *arguments, **named):
    """Run `work` in a context of `app` that has nothing of the test's own."""

    def run():
        with app.app_context():
            try:
                return work(*arguments, **named)
            finally:
                db.session.close()

    return contextvars.Context().run(run)


def migrate(revision="heads"):
    alembic.upgrade(revision)


def command(app, *arguments):
    return contextvars.Context().run(app.test_cli_runner().invoke, args=[str(one) for one in arguments])


def sign_again(folder, name):
    """Change the manifest so that it knows the file `name` as it lies there now: what only its meaning betrays."""
    manifest = read_manifest(folder)
    known: dict[str, FileFacts] = dict(manifest.files)
    known[name] = digest_of(folder / name)
    type(manifest)(
        **{field: getattr(manifest, field) for field in manifest.__slots__} | {"files": known}
    ).write(folder)


def listed(folder):
    """The paths in a backup, below its folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def complete(place):
    """Names in the place that anybody would take for a backup."""
    return [path.name for path in place.folder.iterdir() if re.match("guiyuan", path.name)]
