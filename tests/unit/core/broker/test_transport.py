"""Kombu over folders: what is sent arrives once, what cannot be read stops nobody, a race loses nothing."""

import errno
import json
import os
import stat

import pytest
from kombu import Connection, Queue
from structlog.testing import capture_logs

from benchmarks.queue import race
from core.broker.service import folder, readers

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
QUEUE = Queue("fast", routing_key="fast")
KEPT_IN = ("writing", "ready", "taken")


@pytest.fixture
def connection(tmp_path):
    options = {
        "folder": str(tmp_path),
        "queue_of_task": lambda task: "slow" if task == "report" else "fast",
        "polling_interval": 0.01,
    }
    given = {"transport": "core.broker.service.transport:Transport", "transport_options": options}
    with Connection("folder://localhost", **given) as connection:
        yield connection


def send(connection, *bodies):
    with connection.channel() as channel:
        producer = connection.Producer(channel)
        for body in bodies:
            producer.publish(body, routing_key="fast", declare=[QUEUE])


def receive(connection):
    """The bodies that wait, each acknowledged."""
    with connection.channel() as channel:
        queue, bodies = QUEUE(channel), []
        while (message := queue.get()) is not None:
            bodies.append(message.payload)
            message.ack()
        return bodies


def test_what_is_sent_arrives_once_and_in_order(connection):
    send(connection, *({"n": n, "text": "桂花"} for n in range(5)))
    assert receive(connection) == [{"n": n, "text": "桂花"} for n in range(5)]
    assert receive(connection) == []


def test_only_the_owner_may_read_a_message(connection, tmp_path):
    send(connection, {"n": 1})
    (path,) = (tmp_path / "fast" / "ready").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_only_the_owner_may_look_into_the_folders_of_a_queue_whatever_he_leaves_open_elsewhere(
    connection, tmp_path
):
    umask = os.umask(0)
    try:
        send(connection, {"n": 1})
    finally:
        os.umask(umask)
    open_to = {name: stat.S_IMODE((tmp_path / "fast" / name).stat().st_mode) for name in KEPT_IN}
    assert open_to == dict.fromkeys(KEPT_IN, 0o700)


def test_a_message_is_kept_until_it_is_acknowledged(connection, tmp_path):
    send(connection, {"n": 1}, {"n": 2})
    with connection.channel() as channel:
        message = QUEUE(channel).get()
        assert len(list((tmp_path / "fast" / "taken").glob("*/*.0"))) == 1
        message.ack()
        assert list((tmp_path / "fast" / "taken").glob("*/*.0")) == []
        QUEUE(channel).get()
    assert receive(connection) == [{"n": 2}], "closing the channel gave back what was not acknowledged"


def test_a_rejected_message_leaves_or_waits_again(connection):
    send(connection, {"n": 1}, {"n": 2})
    with connection.channel() as channel:
        QUEUE(channel).get().reject()
        QUEUE(channel).get().requeue()
    assert receive(connection) == [{"n": 2}]


def test_sizes_and_emptying(connection):
    send(connection, {"n": 1}, {"n": 2})
    with connection.channel() as channel:
        assert QUEUE(channel).queue_declare(passive=True).message_count == 2
        assert QUEUE(channel).purge() == 2
    assert receive(connection) == []


GOOD = {
    "body": "e30=",
    "content-type": "application/json",
    "content-encoding": "utf-8",
    "headers": {},
    "properties": {"delivery_info": {}, "body_encoding": "base64"},
}
BAD = {
    "empty": "",
    "cut off": '{"body": "e30=", "hea',
    "not text": b"\xff\xfe\x00",
    "no object": "[1, 2]",
    "null": "null",
    "a number": "7",
    "nothing in it": "{}",
    "properties are a list": json.dumps(GOOD | {"properties": [1]}),
    "a body that is not base64": json.dumps(GOOD | {"body": "abcde"}),
    "deep": "[" * 100_000,
    "an unknown type of Kombu's": json.dumps(GOOD | {"headers": {"__type__": "uuid", "__value__": 3}}),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_what_is_no_message_is_set_aside_named_and_stops_nobody(connection, tmp_path, content):
    send(connection, {"n": 1})
    path = tmp_path / "fast" / "ready" / "00000000000000000000-0000000000000000.0"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with capture_logs() as said:
        assert receive(connection) == [{"n": 1}]
    assert [line["event"] for line in said] == ["message_set_aside"]
    assert said[0]["log_level"] == "error"
    assert path.name in said[0]["file"]
    assert [kept.name for kept in (tmp_path / "unreadable").iterdir()] == [f"fast.{path.name}"]


def test_messages_in_the_former_place_reach_the_queue_of_their_task(connection, tmp_path):
    for number, task in enumerate(["report", "seal"]):
        path = tmp_path / f"{number}_x.guiyuan.msg"
        path.write_text(json.dumps(GOOD | {"headers": {"task": task}}))
        os.utime(path, (0, 0))
    torn = tmp_path / "1_0.guiyuan.msg"
    torn.touch()
    os.utime(torn, (0, 0))
    assert receive(connection) == [{}]
    assert folder.size(tmp_path, "slow") == 1
    assert [kept.name for kept in (tmp_path / "unreadable").iterdir()] == ["1_0.guiyuan.msg"]


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EIO])
def test_a_message_that_cannot_be_opened_at_present_waits_again(connection, tmp_path, monkeypatch, number):
    send(connection, {"n": 1})

    def refuse(*_given, **_named):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(folder.os, "open", refuse)
        with pytest.raises(OSError, match=os.strerror(number)):
            folder.read(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(folder, "read", refuse)
        with connection.channel() as channel:
            assert QUEUE(channel).get() is None
            assert folder.size(tmp_path, "fast") == 1
    assert receive(connection) == [{"n": 1}]
    assert folder.set_aside_count(tmp_path) == 0


def test_a_folder_that_cannot_be_worked_in_is_told_and_ends_no_reader(connection, tmp_path, monkeypatch):
    send(connection, {"n": 1})
    take = readers.Reader.take

    def refuse(*_given):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(readers.Reader, "take", refuse)
    with connection.channel() as channel:
        with capture_logs() as said:
            assert QUEUE(channel).get() is None
            assert QUEUE(channel).get() is None
        assert [line["event"] for line in said] == ["queue_folder_fault"]
        monkeypatch.setattr(readers.Reader, "take", take)
        message = QUEUE(channel).get()
        monkeypatch.setattr(readers.Reader, "done", refuse)
        with capture_logs() as said:
            message.ack()
    assert receive(connection) == [{"n": 1}], "not done, so it came back"


@pytest.mark.slow
def test_readers_that_race_and_are_killed_lose_nothing_and_hand_out_nothing_twice(tmp_path):
    """The same with 5,000 messages, beside Kombu's own: `python -m benchmarks.queue`."""
    found = race("ours", tmp_path / "race", 600, kills=2)
    assert (found.lost, found.died, found.killed) == (0, 0, 2)
    # A killed reader may have noted its message without having acknowledged it.
    assert found.twice <= 2
