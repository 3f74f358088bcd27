"""Folders of messages: the order, one reader each, what dead readers and writers leave, what is no message."""

import os
import subprocess
import sys
import textwrap
import time

import pytest

from core.broker.service import folder, readers
from core.broker.service.folder import UnreadableError, fresh_name
from core.broker.service.readers import MOST_DEATHS, Reader
from tests.running import ROOT, until

QUEUE = "fast"


def contents(root, queue=QUEUE):
    """What a new reader is handed, in its order; all of it done."""
    reader = Reader(root, queue)
    found = []
    while path := reader.take():
        found.append(folder.read(path))
        reader.done(path)
    reader.close()
    return found


def test_messages_come_in_the_order_in_which_they_were_put(tmp_path):
    sent = [str(number).encode() for number in range(150)]
    for content in sent:
        folder.put(tmp_path, QUEUE, content)
    assert folder.size(tmp_path, QUEUE) == 150
    assert contents(tmp_path) == sent
    assert folder.size(tmp_path, QUEUE) == 0


def test_queues_know_nothing_of_each_other(tmp_path):
    folder.put(tmp_path, "fast", b"one")
    folder.put(tmp_path, "slow", b"two")
    assert folder.queues(tmp_path) == ["fast", "slow"]
    assert contents(tmp_path, "slow") == [b"two"]
    assert contents(tmp_path, "fast") == [b"one"]


@pytest.mark.parametrize("name", ["", ".", "../out", "a/b", "unreadable", "Fast"])
def test_a_queue_s_name_leads_nowhere_else(tmp_path, name):
    with pytest.raises(ValueError, match="no name for a queue"):
        folder.put(tmp_path, name, b"x")


def test_two_readers_never_hold_the_same_message(tmp_path):
    for number in range(20):
        folder.put(tmp_path, QUEUE, str(number).encode())
    one, other = Reader(tmp_path, QUEUE), Reader(tmp_path, QUEUE)
    taken = [reader.take().name for _ in range(10) for reader in (one, other)]
    assert len(set(taken)) == 20
    assert one.take() is None
    assert other.take() is None


def test_what_a_reader_gives_back_keeps_its_place(tmp_path):
    for content in (b"first", b"second"):
        folder.put(tmp_path, QUEUE, content)
    reader = Reader(tmp_path, QUEUE)
    reader.give_back(reader.take())
    reader.close()
    assert contents(tmp_path) == [b"first", b"second"]


def test_what_a_living_reader_holds_is_left_to_it_and_comes_back_when_it_closes(tmp_path):
    folder.put(tmp_path, QUEUE, b"held")
    reader = Reader(tmp_path, QUEUE)
    path = reader.take()
    assert readers.bring_back(tmp_path, QUEUE) == 0
    assert path.exists()
    reader.close()
    assert list((tmp_path / QUEUE / "taken").iterdir()) == []
    assert contents(tmp_path) == [b"held"]


HOLDER = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from core.broker.service.readers import Reader
    held = Reader(Path(sys.argv[1]), "fast").take()
    print(held, flush=True)
    time.sleep(60)
    """
)


def killed_while_holding(root):
    """A process that takes the oldest message and is ended by SIGKILL; the path that it held."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(root)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        held = process.stdout.readline().strip()
        assert readers.bring_back(root, QUEUE) == 0, "its reader lives"
        process.kill()
    return held


def test_what_a_killed_reader_held_comes_back_first(tmp_path):
    for content in (b"held", b"later"):
        folder.put(tmp_path, QUEUE, content)
    held = killed_while_holding(tmp_path)
    assert "/taken/" in held
    assert readers.bring_back(tmp_path, QUEUE) == 1
    assert readers.bring_back(tmp_path, QUEUE) == 0
    assert contents(tmp_path) == [b"held", b"later"]


def test_a_message_over_which_every_reader_dies_is_set_aside(tmp_path):
    folder.put(tmp_path, QUEUE, b"deadly")
    deaths = 0
    while folder.size(tmp_path, QUEUE) and deaths <= MOST_DEATHS:
        # Dead by its folder: a lock that nobody holds.
        reader = Reader(tmp_path, QUEUE)
        reader.take()
        reader._release()
        deaths += 1
        readers.bring_back(tmp_path, QUEUE)
    assert deaths == MOST_DEATHS
    assert folder.set_aside_count(tmp_path) == 1


def test_a_queue_whose_folders_were_removed_makes_them_again(tmp_path):
    folder.put(tmp_path, QUEUE, b"x")
    reader = Reader(tmp_path, QUEUE)
    reader.done(reader.take())
    subprocess.run(["rm", "-r", tmp_path / QUEUE], check=True)
    assert reader.take() is None
    folder.put(tmp_path, QUEUE, b"again")
    assert folder.read(reader.take()) == b"again"


def _empty(path):
    path.touch()


def _folder(path):
    path.mkdir()
    (path / "inside").touch()


def _pipe(path):
    os.mkfifo(path)


