"""Events are heard once, when they are due and not before; what fails is tried again, later each time."""

import dataclasses
import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from core.database import db, transaction
from core.outbox import service as outbox
from core.outbox.queries import waiting
from core.outbox.service import outside_transaction, record
from core.outbox.tasks import deliver_pending

SECOND = timedelta(seconds=1)
# What passes between one failure and the next attempt: five seconds, doubled each time, an hour at most.
WAITS_S = (5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600)


@dataclasses.dataclass(frozen=True)
class Told:
    number: int


@dataclasses.dataclass(frozen=True)
class Forgotten:
    """An event without a line in the table of handlers."""

    number: int


@dataclasses.dataclass(frozen=True)
class Detailed:
    at: datetime
    day: date
    plants: tuple[int, ...]
    days: tuple[date, ...]
    ended: datetime | None
    note: str | None


@pytest.fixture
def hears(app, session):
    """`hears(Told, handler)` makes handlers the only ones in the table, until the test ends."""
    kept = app.extensions["outbox"]

    def only(kind, *handlers):
        outbox.init_outbox(app, {kind: handlers})

    yield only
    app.extensions["outbox"] = kept


@pytest.fixture
def heard(hears):
    """The numbers of the events `Told` in the order in which a sound handler hears them."""
    numbers = []

    def hear(event, *, event_id):
        numbers.append(event.number)

    hears(Told, hear)
    return numbers


def tell(*numbers, at=None):
    with transaction():
        for number in numbers:
            record(Told(number), at=at)


def test_an_event_is_heard_at_its_moment_and_not_before(heard, clock, at):
    tell(1, at=at)
    clock.to(at - SECOND)
    assert (deliver_pending(), heard, waiting()) == (0, [], 1)
    clock.to(at)
    assert (deliver_pending(), heard, waiting()) == (1, [1], 0)


def test_a_delivered_event_is_never_heard_again(heard, clock):
    tell(1)
    assert deliver_pending() == 1
    for _ in range(3):
        clock.forward(days=1)
        assert deliver_pending() == 0
    assert heard == [1]


def test_the_oldest_go_first_and_only_so_many_at_a_time(heard, clock):
    tell(1, 2, 3, 4, 5)
    for expected in ([1, 2], [1, 2, 3, 4], [1, 2, 3, 4, 5]):
        deliver_pending(limit=2)
        assert heard == expected
    assert deliver_pending(limit=2) == 0


def test_a_failing_handler_is_tried_again_after_waits_that_double_up_to_an_hour(hears, clock, at):
    tried = []

    def fail(event, *, event_id):
        tried.append(clock())
        raise RuntimeError("away")

    hears(Told, fail)
    tell(1)
    due = at
    for attempts, wait in enumerate(WAITS_S, start=1):
        clock.to(due)
        assert deliver_pending() == 0
        assert tried[-1] == due, f"attempt {attempts} did not come when it was due"
        due += timedelta(seconds=wait)
        clock.to(due - SECOND)
        deliver_pending()
        assert len(tried) == attempts, f"attempt {attempts + 1} came a second early"
    assert waiting() == 1


def test_the_wait_of_one_event_is_not_that_of_another(hears, clock):
    tried = []

    def fail_once(event, *, event_id):
        tried.append(event.number)
        if tried.count(event.number) == 1:
            raise RuntimeError("away")

    hears(Told, fail_once)
    tell(1)
    deliver_pending()
    clock.forward(seconds=4)
    tell(2)
    deliver_pending()
    clock.forward(seconds=1)  # five seconds after the first failure, one after the second
    assert deliver_pending() == 1
    clock.forward(seconds=4)
    assert deliver_pending() == 1
    assert tried == [1, 2, 1, 2]


def test_a_failure_keeps_nobody_else_waiting(hears, clock):
    heard = []

    def fail_at_two(event, *, event_id):
        if event.number == 2:
            raise RuntimeError("away")
        heard.append(event.number)

    hears(Told, fail_at_two)
    tell(1, 2, 3)
    assert (deliver_pending(), heard, waiting()) == (2, [1, 3], 1)


def test_of_two_handlers_only_the_one_that_failed_hears_the_event_again(hears, clock):
    heard = []
    broken = [True]

    def sound(event, *, event_id):
        heard.append("sound")

    def mended_later(event, *, event_id):
        if broken[0]:
            raise RuntimeError("away")
        heard.append("mended")

    hears(Told, mended_later, sound)
    tell(1)
    deliver_pending()
    broken[0] = False
    for _ in range(3):
        clock.forward(hours=1)
        deliver_pending()
    assert sorted(heard) == ["mended", "sound"]


