"""One bad row fails alone: the others are done, it waits for its next turn, and it starves nobody."""

import contextvars
import sqlite3
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from core import seal
from core.clock import now
from core.database import session as current
from core.database import transaction
from core.messaging.models import Message
from core.sweeps import (
    SweepOutcome,
    all_or_each,
    claimable,
    due_again,
    for_each_key,
    note_failure,
    note_success,
)
from core.work_claims import InWork, Retry, WorkClaim, find_claim, take_claim

SWEEP = "tests.sweep"


def make_rows(*receivers):
    """Rows to sweep over: messages, which any application has; their ids."""
    with transaction():
        rows = [
            Message(
                dedupe_key=f"{number}",
                receiver=receiver,
                template="x",
                context={},
                locale="en",
                available_at=now(),
                recorded_at=now(),
            )
            for number, receiver in enumerate(receivers)
        ]
        current.add_all(rows)
        current.flush()
        return [row.id for row in rows]


def send(message_id):
    """Mark as sent; the receiver `bad` cannot be reached."""
    row = current.get_one(Message, message_id)
    row.state = "sent"
    current.flush()
    if row.receiver == "bad":
        raise ValueError("cannot be read")
    return 2


def states():
    current.rollback()
    return list(current.scalars(sa.select(Message.state).order_by(Message.id)))


def failures():
    current.rollback()
    return {row.key: row.last_error for row in current.scalars(sa.select(WorkClaim))}


def test_one_bad_row_leaves_the_others_done_and_keeps_its_failure(session):
    ids = make_rows("bad", "good", "good")
    assert for_each_key(SWEEP, ids, send) == SweepOutcome(done=2, failed=1, counted=4)
    assert states() == ["waiting", "sent", "sent"]
    assert failures() == {str(ids[0]): "ValueError: cannot be read"}


def test_a_row_that_failed_is_left_alone_until_its_time_and_done_when_it_is_good(session):
    (bad,) = make_rows("bad")
    for_each_key(SWEEP, [bad], send)
    assert for_each_key(SWEEP, [bad], send) == SweepOutcome(passed=1)
    with transaction():
        session.execute(sa.update(WorkClaim).values(available_at=now()))
        session.execute(sa.update(Message).values(receiver="good"))
        seal.append("message", "message/1", {})
    assert for_each_key(SWEEP, [bad], send) == SweepOutcome(done=1, counted=2)
    assert failures() == {}


def test_bad_rows_at_the_head_do_not_starve_the_rest(session):
    make_rows("bad", "bad", "bad", "good")

    def run():
        due = sa.select(Message.id).where(Message.state == "waiting", claimable(SWEEP, Message.id))
        return for_each_key(SWEEP, session.scalars(due.order_by(Message.id).limit(2)), send)

    assert run() == SweepOutcome(failed=2)
    assert run() == SweepOutcome(failed=1, done=1, counted=2)
    assert run() == SweepOutcome()
    assert states() == ["waiting", "waiting", "waiting", "sent"]


def test_what_is_free_is_neither_held_nor_waiting_nor_dead_and_nothing_of_another_sweep(session):
    held, dead, other, ran_out, untouched = make_rows(*["good"] * 5)
    take_claim(SWEEP, held)
    take_claim(SWEEP, ran_out, claim_for=timedelta(microseconds=1))
    take_claim("tests.other", other)
    for_each_key(SWEEP, [dead], lambda _: 1 / 0, retry=Retry(first=timedelta(0), attempts=1))
    assert find_claim(SWEEP, dead).dead_at is not None
    found = session.scalars(sa.select(Message.id).where(claimable(SWEEP, Message.id)).order_by(Message.id))
    assert list(found) == [other, ran_out, untouched]


