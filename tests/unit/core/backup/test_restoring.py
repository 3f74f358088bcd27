"""A restore gives back what was there, onto an empty machine; what stands somewhere is never lost by it."""

import shutil
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata

from core.backup.models import manifest as manifests
from core.backup.models.manifest import BackupDamaged
from core.backup.service import restoring
from core.backup.service.making import make
from core.backup.service.restoring import RestoreRefused, restore
from core.backup.service.targets import DatabaseInUse
from core.clock import now
from core.database import Base, alembic, db, transaction
from core.files import service as files
from core.seal.models.log import this_log
from core.seal.queries.audit import audit
from core.seal.queries.sources import sources
from core.seal.queries.standing import SealRefused, current_standing
from core.seal.queries.unsealed import waiting
from core.seal.tasks.repair import adopt
from core.seal.tasks.sequencer import sequence
from tests.factories.licences import LEAVES_OF_NEXT, make_licence
from tests.unit.core.backup.conftest import SECRET, command, inside, migrate
from tests.unit.core.test_migrations import furniture

pytestmark = pytest.mark.slow


@pytest.fixture
def backup(filled, place, at):
    return make(place, at=at).folder


@pytest.fixture
def restored(backup, machine, new_url, at):
    """The address of a machine onto which `backup` was restored."""
    url = new_url("gy_restored")
    with machine(url) as fresh:
        put_back(fresh, backup, at)
    return url


def put_back(app, folder, at, *, replace=False, without_secret=False):
    return inside(app, restore, folder, replace=replace, without_secret=without_secret, at=at)


def scalar(app, statement):
    return inside(app, lambda: db.session.scalar(sa.text(statement)))


def add_licence(at):
    with transaction():
        make_licence(at=at)
    return sequence()


def found_by_audit(app, at):
    return inside(app, lambda: [str(one) for one in audit(this_log(), sources(), at=at)])


def test_an_empty_machine_has_everything_afterwards_and_goes_on(restored, filled, machine, at):
    with machine(restored) as again:
        assert scalar(again, "SELECT number FROM licence") == filled.licence
        assert inside(again, files.get, filled.photo) == b"a photograph"
        assert found_by_audit(again, at) == []
        assert inside(again, add_licence, at) == LEAVES_OF_NEXT
        assert found_by_audit(again, at) == []


def test_what_waited_to_be_sealed_in_an_old_backup_is_no_finding_on_the_day_it_comes_back(
    filled, place, machine, new_url, at
):
    with transaction():
        make_licence(at=at)
    folder = make(place, at=at).folder
    url, later = new_url("gy_restored_later"), now() + timedelta(days=1)
    with machine(url) as fresh:
        put_back(fresh, folder, later)
    with machine(url) as again:
        assert inside(again, waiting)[0] > 0
        assert found_by_audit(again, later + timedelta(minutes=1)) == []
        stalled = found_by_audit(again, later + timedelta(hours=1))
        assert len(stalled) == 1
        assert "leaves wait to be sealed" in stalled[0]


def test_rules_triggers_and_indexes_are_those_of_the_original(restored, filled, machine):
    wanted = furniture(db.engine)
    with machine(restored) as again:
        assert inside(again, lambda: furniture(db.engine)) == wanted
        assert inside(again, lambda: compare_metadata(alembic.migration_context, Base.metadata)) == []


def test_a_machine_that_is_not_empty_is_left_alone(backup, restored, machine, at):
    with machine(restored) as again:
        before = scalar(again, "SELECT count(*) FROM seal_leaf")
        with pytest.raises(RestoreRefused, match="not an empty machine: the database holds"):
            put_back(again, backup, at)
        assert scalar(again, "SELECT count(*) FROM seal_leaf") == before


def test_a_log_that_was_signed_makes_a_machine_not_empty(backup, machine, new_url, at):
    with machine(new_url("gy_log_only")) as other:
        this = inside(other, this_log)
        this.store.publish("x\n0\n\n")
        with pytest.raises(RestoreRefused, match="a log was signed in"):
            put_back(other, backup, at)


