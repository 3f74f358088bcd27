"""A backup is made whole or not at all, and of one moment, whatever goes on meanwhile."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text

from core.backup.service import copying_log as log_copy
from core.backup.service import making
from core.backup.service.checking import check
from core.backup.service.making import BackupRefused, fingerprint_of, make
from core.backup.service.storage import BackupInWork
from core.backup.service.writing import Writer
from core.database import alembic, db, transaction
from core.files import service as files
from core.messaging.models import Message
from core.seal.models.log import this_log
from core.seal.tasks.sequencer import sequence
from tests.factories.licences import LEAVES_OF_FIRST
from tests.running import ROOT, environment
from tests.unit.core.backup.conftest import complete, inside, listed, migrate
from tests.unit.core.seal.test_sequencer import append

pytestmark = pytest.mark.slow


def test_everything_that_cannot_be_made_again_is_in_it(filled, place, at):
    made = make(place, at=at)
    assert made.folder.name == "guiyuan-20260312T040000Z"
    names = listed(made.folder)
    assert {"keys/seal_key", "keys/seal_key.signed", "log/checkpoint", f"files/{filled.photo}"} <= set(names)
    assert set(names) - set(made.manifest.files) == {"manifest.json", "manifest.json.sha256"}
    facts = made.manifest.database
    assert facts.kind == db.engine.dialect.name
    assert facts.tables["licence"] == 1
    assert {facts.revision} == {script.revision for script in alembic.heads()}
    assert made.manifest.log.size == facts.numbered == LEAVES_OF_FIRST
    assert check(made.folder)[1] == []


def test_only_its_owner_can_read_it(filled, place, at):
    folder = make(place, at=at).folder
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*")) if path.is_dir()}
    assert folders == {0o700}


def test_a_secret_from_the_environment_is_known_by_its_fingerprint_alone(filled, place, at):
    made = make(place, at=at)
    assert not made.manifest.secret.kept_here
    assert made.manifest.secret.fingerprint == fingerprint_of(filled.app.config["SECRET_KEY"])
    assert "SECRET_KEY" in made.manifest.settings
    secret = filled.app.config["SECRET_KEY"].encode()
    assert [name for name in listed(made.folder) if secret in (made.folder / name).read_bytes()] == []


def test_a_secret_that_was_made_here_goes_along(place, machine, new_url, at):
    with machine(new_url("gy_own_secret"), secret_key=None) as app:
        inside(app, migrate)
        made = inside(app, make, place, at=at)
        assert made.manifest.secret.kept_here
        assert (made.folder / "keys/secret_key").read_text() == app.config["SECRET_KEY"]


def test_a_database_that_was_never_migrated_is_refused(place, machine, new_url, at):
    with machine(new_url("gy_bare")) as app, pytest.raises(BackupRefused, match="flask db upgrade"):
        inside(app, make, place, at=at)
    assert complete(place) == []


def test_the_log_in_it_is_covered_by_its_database_and_covers_what_that_says_was_signed(
    filled, place, at, monkeypatch
):
    """Entries are appended and signed before and after the moment that the database is copied, past a full tile."""
    copy = making._copy_database

    def in_the_middle(writer):
        append(300)
        inside(filled.app, sequence)
        facts = copy(writer)
        append(300, start=300)
        inside(filled.app, sequence)
        return facts

    monkeypatch.setattr(making, "_copy_database", in_the_middle)
    made = make(place, at=at)
    assert check(made.folder)[1] == []
    assert made.manifest.log.size == made.manifest.database.signed_size == LEAVES_OF_FIRST + 300
    assert not (
        this_log().store.folder / "tile/entries/001.p/48"
    ).exists()  # replaced by the full one meanwhile


def test_the_other_order_would_be_noticed(filled, place, at, monkeypatch):
    copy, read = making._copy_database, log_copy.read_heads

    def heads_after_the_database(log):
        append(5)
        inside(filled.app, sequence)
        return read(log)

    kept = SimpleNamespace()

    def database_first(log):
        kept.facts = copy(kept.writer)
        return heads_after_the_database(log)

    class Kept(Writer):
        def __init__(self, folder):
            super().__init__(folder)
            kept.writer = self

    monkeypatch.setattr(making, "Writer", Kept)
    monkeypatch.setattr(log_copy, "read_heads", database_first)
    monkeypatch.setattr(making, "_copy_database", lambda _writer: kept.facts)
    assert (
        f"the database ends at entry {LEAVES_OF_FIRST}, but {LEAVES_OF_FIRST + 5} entries of the log are signed"
        in make(place, at=at).manifest.problems
    )


def test_it_shows_one_moment_while_others_write(filled, place, at):
    """Two rows are written per transaction: a copy in between would have an odd number of them."""
    stop = threading.Event()
    written = []

    def write():
        def pairs():
            while not stop.is_set():
                with transaction() as current:
                    for half in ("a", "b"):
                        current.add(
                            Message(
                                dedupe_key=f"{len(written)}{half}", receiver="x", template="t", context={}, locale="en",
                                state="sent", available_at=at, recorded_at=at,
                            )
                        )  # fmt: skip
                written.append(1)

        inside(filled.app, pairs)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 3:
            assert writer.is_alive()
        before = len(written)
        counts = [
            make(place, at=at + timedelta(seconds=n)).manifest.database.tables["message"] for n in range(3)
        ]
        after = len(written)
    finally:
        stop.set()
        writer.join()
    assert all(count % 2 == 0 for count in counts)
    assert 2 * before <= counts[0] <= counts[1] <= counts[2] <= 2 * (after + 1)
    assert after > before


def test_a_full_disk_leaves_nothing_that_looks_like_a_backup(filled, place, at, monkeypatch):
    def full(self, name, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(Writer, "put", full)
        with pytest.raises(OSError, match="No space"):
            make(place, at=at)
    assert [path.name for path in place.folder.iterdir()] == [".lock"]
    make(place, at=at)


def test_without_room_it_is_not_begun(filled, place, at, monkeypatch):
    monkeypatch.setattr(making.shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    with pytest.raises(BackupRefused, match="0 MiB free"):
        make(place, at=at)
    assert complete(place) == []


def test_files_are_taken_over_from_the_last_backup_as_long_as_they_are_sound(filled, place, at):
    first = make(place, at=at).folder / "files" / filled.photo
    second = make(place, at=at + timedelta(seconds=1)).folder / "files" / filled.photo
    assert first.samefile(second)
    first.chmod(0o600)
    first.write_bytes(b"a photogrape")
    third = make(place, at=at + timedelta(seconds=2)).folder
    assert (third / "files" / filled.photo).read_bytes() == b"a photograph"
    assert check(third)[1] == []


def test_a_file_that_was_damaged_in_the_store_is_named_and_stops_nothing(filled, place, at):
    _filesystem, root = filled.app.extensions["files"]
    with open(f"{root}/{filled.photo}", "wb") as file:  # noqa: PTH123 - the store names paths as text
        file.write(b"something else")
    other = files.put(b"another one", kind="photo", content_type="image/jpeg", public=True)
    made = make(place, at=at)
    assert len(made.manifest.problems) == 1
    assert filled.photo in made.manifest.problems[0]
    assert f"files/{other}" in made.manifest.files


def test_only_one_is_made_at_a_time(filled, place, at):
    with place.making(at), pytest.raises(BackupInWork):
        make(place, at=at + timedelta(seconds=1))
    assert make(place, at=at + timedelta(seconds=1)).folder.is_dir()


KILLED = """
import os, signal, sys
from pathlib import Path
from core.backup.service import copying_log as log
from core.backup.service.storage import BackupFolder
from core.backup.service.making import make
from core.clock import now
from core.database import alembic
from wsgi import create_app
log.copy_out = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with create_app().app_context():
    alembic.upgrade()
    make(BackupFolder(Path(sys.argv[1])), at=now())
"""


def test_one_that_was_killed_is_no_backup_and_is_cleared_away_by_the_next(filled, place, at, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(place.folder)],
        cwd=ROOT, env=environment(tmp_path / "var"), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    left = [path.name for path in place.folder.iterdir() if path.is_dir()]
    assert [name[:8] for name in left] == [".making-"]
    assert place.backups() == []
    made = make(place, at=at)
    assert sorted(path.name for path in place.folder.iterdir()) == [".lock", made.folder.name]


def test_the_copied_rows_are_those_that_were_there(filled, place, at):
    rows = {
        name: db.session.scalar(select(func.count()).select_from(text(f'"{name}"')))
        for name in ("licence", "seal_leaf", "grower", "account", "outbox_event")
    }
    tables = make(place, at=at).manifest.database.tables
    assert {name: tables[name] for name in rows} == rows