def test_two_runs_side_by_side_do_each_row_once(app, session):
    ids = make_rows(*["good"] * 12)
    done: list[int] = []
    swept: list[SweepOutcome] = []
    door = threading.Barrier(3)

    def run():
        with app.app_context():
            door.wait(timeout=30)
            swept.append(for_each_key(SWEEP, ids, lambda key: done.append(key) or send_once(key)))

    def send_once(key):
        found = current.get_one(Message, key)
        if found.state == "sent":
            return 0
        found.state = "sent"
        return 1

    threads = [threading.Thread(target=lambda: contextvars.Context().run(run)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sum(one.counted for one in swept) == 12
    assert sum((one for one in swept), SweepOutcome()).failed == 0
    assert states() == ["sent"] * 12
    assert failures() == {}


def test_a_run_that_was_overtaken_keeps_nothing(session):
    (key,) = make_rows("good")

    def slow(message_id):
        """Longer than its claim: another took over in the meantime."""
        session.execute(sa.update(WorkClaim).values(token="of another"))
        return send(message_id)

    assert for_each_key(SWEEP, [key], slow) == SweepOutcome(passed=1)
    assert states() == ["waiting"]


@pytest.mark.parametrize("own_transactions", [False, True])
def test_a_database_that_goes_away_ends_the_run_and_marks_no_row(session, own_transactions):
    ids = make_rows("good", "good", "good")
    away = sqlite3.OperationalError("database or disk is full")
    away.sqlite_errorcode = sqlite3.SQLITE_FULL
    seen = []

    def work(key):
        seen.append(key)
        if key == ids[1]:
            raise OperationalError("INSERT", {}, away)

    with pytest.raises(OperationalError):
        for_each_key(SWEEP, ids, work, own_transactions=own_transactions)
    assert seen == ids[:2]
    assert failures() == {}
    seen.clear()
    away.sqlite_errorcode = sqlite3.SQLITE_ERROR
    assert for_each_key(SWEEP, ids, work, own_transactions=own_transactions) == SweepOutcome(done=2, failed=1)


@pytest.mark.both
def test_a_database_that_is_cut_off_in_the_middle_takes_the_rows_in_the_next_run(session):
    ids = make_rows("good", "good")
    cut, mended = "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1"
    if session.get_bind().dialect.name == "sqlite":
        cut, mended = "PRAGMA query_only=ON", "PRAGMA query_only=OFF"

    def work(key):
        session.execute(sa.text(cut))
        send(key)

    with pytest.raises(OperationalError):
        for_each_key(SWEEP, ids, work)
    session.execute(sa.text(mended))
    assert set(failures().values()) <= {None}
    with transaction():
        session.execute(sa.update(WorkClaim).values(claimed_until=now()))
    assert for_each_key(SWEEP, ids, send).done == 2
    assert failures() == {}


def test_work_with_transactions_of_its_own_is_claimed_while_it_talks_to_the_network(session):
    ids = make_rows("bad", "good")

    def work(key):
        with pytest.raises(InWork):
            take_claim(SWEEP, key)
        with transaction():
            return send(key)

    assert for_each_key(SWEEP, ids, work, own_transactions=True) == SweepOutcome(done=1, failed=1, counted=2)
    assert states() == ["waiting", "sent"]


@pytest.mark.both
def test_many_rows_are_done_together_and_one_by_one_when_one_is_bad(session):
    ids = make_rows("good", "good", "bad", "good")
    calls = []

    def work(keys):
        calls.append(list(keys))
        return sum(send(key) for key in keys)

    assert all_or_each(SWEEP, ids[:2], work) == SweepOutcome(done=2, counted=4)
    assert calls == [ids[:2]]
    assert all_or_each(SWEEP, ids[2:], work) == SweepOutcome(done=1, failed=1, counted=2)
    assert states() == ["sent", "sent", "waiting", "sent"]
    assert failures() == {str(ids[2]): "ValueError: cannot be read"}
    assert all_or_each(SWEEP, [], work) == SweepOutcome()


@pytest.mark.parametrize("place", range(7))
def test_wherever_the_bad_row_of_a_batch_stands_all_others_are_done(session, place):
    ids = make_rows(*["good"] * place, "bad", *["good"] * (6 - place))
    swept = all_or_each(SWEEP, ids, lambda keys: sum(send(key) for key in keys))
    assert swept == SweepOutcome(done=6, failed=1, counted=12)
    assert failures() == {str(ids[place]): "ValueError: cannot be read"}


def test_what_failed_is_due_again_when_its_wait_is_over_and_nobody_has_it(session, at):
    first, second, held, dead, unhurt = make_rows(*["bad"] * 5)
    for_each_key(SWEEP, [first, second, held], send)
    for_each_key(SWEEP, [dead], send, retry=Retry(attempts=1))
    take_claim(SWEEP, unhurt, claim_for=timedelta(hours=1))
    waits = {first: 2, second: 1, held: 0, dead: 0}
    with transaction():
        for key, minutes in waits.items():
            due = sa.update(WorkClaim).where(WorkClaim.key == str(key))
            session.execute(due.values(available_at=at + timedelta(minutes=minutes)))
        hers = sa.update(WorkClaim).where(WorkClaim.key == str(held))
        session.execute(hers.values(token="hers", claimed_until=at + timedelta(hours=1)))
    found = [due_again(SWEEP, at=at + timedelta(minutes=minutes)) for minutes in (0, 1, 2)]
    assert found == [[], [str(second)], [str(second), str(first)]]
    assert due_again("tests.other", at=at + timedelta(minutes=2)) == []


def test_a_row_whose_work_needs_what_others_have_in_hand_has_not_failed(session):
    ids = make_rows("good", "good")
    take_claim("tests.other", "tool")

    def work(key):
        if key == ids[0]:
            take_claim("tests.other", "tool")
        return send(key)

    assert for_each_key(SWEEP, ids, work, own_transactions=True) == SweepOutcome(done=1, passed=1, counted=2)
    assert failures() == {"tool": None}


def test_what_turned_out_good_is_forgotten_unless_somebody_has_it_in_hand_meanwhile(session):
    for key in ("good", "taken", "bad"):
        note_failure(SWEEP, key, ValueError("no picture"))

    def turned_out_good():
        """While the list is made, another worker begins with one of them."""
        yield "good"
        take_claim(SWEEP, "taken")
        yield "taken"

    note_success(SWEEP, turned_out_good())
    assert set(failures()) == {"taken", "bad"}
