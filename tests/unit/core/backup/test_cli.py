"""`flask backup` as a technician runs it."""

import sqlite3
from datetime import timedelta

from core.backup import cli
from core.backup.service import making
from core.backup.service.making import make
from core.settings import Settings
from tests.factories.licences import LEAVES_OF_FIRST
from tests.unit.core.backup.conftest import command, complete


def test_create_verify_and_list(filled, place):
    made = command(filled.app, "backup", "create", "--in", place.folder)
    assert made.exit_code == 0, made.output
    folder = made.output.strip()
    assert [folder] == [str(one) for one in place.backups()]
    told = command(filled.app, "backup", "verify", folder)
    assert told.exit_code == 0
    assert "is whole: " in told.output
    assert f"a log of {LEAVES_OF_FIRST} entries" in told.output
    listed = command(filled.app, "backup", "list", "--in", place.folder).output
    assert folder in listed
    assert "DAMAGED" not in listed


def test_a_damaged_one_ends_with_1_and_is_marked_in_the_list(filled, place, at):
    folder = make(place, at=at).folder
    (folder / "keys/seal_key").write_text("x")
    told = command(filled.app, "backup", "verify", folder)
    assert told.exit_code == 1
    assert "keys/seal_key is not what was written" in told.output
    (folder / "manifest.json").write_text("x")
    assert command(filled.app, "backup", "verify", folder).exit_code == 1
    assert "2026-03-12 12:00" in command(filled.app, "backup", "list", "--in", place.folder).output
    assert "DAMAGED" in command(filled.app, "backup", "list", "--in", place.folder).output


def test_a_database_that_cannot_be_copied_is_a_sentence(filled, place, monkeypatch):
    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(making, "_copied_by_its_kind", full)
    told = command(filled.app, "backup", "create", "--in", place.folder)
    assert told.exit_code == 1
    assert told.output == "No backup was made: The database could not be copied: database or disk is full\n"
    assert complete(place) == []


def test_without_a_place_it_asks_for_one(filled):
    told = command(filled.app, "backup", "create")
    assert told.exit_code == 1
    assert "BACKUP_DIR" in told.output


def test_old_ones_are_thinned_out_when_asked(filled, place, at, monkeypatch):
    for hours in range(3):
        make(place, at=at + timedelta(hours=hours))
    monkeypatch.setattr(cli, "now", lambda: at + timedelta(hours=4))
    told = command(filled.app, "backup", "create", "--in", place.folder, "--thin-out")
    assert told.exit_code == 0, told.output
    assert [one.name for one in place.backups()] == ["guiyuan-20260312T080000Z"]
    assert filled.app.config["SETTINGS"].backup_keep_days == Settings.model_fields["backup_keep_days"].default


def test_a_restore_that_is_refused_says_why_and_touches_nothing(filled, place, at):
    folder = make(place, at=at).folder
    told = command(filled.app, "backup", "restore", folder)
    assert told.exit_code == 1
    assert "This is not an empty machine" in told.output


def test_without_a_name_it_is_the_newest(filled, place, at, monkeypatch):
    monkeypatch.setitem(filled.app.extensions, "backup_place", place)
    none = command(filled.app, "backup", "verify")
    assert none.exit_code == 1
    assert "There is no backup in BACKUP_DIR" in none.output
    make(place, at=at)
    newest = make(place, at=at + timedelta(seconds=1)).folder.name
    assert f"The backup {newest} is whole" in command(filled.app, "backup", "verify").output


def test_none_is_made_where_everybody_can_write(filled, place):
    place.folder.mkdir(exist_ok=True)
    place.folder.chmod(0o777)
    told = command(filled.app, "backup", "create", "--in", place.folder)
    assert told.exit_code == 1
    assert told.output.startswith("No backup was made: everybody on this machine can write into")
    assert list(place.folder.iterdir()) == []