def test_what_is_replaced_is_moved_aside(backup, restored, filled, machine, at, tmp_path):
    with machine(restored) as again:
        inside(again, _add_account)
        done = put_back(again, backup, at, replace=True)
    assert len(done.aside) == 2  # the database and the log; keys and files are the same
    with machine(restored) as again:
        assert scalar(again, "SELECT count(*) FROM unit WHERE code = 'gone'") == 0
        assert found_by_audit(again, at) == []
        if done.aside[0].startswith("the schema "):
            schema = done.aside[0].removeprefix("the schema ")
            moved = sa.table("unit", sa.column("code"), schema=schema)
            assert inside(
                again, lambda: db.session.scalar(sa.select(moved.c.code).where(moved.c.code == "gone"))
            )
    if not done.aside[0].startswith("the schema "):
        with machine(f"sqlite:///{done.aside[0]}", name="look") as former:
            assert scalar(former, "SELECT count(*) FROM unit WHERE code = 'gone'") == 1


def _add_account():
    with transaction() as session:
        session.execute(
            sa.text(
                "INSERT INTO unit (code, name_zh, name_en, kind, path) VALUES ('gone', 'x', 'x', 'committee', 'gone/')"
            )
        )


def test_a_log_that_goes_further_is_never_set_back(backup, restored, machine, at):
    """Only the database was lost: entries that were signed since then stay in the log, and it continues after them."""
    with machine(restored) as again:
        inside(again, add_licence, at)
        done = put_back(again, backup, at, replace=True)
        assert done.log_kept
    with machine(restored) as again:
        with pytest.raises(SealRefused, match="flask seal adopt"):
            inside(again, lambda: current_standing(this_log()))
        assert inside(again, lambda: adopt(this_log())) == (0, LEAVES_OF_NEXT)
        assert inside(again, sequence) == 1
        assert found_by_audit(again, at) == []


def test_a_newer_copy_of_the_log_goes_on_after_the_whole_machine_was_lost(
    backup, restored, filled, machine, at
):
    """What others kept of the log, put in place of what the backup has of it."""
    add_licence(at)
    newest = this_log().store.folder
    with machine(restored) as again:
        place = inside(again, this_log).store.folder
        for name in ("tile", "checkpoint"):
            (place / name).rename(place / f"{name}.old")
        shutil.copytree(newest / "tile", place / "tile")
        shutil.copy(newest / "checkpoint", place / "checkpoint")
        assert inside(again, lambda: adopt(this_log())) == (0, LEAVES_OF_NEXT)
        assert inside(again, sequence) == 1
        assert found_by_audit(again, at) == []


def test_the_log_of_another_key_is_moved_aside(backup, machine, new_url, at):
    url = new_url("gy_other_log")
    with machine(url) as other:
        inside(other, migrate)
        inside(other, add_licence, at)
        done = put_back(other, backup, at, replace=True)
    assert not done.log_kept
    assert len(done.aside) == 4  # database, log, its key and its memory
    with machine(url) as again:
        assert found_by_audit(again, at) == []


def test_while_somebody_is_connected_nothing_is_touched(backup, restored, machine, at):
    with machine(restored) as again:
        rows = scalar(again, "SELECT count(*) FROM seal_leaf")
        somebody = sa.create_engine(restored)
        with somebody.connect() as running:
            running.exec_driver_sql("SELECT count(*) FROM unit")
            running.rollback()
            with pytest.raises(DatabaseInUse):
                put_back(again, backup, at, replace=True)
        somebody.dispose()
        assert scalar(again, "SELECT count(*) FROM seal_leaf") == rows
        assert put_back(again, backup, at, replace=True).manifest


def test_another_secret_is_refused_and_a_lost_one_can_be_done_without(backup, machine, new_url, at):
    refused = pytest.raises(RestoreRefused, match="SECRET_KEY is not the one")
    with machine(new_url("gy_secret"), secret_key=SECRET) as other, refused:
        put_back(other, backup, at)
    with machine(new_url("gy_secret"), secret_key=None) as other:
        with pytest.raises(
            RestoreRefused, match="SECRET_KEY came from the environment and is not in the backup"
        ):
            put_back(other, backup, at)
        assert put_back(other, backup, at, without_secret=True).manifest


