"""Files are there as a whole or not at all: killed writers, a full disk, two writers at once."""

import resource
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from core.atomic import UNFINISHED, remove_unfinished, write_durably, write_once
from core.clock import now
from core.errors import NotFound, Unavailable
from core.files import service as files
from core.settings import SettingError, kept_secret
from tests.running import environment, running

# A writer that comes as far as the last byte and never to the rename.
HALF = """
import os, sys, time
from pathlib import Path
def never_done(handle):
    print("written", flush=True)
    time.sleep(600)
os.fsync = never_done
from core.atomic import write_durably
write_durably(Path(sys.argv[1]), b"new" * 100_000)
"""


@contextmanager
def small_disk(most_bytes):
    """No file can grow beyond `most_bytes`: what a full disk does to a writer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_killed_writer_leaves_the_old_file_and_what_it_wrote_is_removed(tmp_path):
    path = tmp_path / "folder" / "file"
    write_durably(path, b"old")
    with running(
        [sys.executable, "-c", HALF, str(path)], environment(tmp_path), stdout=subprocess.PIPE
    ) as one:
        assert one.stdout.readline() == b"written\n"
        one.send_signal(signal.SIGKILL)
        one.wait()
    assert path.read_bytes() == b"old"
    assert len(list(path.parent.glob(f"{UNFINISHED}*"))) == 1
    assert remove_unfinished(tmp_path) == 0
    assert remove_unfinished(tmp_path, older_than_s=-1) == 1
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "file"
    write_durably(path, b"old")
    with small_disk(1000), pytest.raises(OSError, match="too large"):
        write_durably(path, b"new" * 1000)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed_and_what_is_no_file_is_written_into(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.touch()
    link.symlink_to(real)
    write_durably(link, b"new")
    assert (link.is_symlink(), real.read_bytes()) == (True, b"new")
    command = [sys.executable, "-c", "from core.atomic import *; write_durably(Path('/dev/stdout'), b'told')"]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout == b"told"


def test_of_two_first_writers_one_wins(tmp_path):
    path = tmp_path / "key"
    assert write_once(path, b"first")
    assert not write_once(path, b"second")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"first", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_that_is_cut_short_stops_the_start_instead_of_signing_with_it(tmp_path):
    path = tmp_path / "secret_key"
    assert kept_secret(path) == kept_secret(path)
    path.write_bytes(b"")
    with pytest.raises(SettingError, match="cut short"):
        kept_secret(path)


@pytest.fixture
def kept(app, session):
    """A file on the shelf: its key and where it lies."""
    key = files.put(b"content" * 100, kind="paper", content_type="application/pdf", public=False)
    _filesystem, root = app.extensions["files"]
    path = app.config["SETTINGS"].var / "files" / key
    assert str(path).startswith(root)
    yield key, path
    files.forget(key)


def test_a_torn_file_is_not_shown_and_putting_it_again_mends_it(app, kept):
    key, path = kept
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(NotFound) as refused:
        files.get(key)
    assert refused.value.code == "file_damaged"
    assert files.put(b"content" * 100, kind="paper", content_type="application/pdf", public=False) == key
    assert files.get(key) == b"content" * 100


def test_a_store_that_is_full_says_so_and_keeps_nothing_of_the_file(session):
    data = b"much" * 1_000_000
    with small_disk(2_000_000), pytest.raises(Unavailable) as refused:
        files.put(data, kind="paper", content_type="application/pdf", public=False)
    assert refused.value.code == "files_unavailable"
    key = files.put(data, kind="paper", content_type="application/pdf", public=False)
    assert files.get(key) == data
    files.forget(key)


def test_the_schedule_removes_what_killed_writers_left(app, kept):
    import os

    _key, path = kept
    torn = path.parent / f"{UNFINISHED}torn"
    torn.write_bytes(b"half")
    os.utime(torn, (0, 0))
    assert files.remove_torn() >= 1
    assert not torn.exists()
    assert path.exists()


def test_one_that_cannot_be_removed_keeps_no_other(tmp_path, monkeypatch, all_told):
    names = [tmp_path / f"{UNFINISHED}{number}" for number in range(3)]
    for path in names:
        path.write_bytes(b"half")
    unlink = type(tmp_path).unlink

    def refuse(path, **named):
        if path == names[0]:
            raise PermissionError(1, "Operation not permitted")
        unlink(path, **named)

    monkeypatch.setattr(type(tmp_path), "unlink", refuse)
    assert remove_unfinished(tmp_path, older_than_s=-1) == 2


def test_a_link_that_leads_nowhere_is_no_file_on_a_shelf(app, kept):
    key, path = kept
    nowhere = path.with_name("0" * 62 + path.suffix)
    nowhere.symlink_to(path.parent / "gone")
    try:
        found = files.keys_of("paper", until=now())  # other tests of this process leave papers of theirs
        assert key in found
        assert not any(nowhere.name in one for one in found)
    finally:
        nowhere.unlink()
