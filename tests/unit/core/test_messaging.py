"""A message goes out once, when it is due and not before, and is given up only after enough attempts."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from apprise.decorators import notify

from core.database import db, transaction
from core.messaging.queries import unsent
from core.messaging.service.enqueueing import enqueue
from core.messaging.tasks import send_waiting

SECOND = timedelta(seconds=1)
WORKERS = 4
# Seconds between one refusal and the next attempt; after the sixth nobody tries any more.
WAITS_S = (120, 480, 1_920, 7_680, 30_720)


class Channel:
    """Takes messages, or refuses them, and says what it was given."""

    def __init__(self):
        self.taken = []
        self.while_sending = lambda: None
        self.works = True

    def take(self, title):
        self.taken.append(title)
        self.while_sending()
        return self.works


_NOW: list[Channel] = []


@notify(on="guiyuantest", name="the tests' channel")
def _deliver(_body, title, *_rest, **_more):
    return _NOW[-1].take(title)


@pytest.fixture
def channel(app, session):
    """The only channel: it serves e-mail and telephones."""
    kept = app.extensions["messaging"]
    app.extensions["messaging"] = (["guiyuantest://{to}"], kept[1])
    _NOW.append(Channel())
    yield _NOW[-1]
    _NOW.pop()
    app.extensions["messaging"] = kept


def queue(*codes, at=None, to="buyer@example.org", key=None):
    with transaction():
        for code in codes:
            enqueue(
                dedupe_key=key or f"code:{code}",
                to=to,
                template="account_code",
                context={"code": code},
                locale="en",
                at=at,
            )


def sent(channel):
    return [title.removeprefix("Your code: ") for title in channel.taken]


def elsewhere(app, work):
    """Run `work` to its end as another worker would, with a connection of its own."""

    def run():
        with app.app_context():
            work()
            db.session.close()

    other = threading.Thread(target=run)
    other.start()
    other.join(timeout=30)


def test_a_message_goes_at_its_moment_and_not_before(channel, clock, at):
    queue("1", at=at)
    clock.to(at - SECOND)
    assert (send_waiting(), sent(channel)) == (0, [])
    clock.to(at)
    assert (send_waiting(), sent(channel)) == (1, ["1"])


def test_a_message_that_was_sent_is_never_sent_again(channel, clock):
    queue("1")
    send_waiting()
    for _ in range(3):
        clock.forward(days=1)
        assert send_waiting() == 0
    assert sent(channel) == ["1"]


def test_the_oldest_go_first_and_only_so_many_at_a_time(channel, clock):
    queue("1", "2", "3", "4", "5")
    for expected in (["1", "2"], ["1", "2", "3", "4"], ["1", "2", "3", "4", "5"]):
        send_waiting(limit=2)
        assert sent(channel) == expected


def test_what_another_worker_sent_meanwhile_is_not_sent_again(app, channel, clock):
    """The first worker has read that both wait; while it sends the first, another sends the second."""
    queue("1", "2")
    others = []

    def another_comes():
        channel.while_sending = lambda: None
        elsewhere(app, lambda: others.append(send_waiting()))

    channel.while_sending = another_comes
    assert send_waiting() == 1
    assert others == [1]
    assert sorted(sent(channel)) == ["1", "2"]


def test_what_another_worker_is_sending_is_not_sent_as_well(app, channel, clock):
    """The second worker holds the second message in its channel while the first one comes to it."""
    queue("1", "2")
    first_goes_on = threading.Event()
    second_is_in = threading.Event()
    others = []

    def work():
        with app.app_context():
            others.append(send_waiting())
            db.session.close()

    other = threading.Thread(target=work)

    def in_the_second():
        second_is_in.set()
        first_goes_on.wait(timeout=30)

    def in_the_first():
        channel.while_sending = in_the_second
        other.start()
        second_is_in.wait(timeout=30)
        channel.while_sending = lambda: None

    channel.while_sending = in_the_first
    try:
        assert send_waiting() == 1
    finally:
        first_goes_on.set()
        other.join(timeout=30)
    assert others == [1]
    assert sorted(sent(channel)) == ["1", "2"]


def test_a_message_in_the_channel_is_taken_by_nobody_else(app, channel, clock):
    queue("1")
    others = []
    channel.while_sending = lambda: elsewhere(app, lambda: others.append(send_waiting()))
    assert send_waiting() == 1
    assert (others, sent(channel)) == ([0], ["1"])


def test_what_another_worker_could_not_send_meanwhile_waits_for_its_turn_with_us_too(app, channel, clock):
    """Both workers have read that both messages wait; the channel refuses the second one to the other worker."""
    queue("1", "2")

    def another_comes():
        channel.while_sending = lambda: None
        channel.works = False
        elsewhere(app, send_waiting)
        channel.works = True

    channel.while_sending = another_comes
    assert send_waiting() == 1
    assert (sent(channel), unsent(at=clock())["waiting"]) == (["1", "2"], 1)
    clock.forward(seconds=WAITS_S[0])
    assert send_waiting() == 1
    assert sent(channel) == ["1", "2", "2"]


def test_workers_that_start_together_send_each_message_once(app, channel, clock):
    codes = [str(number) for number in range(12)]
    queue(*codes)
    start = threading.Barrier(WORKERS)

    def work(_number):
        with app.app_context():
            start.wait(timeout=30)
            done = send_waiting()
            db.session.close()
            return done

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(work, range(WORKERS))) == len(codes)
    assert sorted(sent(channel)) == sorted(codes)


def test_a_refused_message_is_tried_six_times_with_longer_and_longer_waits(channel, clock, at):
    channel.works = False
    queue("1")
    due = at
    for attempts, wait in enumerate(WAITS_S, start=1):
        clock.to(due)
        assert send_waiting() == 0
        assert len(channel.taken) == attempts, f"attempt {attempts} did not come when it was due"
        assert unsent(at=clock())["waiting"] == 1
        due += timedelta(seconds=wait)
        clock.to(due - SECOND)
        send_waiting()
        assert len(channel.taken) == attempts, f"attempt {attempts + 1} came a second early"
    clock.to(due)
    send_waiting()
    assert len(channel.taken) == 6
    assert unsent(at=clock())["failed"] == 1
    clock.forward(days=30)
    assert send_waiting() == 0
    assert len(channel.taken) == 6


def test_a_message_goes_through_once_the_channel_works_again(channel, clock):
    channel.works = False
    queue("1")
    send_waiting()
    channel.works = True
    clock.forward(seconds=120)
    assert send_waiting() == 1
    assert not any(unsent(at=clock()).values())


@pytest.mark.both
def test_a_channel_that_breaks_is_a_refusal_and_the_others_go_on(channel, clock):
    def break_at_the_first():
        if len(channel.taken) == 1:
            raise RuntimeError("the channel broke")

    channel.while_sending = break_at_the_first
    queue("1", "2")
    assert send_waiting() == 1
    assert (sent(channel), unsent(at=clock())["waiting"]) == (["1", "2"], 1)


@pytest.mark.both
def test_who_can_not_be_reached_is_given_up_at_once(app, channel, clock):
    app.extensions["messaging"] = (["guiyuantest://{email}"], None)
    queue("1", to="+8613800000000")
    assert send_waiting() == 0
    assert (channel.taken, unsent(at=clock())["failed"]) == ([], 1)


@pytest.mark.parametrize(
    ("channels", "receiver", "reached"),
    [
        (["guiyuantest://{email}"], "buyer@example.org", True),
        (["guiyuantest://{email}"], "+8613800000000", False),
        (["guiyuantest://{phone}"], "+8613800000000", True),
        (["guiyuantest://{phone}"], "buyer@example.org", False),
        (["guiyuantest://{to}"], "buyer@example.org", True),
        (["guiyuantest://{to}"], "+8613800000000", True),
    ],
)
def test_a_channel_serves_the_receivers_that_it_names(app, channel, clock, channels, receiver, reached):
    app.extensions["messaging"] = (channels, None)
    queue("1", to=receiver)
    assert send_waiting() == reached
    assert bool(channel.taken) == reached


@pytest.mark.parametrize(("minutes", "stuck"), [(14.9, 0), (15, 1), (600, 1)])
def test_a_message_is_stuck_after_a_quarter_of_an_hour_in_the_channel(channel, clock, minutes, stuck):
    class Killed(BaseException):
        pass

    def die():
        raise Killed

    channel.while_sending = die
    queue("1")
    with pytest.raises(Killed):
        send_waiting()
    clock.forward(minutes=minutes)
    seen = unsent(at=clock())
    assert (seen["stuck"], seen["sending"]) == (stuck, 1 - stuck)


def test_of_messages_with_one_key_the_first_is_sent(channel, clock):
    queue("1", "2", key="order-paid:GY-1")
    queue("3", key="order-paid:GY-2")
    send_waiting()
    queue("4", key="order-paid:GY-1")
    send_waiting()
    assert sent(channel) == ["1", "3"]


def test_the_worker_is_called_once_the_change_is_kept(channel, monkeypatch):
    called = []
    monkeypatch.setattr("core.jobs.send_soon", called.append)

    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction():
        enqueue(dedupe_key="a", to="x@example.org", template="account_code", context={}, locale="en")
        raise Undone
    assert called == []
    queue("1", "2")
    assert called == ["core.messaging.send"]


@pytest.mark.parametrize("receiver", ["buyer+plants@example.org", "o'neil&co@example.org", "+8613800138000"])
def test_without_a_channel_each_file_says_whom_it_is_for(app, session, receiver):
    folder = app.config["SETTINGS"].var / "messages"
    before = set(folder.iterdir())
    queue("123456", to=receiver)
    assert send_waiting() == 1
    (file,) = set(folder.iterdir()) - before
    assert file.read_text().rstrip().endswith(f"-> {receiver}")