def test_a_secret_in_the_backup_is_put_in_place(place, machine, new_url, at):
    with machine(new_url("gy_own"), name="old", secret_key=None) as app:
        secret = app.config["SECRET_KEY"]
        inside(app, migrate)
        folder = inside(app, make, place, at=at).folder
    url = new_url("gy_own_again")
    with machine(url, secret_key=None) as fresh:
        assert fresh.config["SECRET_KEY"] != secret
        put_back(fresh, folder, at)
    with machine(url, secret_key=None) as again:
        assert again.config["SECRET_KEY"] == secret


def test_a_backup_of_a_newer_version_or_another_kind_says_so(backup, machine, new_url, at, monkeypatch):
    with machine(new_url("gy_fit")) as fresh:
        with monkeypatch.context() as older:
            older.setattr(restoring, "known_revisions", lambda: {"1"})
            with pytest.raises(RestoreRefused, match="made by a newer one"):
                put_back(fresh, backup, at)
        with monkeypatch.context() as since:
            since.setattr(restoring, "is_old", lambda _revision: True)
            since.setattr(restoring, "known_revisions", set)
            with pytest.raises(RestoreRefused, match="made by one of before the migrations began anew"):
                put_back(fresh, backup, at)
        with monkeypatch.context() as other:
            other.setattr(restoring, "this_target", lambda: type("Target", (), {"kind": "oracle"}))
            with pytest.raises(RestoreRefused, match="DATABASE_URL names a oracle one"):
                put_back(fresh, backup, at)


def test_a_backup_of_an_older_version_is_upgraded_after_it_was_restored(place, machine, new_url, at):
    with machine(new_url("gy_older"), name="old") as app:
        inside(app, migrate, "traceability_start")
        folder = inside(app, make, place, at=at).folder
    url = new_url("gy_newer")
    with machine(url) as fresh:
        told = command(fresh, "backup", "restore", folder)
        assert told.exit_code == 0, told.output
        assert "run `flask db upgrade` now" in told.output
    with machine(url) as again:
        inside(again, migrate)
        assert inside(again, lambda: compare_metadata(alembic.migration_context, Base.metadata)) == []


def test_a_damaged_backup_is_not_restored(backup, machine, new_url, at):
    (backup / manifests.NAME).write_text("{}")
    with machine(new_url("gy_damaged")) as fresh, pytest.raises(BackupDamaged):
        put_back(fresh, backup, at)


def test_a_restore_that_fails_in_the_middle_leaves_the_database_as_it_was(
    backup, restored, machine, at, monkeypatch
):
    """A file that cannot be read any more stands for whatever happens between the check and the exchange."""
    whole = restoring.require_restorable(backup)
    lost = backup / ("database.sqlite" if db.engine.dialect.name == "sqlite" else "database/unit.copy.gz")
    with machine(restored) as again:
        rows = scalar(again, "SELECT count(*) FROM seal_leaf")
        with monkeypatch.context() as unchecked:
            unchecked.setattr(restoring, "require_restorable", lambda _folder: whole)
            content = lost.read_bytes()
            lost.unlink()
            with pytest.raises(OSError, match="No such file"):
                put_back(again, backup, at, replace=True)
        lost.write_bytes(content)
        assert scalar(again, "SELECT count(*) FROM seal_leaf") == rows
        assert found_by_audit(again, at) == []
        assert put_back(again, backup, at, replace=True).manifest


def test_what_others_keep_in_the_database_is_not_lost(backup, machine, new_url, at):
    """Tables of another owner stay where they are; an SQLite file with a foreign row is not an empty machine."""
    url = new_url("gy_shared")
    others = sa.create_engine(url)
    with others.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (x INTEGER)")
        connection.exec_driver_sql("INSERT INTO theirs VALUES (1)")
        if others.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE theirs OWNER TO pg_monitor")
    others.dispose()
    with machine(url) as fresh:
        with pytest.raises(RestoreRefused, match="not an empty machine"):
            put_back(fresh, backup, at)
        done = put_back(fresh, backup, at, replace=True)
    where = url if url.startswith("postgresql") else f"sqlite:///{done.aside[0]}"
    others = sa.create_engine(where)
    with others.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM theirs")) == 1
    others.dispose()