def _link(path):
    path.symlink_to("/etc/passwd")


def _long(path):
    with path.open("wb") as file:
        file.truncate(folder.MOST_BYTES + 1)


@pytest.mark.parametrize("make", [_empty, _folder, _pipe, _link, _long])
def test_what_is_no_plain_message_is_read_by_nobody_and_can_be_set_aside(tmp_path, make):
    folder.put(tmp_path, QUEUE, b"before")
    make(tmp_path / QUEUE / "ready" / "lock")
    reader = Reader(tmp_path, QUEUE)
    assert folder.read(reader.take()) == b"before"
    path = reader.take()
    with pytest.raises(UnreadableError):
        folder.read(path)
    folder.set_aside(tmp_path, path, "a test")
    assert folder.set_aside_count(tmp_path) == 1
    assert reader.take() is None
    assert readers.bring_back(tmp_path, QUEUE) == 0, "the lock is still held"


def test_of_two_files_of_one_name_that_are_set_aside_both_are_kept(tmp_path):
    for content in (b"one", b"two"):
        (tmp_path / "1_0.guiyuan.msg").write_bytes(content)
        folder.set_aside(tmp_path, tmp_path / "1_0.guiyuan.msg", "a test")
    kept = {path.read_bytes() for path in (tmp_path / folder.UNREADABLE).iterdir()}
    assert kept == {b"one", b"two"}


def test_what_somebody_else_s_file_cannot_be_read_as_is_unreadable(tmp_path, monkeypatch):
    folder.put(tmp_path, QUEUE, b"secret")
    path = Reader(tmp_path, QUEUE).take()

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(folder.os, "open", refuse)
    with pytest.raises(UnreadableError, match="Permission denied"):
        folder.read(path)


def test_half_written_files_of_dead_writers_go_after_an_hour(tmp_path):
    folder.put(tmp_path, QUEUE, b"x")
    left = tmp_path / QUEUE / "writing" / "half"
    left.touch()
    readers.bring_back(tmp_path, QUEUE)
    assert left.exists()
    os.utime(left, (0, 0))
    readers.bring_back(tmp_path, QUEUE)
    assert not left.exists()


def test_who_still_writes_is_left_to_it(tmp_path):
    folder.make_queue(tmp_path / QUEUE)
    writing = tmp_path / QUEUE / "writing" / fresh_name(1)
    writing.write_bytes(b"not all of it")
    for minutes in (0, 1, 30, 59):
        then = time.time() - 60 * minutes
        os.utime(writing, (then, then))
        readers.bring_back(tmp_path, QUEUE)
        assert writing.exists()


def test_messages_of_the_transport_before_this_one_are_taken_in_or_set_aside(tmp_path):
    good, torn, fresh = (tmp_path / f"{n}_0.guiyuan.msg" for n in (1, 2, 3))
    good.write_bytes(b"good")
    torn.touch()
    fresh.touch()
    for path in (good, torn):
        os.utime(path, (0, 0))
    assert readers.take_over(tmp_path, lambda _content: "slow") == 1
    assert contents(tmp_path, "slow") == [b"good"]
    assert folder.set_aside_count(tmp_path) == 1
    assert fresh.exists(), "somebody may be writing it"


LIMITED = textwrap.dedent(
    """
    import resource, signal, sys
    from pathlib import Path
    from core.broker.service import folder, readers
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, 4))
    try:
        folder.put(Path(sys.argv[1]), "fast", b"too long")
    except OSError as error:
        print(type(error).__name__, flush=True)
    folder.put(Path(sys.argv[1]), "fast", b"fits")
    """
)


def test_a_message_that_does_not_fit_on_the_disk_is_the_sender_s_error_and_leaves_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "OSError\n"
    assert list((tmp_path / QUEUE / "writing").iterdir()) == []
    assert contents(tmp_path) == [b"fits"]


def test_readers_may_come_and_go_while_others_clean_up(tmp_path):
    several = [Reader(tmp_path, QUEUE) for _ in range(3)]
    for number in range(6):
        folder.put(tmp_path, QUEUE, str(number).encode())
    for reader in several:
        reader.take()
    several[0]._release()
    assert readers.bring_back(tmp_path, QUEUE) == 1
    until(lambda: len(list((tmp_path / QUEUE / "taken").iterdir())) == 2, "the dead reader's folder is gone")
    several[1].close()
    several[2].close()
    assert len(contents(tmp_path)) == 6


def test_what_others_laid_among_the_readers_folders_is_set_aside_and_stops_nobody(tmp_path):
    folder.put(tmp_path, QUEUE, b"one")
    dead = Reader(tmp_path, QUEUE)
    dead.take()
    (dead.folder / "1_22.msg").write_bytes(b"half")
    (dead.folder.parent / "1_11.msg").write_bytes(b"half")
    dead._release()
    assert readers.bring_back(tmp_path, QUEUE) == 1
    assert contents(tmp_path) == [b"one"]
    assert folder.set_aside_count(tmp_path) == 2
