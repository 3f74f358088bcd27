"""The schedule makes one a night, verifies it, tells the operators when it failed, and how old the last good one is."""

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.backup import tasks
from core.backup.models.runs import BackupRun
from core.backup.rules import last_night, name_of
from core.backup.service.storage import BackupFolder
from core.backup.service.writing import Writer
from core.backup.tasks import nightly
from core.clock import now
from core.database import transaction
from core.messaging.models import Message
from core.settings import SettingError, Settings
from tests.factories.accounts import make_account
from tests.factories.organisation import make_membership
from tests.unit.core.backup.conftest import inside
from tests.unit.core.test_health import gauge
from wsgi import create_app

HOUR = timedelta(hours=1)


@pytest.fixture
def clock(monkeypatch, at):
    """The moment at which the task runs; set `clock.at`."""

    class Clock:
        pass

    Clock.at = at
    monkeypatch.setattr(tasks, "now", lambda: Clock.at)
    return Clock


@pytest.fixture
def scheduled(filled, place, clock, monkeypatch):
    monkeypatch.setitem(filled.app.extensions, "backup_place", place)
    with transaction():
        make_membership(make_account(email="operator@example.org").id, "operator", None)
        make_account(email="buyer@example.org")
    return filled.app


@pytest.fixture
def full_disk(monkeypatch):
    def full(self, name, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(Writer, "put", full)
        yield


def runs(app):
    return inside(app, lambda: [(run.state, run.name) for run in _rows(BackupRun)])


def _rows(model):
    from core.database import session

    return session.scalars(select(model).order_by(model.id)).all()


def told(app):
    return inside(app, lambda: [(one.receiver, one.template, one.context) for one in _rows(Message)])


@pytest.mark.both
def test_one_is_made_a_night_and_not_another(scheduled, place, clock, at):
    name = inside(scheduled, nightly)
    assert name == name_of(at)
    clock.at = at + HOUR
    assert inside(scheduled, nightly) == ""
    clock.at = last_night(at) + timedelta(days=1)
    assert inside(scheduled, nightly) == name_of(clock.at)
    assert [one.name for one in place.backups()] == [name, name_of(clock.at)]
    assert [state for state, _name in runs(scheduled)] == ["good", "good"]


def test_one_that_a_wrong_clock_dated_ahead_stops_no_night(scheduled, clock, at):
    def ahead():
        later = now() + timedelta(days=365)
        with transaction() as current:
            current.add(BackupRun(started_at=later, ended_at=later, state="good", name=name_of(later)))

    inside(scheduled, ahead)
    assert inside(scheduled, nightly.run) == name_of(at)
    assert inside(scheduled, nightly.run) == "", "and the one of this night is enough"


def test_without_a_place_nothing_is_made(filled):
    assert inside(filled.app, nightly) == ""
    assert runs(filled.app) == []


@pytest.mark.both
def test_a_failure_is_noted_tried_again_and_told_once_a_night(
    scheduled, place, clock, at, full_disk, run_jobs
):
    assert inside(scheduled, nightly) == ""
    clock.at = at + HOUR / 2
    assert inside(scheduled, nightly) == ""
    clock.at = at + HOUR
    assert inside(scheduled, nightly) == ""
    assert [state for state, _name in runs(scheduled)] == ["failed", "failed"]
    assert place.backups() == []
    run_jobs()
    ((receiver, template, context),) = told(scheduled)
    assert (receiver, template) == ("operator@example.org", "backup_failed")
    assert context["night"] == "2026-03-12"
    assert "No space left" in context["error"]
    clock.at = last_night(at) + timedelta(days=1)
    for _ in range(2):
        inside(scheduled, nightly)
        clock.at += HOUR
    run_jobs()
    assert len(told(scheduled)) == 2, "once, also when the night begins with it"


def test_the_message_says_what_to_do(scheduled, full_disk, run_jobs, app):
    inside(scheduled, nightly)
    run_jobs()
    text = "".join(path.read_text() for path in (app.config["SETTINGS"].var / "messages").glob("*.txt"))
    assert "flask backup create" in text
    assert "No space left" in text


def test_something_damaged_in_the_original_is_told_and_the_backup_counts(
    scheduled, filled, place, clock, at, run_jobs
):
    """One photograph must not have all be copied anew every hour."""
    _filesystem, root = scheduled.extensions["files"]
    Path(root, filled.photo).write_bytes(b"something else")
    name = inside(scheduled, nightly)
    assert runs(scheduled) == [("good", name)]
    clock.at = at + 2 * HOUR
    assert inside(scheduled, nightly) == ""
    run_jobs()
    ((receiver, template, context),) = told(scheduled)
    assert (receiver, template, context["made"]) == ("operator@example.org", "backup_failed", True)
    assert filled.photo in context["error"]
    assert [one.name for one in place.backups()] == [name]


def test_one_that_is_not_sound_is_a_failure_and_is_not_left_there(scheduled, place, monkeypatch):
    whole = tasks.make

    def torn(place, *, at):
        made = whole(place, at=at)
        (made.folder / "keys/seal_key").write_bytes(b"")
        return made

    monkeypatch.setattr(tasks, "make", torn)
    assert inside(scheduled, nightly) == ""
    ((state, _name),) = runs(scheduled)
    assert state == "failed"
    assert place.backups() == []


def test_metrics_tell_the_age_of_the_last_good_one_and_the_failures_since(
    scheduled, client, clock, monkeypatch, at
):
    age, failed = "guiyuan_backup_age_seconds", "guiyuan_backups_failed"
    monkeypatch.setattr("core.backup.views.now", lambda: at + 5 * HOUR)
    assert (gauge(client, age), gauge(client, failed)) == ("+Inf", "0.0")
    inside(scheduled, nightly)
    assert (gauge(client, age), gauge(client, failed)) == ("18000.0", "0.0")
    monkeypatch.setattr(tasks, "make", lambda *_, **__: 1 / 0)
    clock.at = at + timedelta(days=1)
    inside(scheduled, nightly)
    assert gauge(client, failed) == "1.0"


def test_without_a_schedule_there_is_no_age(client):
    assert gauge(client, "guiyuan_backup_age_seconds") == "NaN"


@pytest.mark.parametrize("where", ["a file", "the log"])
def test_a_place_that_cannot_be_used_is_named_at_the_start(tmp_path, where):
    (tmp_path / "file").touch()
    folder = {"a file": tmp_path / "file" / "backups", "the log": tmp_path / "seal" / "log" / "backups"}[
        where
    ]
    given = Settings(_env_file=None, testing=True, guiyuan_var=tmp_path, backup_dir=folder, log_level="ERROR")
    with pytest.raises(SettingError, match="BACKUP_DIR"):
        create_app(given)


def test_a_place_is_made_for_its_owner_only(tmp_path):
    folder = tmp_path / "backups"
    create_app(
        Settings(_env_file=None, testing=True, guiyuan_var=tmp_path, backup_dir=folder, log_level="ERROR")
    )
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702])
def test_a_place_into_which_everybody_can_write_is_named_at_the_start(tmp_path, mode):
    folder = tmp_path / "backups"
    folder.mkdir()
    folder.chmod(mode)
    given = Settings(_env_file=None, testing=True, guiyuan_var=tmp_path, backup_dir=folder, log_level="ERROR")
    with pytest.raises(SettingError, match=r"BACKUP_DIR is not usable: everybody .*`chmod o-w`"):
        create_app(given)


@pytest.mark.parametrize("mode", [0o770, 0o775])
def test_a_place_that_a_group_shares_is_a_place(tmp_path, mode):
    folder = tmp_path / "backups"
    folder.mkdir()
    folder.chmod(mode)
    BackupFolder(folder).require_closed()