def test_what_a_failing_handler_wrote_is_not_kept(hears, clock):
    def write_and_fail(event, *, event_id):
        record(Forgotten(9))
        raise RuntimeError("after the change")

    hears(Told, write_and_fail)
    tell(1)
    deliver_pending()
    assert waiting() == 1


def test_an_event_that_nobody_knows_waits_and_holds_nobody_up(heard, clock):
    with transaction():
        record(Forgotten(1))
    tell(2)
    assert (deliver_pending(), heard, waiting()) == (1, [2], 1)


def test_an_event_in_the_hands_of_one_worker_is_not_taken_by_another(app, hears, clock):
    """The second worker comes while the first is in the middle of the handler, outside any transaction."""
    heard = []
    second = []

    def work():
        with app.app_context():
            second.append(deliver_pending())
            db.session.close()

    @outside_transaction
    def slow(event, *, event_id):
        heard.append(event.number)
        if len(heard) == 1:
            other = threading.Thread(target=work)
            other.start()
            other.join(timeout=30)

    hears(Told, slow)
    tell(1)
    assert deliver_pending() == 1
    assert (second, heard) == ([0], [1])


def test_what_another_worker_delivered_meanwhile_is_not_delivered_again(app, hears, clock):
    """The first worker has read that both are due; while it delivers the first, another delivers the second."""
    heard = []
    others = []

    def work():
        with app.app_context():
            others.append(deliver_pending())
            db.session.close()

    @outside_transaction
    def hear(event, *, event_id):
        heard.append(event.number)
        if heard == [1]:
            other = threading.Thread(target=work)
            other.start()
            other.join(timeout=30)

    hears(Told, hear)
    tell(1, 2)
    assert deliver_pending() == 1
    assert (others, heard) == ([1], [1, 2])
    assert waiting() == 0


def test_what_another_worker_is_delivering_is_not_delivered_as_well(app, hears, clock):
    """The second worker stands in the handler of the second event while the first one comes to it."""
    heard = []
    others = []
    second_is_in, first_is_through = threading.Event(), threading.Event()

    def work():
        with app.app_context():
            others.append(deliver_pending())
            db.session.close()

    other = threading.Thread(target=work)

    @outside_transaction
    def hear(event, *, event_id):
        heard.append(event.number)
        if heard == [1]:
            other.start()
            second_is_in.wait(timeout=30)
        elif heard == [1, 2]:
            second_is_in.set()
            first_is_through.wait(timeout=30)

    hears(Told, hear)
    tell(1, 2)
    try:
        assert deliver_pending() == 1
    finally:
        first_is_through.set()
        other.join(timeout=30)
    assert (others, heard) == ([1], [1, 2])


def test_what_a_dead_worker_held_goes_to_another_when_its_time_is_over(hears, clock, at):
    heard = []

    class Killed(BaseException):
        pass

    @outside_transaction
    def die_once(event, *, event_id):
        heard.append(event.number)
        if len(heard) == 1:
            raise Killed

    hears(Told, die_once)
    tell(1)
    with pytest.raises(Killed):
        deliver_pending(claim_for=timedelta(minutes=2))
    clock.to(at + timedelta(minutes=2) - SECOND)
    assert (deliver_pending(), heard) == (0, [1])
    clock.to(at + timedelta(minutes=2) + SECOND)
    for _ in range(2):  # it may have to be seen as lost first
        deliver_pending()
        clock.forward(hours=1)
    assert (heard, waiting()) == ([1, 1], 0)


def test_an_event_comes_out_as_it_went_in(hears, clock):
    noon = datetime(2026, 3, 12, 4, tzinfo=UTC)
    day = date(2026, 3, 12)
    sent = [
        Detailed(noon, day, (1, 2), (day, date(2026, 3, 13)), None, None),
        Detailed(noon, day, (), (), noon, "一"),
    ]
    came = []

    def hear(event, *, event_id):
        came.append(event)

    hears(Detailed, hear)
    with transaction():
        ids = [record(one) for one in sent]
    assert deliver_pending() == 2
    assert came == sent
    assert len(set(ids)) == 2


def test_the_worker_is_called_once_the_change_is_kept(heard, monkeypatch):
    called = []
    monkeypatch.setattr("core.jobs.send_soon", called.append)

    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction():
        record(Told(1))
        raise Undone
    assert (called, waiting()) == ([], 0)
    tell(1, 2)
    assert called == ["core.outbox.deliver"]
