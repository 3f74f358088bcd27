"""A queue whose folders are made in part, lost, or something else: nothing that was sent or taken is lost with them."""

from pathlib import Path

import pytest

from core.broker.service import folder, readers
from core.broker.service.readers import Reader
from tests.unit.core.broker.test_folder import QUEUE, contents


@pytest.mark.parametrize(
    "there", [["writing"], ["ready"], ["taken"], ["ready", "taken"], ["writing", "taken"]]
)
def test_folders_that_a_killed_process_made_in_part_are_completed(tmp_path, there):
    for name in there:
        (tmp_path / QUEUE / name).mkdir(parents=True)
    folder.put(tmp_path, QUEUE, b"one")
    assert contents(tmp_path) == [b"one"]


def test_a_writer_that_comes_while_another_makes_the_folders_is_served(tmp_path, monkeypatch):
    mkdir, came = Path.mkdir, []

    def another_comes(self, *given, **named):
        mkdir(self, *given, **named)
        if self.parent.name == QUEUE and self.name not in came:
            came.append(self.name)
            folder.put(tmp_path, QUEUE, self.name.encode())

    monkeypatch.setattr(Path, "mkdir", another_comes)
    folder.put(tmp_path, QUEUE, b"first")
    assert sorted(came) == ["ready", "taken", "writing"]
    assert sorted(contents(tmp_path)) == [b"first", b"ready", b"taken", b"writing"]


def test_what_is_held_outlives_the_loss_of_the_folder_it_came_from(tmp_path):
    for content in (b"one", b"two"):
        folder.put(tmp_path, QUEUE, content)
    dead, reader = Reader(tmp_path, QUEUE), Reader(tmp_path, QUEUE)
    dead.take()
    held = reader.take()
    dead._release()  # as the kernel does when a process ends
    (tmp_path / QUEUE / "ready").rmdir()
    reader.give_back(held)
    (tmp_path / QUEUE / "ready" / held.name).rename(tmp_path / held.name)
    (tmp_path / QUEUE / "ready").rmdir()
    assert readers.bring_back(tmp_path, QUEUE) == 1
    assert contents(tmp_path) == [b"one"]
    assert (tmp_path / held.name).read_bytes() == b"two"


def test_what_cannot_be_given_back_at_this_moment_is_not_removed(tmp_path, monkeypatch):
    folder.put(tmp_path, QUEUE, b"one")
    reader = Reader(tmp_path, QUEUE)
    reader.take()

    def gone_again(place, *names):
        folder.make_queue(place, *names)
        (place / "ready").rmdir()

    with monkeypatch.context() as patched:
        patched.setattr(readers, "make_queue", gone_again)
        reader.close()
    assert contents(tmp_path) == []
    assert readers.bring_back(tmp_path, QUEUE) == 1
    assert contents(tmp_path) == [b"one"]


def test_a_file_where_writers_have_their_folder_keeps_no_reader_from_giving_back(tmp_path):
    folder.put(tmp_path, QUEUE, b"one")
    reader = Reader(tmp_path, QUEUE)
    reader.take()
    (tmp_path / QUEUE / "writing").rmdir()
    (tmp_path / QUEUE / "writing").touch()
    reader.close()
    assert readers.bring_back(tmp_path, QUEUE) == 0
    (tmp_path / QUEUE / "writing").unlink()
    assert contents(tmp_path) == [b"one"]


def test_what_lies_among_the_readers_folders_keeps_no_dead_reader_s_messages(tmp_path):
    folder.put(tmp_path, QUEUE, b"one")
    dead = Reader(tmp_path, QUEUE)
    dead.take()
    dead._release()  # as the kernel does when a process ends
    taken = tmp_path / QUEUE / "taken"
    (taken / "0-circle").symlink_to(taken / "0-circle")
    (taken / "0-folder" / "lock").mkdir(parents=True)
    assert readers.bring_back(tmp_path, QUEUE) == 1
    assert contents(tmp_path) == [b"one"]
    assert len(list((tmp_path / folder.UNREADABLE).iterdir())) == 2
