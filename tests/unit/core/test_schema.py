"""Where a database stands is read without the application, and agrees with what Alembic says."""

import shutil

import pytest
import sqlalchemy as sa

from core.database import alembic, db
from core.health.views import GROUND_PARTS
from core.schema import FOLDER, heads, is_current
from core.settings import Settings
from tests.stores import make_tables
from wsgi import create_app


def test_the_newest_migration_is_the_one_that_no_other_follows(tmp_path):
    for name, after in (("1", "None"), ("2", '"1"'), ("3", '"2"')):
        (tmp_path / f"{name}.py").write_text(f'revision = "{name}"\ndown_revision = {after}\n')
    assert heads(tmp_path) == {"3"}
    (tmp_path / "4.py").write_text('revision = "4"\ndown_revision = "2"\n')
    assert heads(tmp_path) == {"3", "4"}


@pytest.mark.slow
def test_a_database_is_current_once_every_migration_has_run(tmp_path):
    url = f"sqlite:///{tmp_path / 'guiyuan.db'}"
    app = create_app(
        Settings(_env_file=None, testing=True, guiyuan_var=tmp_path, database_url=url, log_level="ERROR")
    )
    assert not is_current(url)
    with app.app_context():
        assert heads() == {script.revision for script in alembic.heads()}
        alembic.upgrade()
        db.session.close()
        assert is_current(url)
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '1'"))
        db.engine.dispose()
    assert not is_current(url)


@pytest.fixture
def standing(app):
    """`standing("X")` notes another revision in the database; the right one stands there again afterwards."""

    def note(*revisions):
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM alembic_version"))
            for one in revisions:
                connection.execute(sa.text("INSERT INTO alembic_version VALUES (:one)"), {"one": one})

    yield note
    note(*heads())


def told(app):
    answer = app.test_client().get("/readyz")
    return answer.status_code, answer.json["schema"], answer.json.get("why")


def test_readyz_names_a_database_that_is_behind_or_ahead_of_the_code(app, standing, monkeypatch):
    monkeypatch.setitem(app.extensions, "readiness", {"schema": GROUND_PARTS["schema"]})
    assert told(app) == (200, "ok", None)
    standing("core_start")
    assert told(app) == (503, "unavailable", {"schema": "behind"})
    standing("of-tomorrow")
    assert told(app) == (503, "unavailable", {"schema": "ahead"})
    standing("1796160040")
    assert told(app) == (503, "unavailable", {"schema": "old"})
    standing()
    assert told(app) == (503, "unavailable", {"schema": "empty"})


@pytest.mark.parametrize("part", ["worker", "scheduler"])
def test_a_worker_of_another_version_does_not_start_and_says_why(app, standing, part):
    standing("of-tomorrow")
    told = app.test_cli_runner().invoke(args=["jobs", part])
    assert told.exit_code == 1
    assert "of-tomorrow, which this code does not know: a newer version has upgraded it" in told.output
    standing("core_start")
    told = app.test_cli_runner().invoke(args=["jobs", part])
    assert "make a backup, then run `flask db upgrade`" in told.output


def migrating(app, *arguments):
    """What `flask db ...` does, in the context that `flask` pushes."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=["db", *arguments])


@pytest.mark.both
@pytest.mark.parametrize("command", ["upgrade", "current", "downgrade", "stamp"])
def test_a_database_of_an_unknown_revision_is_told_what_to_do(app, standing, command):
    for revision, sentence in (
        ("1796160040", "Begin with an empty one (move the folder `var` aside"),
        ("of-tomorrow", "a newer version has upgraded it. Start that version"),
    ):
        standing(revision)
        answer = migrating(app, command)
        assert answer.exit_code == 1
        assert answer.output.startswith(f"Error: The database is at revision {revision}, ")
        assert sentence in answer.output


def test_a_revision_that_is_nowhere_is_told_too(app):
    answer = migrating(app, "upgrade", "nowhere")
    assert (answer.exit_code, answer.output) == (1, "Error: Can't locate revision identified by 'nowhere'\n")


@pytest.mark.slow
def test_a_new_migration_bears_the_name_that_it_was_given(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    app = create_app(Settings(_env_file=None, testing=True, guiyuan_var=tmp_path, log_level="ERROR"))
    app.config["ALEMBIC"]["script_location"] = str(folder)
    with app.app_context():
        make_tables()
    answer = migrating(app, "revision", "Codes have a grade")
    assert answer.exit_code == 1
    assert "A migration is named by table and act" in answer.output
    (before,) = heads(folder)
    for name, how in (("code_add_grade", []), ("code_fill_grade", ["--empty"])):
        answer = migrating(app, "revision", name, *how)
        assert answer.exit_code == 0, answer.output
        assert f'revision = "{name}"\ndown_revision = "{before}"\n' in (folder / f"{name}.py").read_text()
        assert heads(folder) == {name}
        assert migrating(app, "upgrade").exit_code == 0
        before = name
    with app.app_context():
        db.engine.dispose()
