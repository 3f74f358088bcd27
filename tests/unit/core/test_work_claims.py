"""A piece of work is in one pair of hands; what failed is kept, with its next turn."""

import contextvars
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from psycopg import errors as postgres_errors
from sqlalchemy.exc import OperationalError

from core import work_claims as claims
from core.clock import now
from core.database import transaction
from core.errors import Unavailable
from core.work_claims import (
    ClaimLost,
    InWork,
    NotDue,
    Retry,
    WorkClaim,
    claimed,
    find_claim,
    forget,
    in_work,
    take_claim,
)

KIND = "tests.make"
SHORT = timedelta(microseconds=1)


def elsewhere(app, work):
    """Run `work` as another process would: in a thread with an application context and a session of its own."""

    def run():
        with app.app_context():
            work()

    thread = threading.Thread(target=lambda: contextvars.Context().run(run))
    thread.start()
    return thread


def row(session, key="a"):
    session.rollback()
    session.expire_all()
    return find_claim(KIND, key)


def fail(key="a", error=None, **options):
    with pytest.raises(ValueError), claimed(KIND, key, **options):
        raise error or ValueError("no glyph for it")


def due(session, key="a"):
    """The clock goes on until the back-off is over."""
    with transaction():
        session.execute(sa.update(WorkClaim).where(WorkClaim.key == key).values(available_at=now()))


def test_what_somebody_holds_is_in_work_and_nobody_else_gets_it(session):
    with claimed(KIND, 7) as claim:
        assert in_work(KIND, 7)
        assert not in_work(KIND, 8)
        assert not in_work("tests.other", 7)
        assert claim.attempts == 1
        with pytest.raises(InWork), claimed(KIND, 7):
            pytest.fail("two have it")
        assert in_work(KIND, 7), "being refused takes nothing from the holder"
    assert not in_work(KIND, 7)


def test_success_leaves_nothing_behind(session):
    fail()
    with claimed(KIND, "a"):
        pass
    assert row(session) is None


def test_of_many_who_want_it_at_once_one_gets_it(app, session):
    """Threads on either database: neither a missing row nor one that ran out is taken twice."""
    got: list[str] = []
    refused: list[str] = []
    doors = {key: threading.Barrier(6) for key in ("new", "ran out")}
    take_claim(KIND, "ran out", claim_for=SHORT)

    def want(key):
        doors[key].wait(timeout=30)
        try:
            take_claim(KIND, key)
            got.append(key)
        except InWork:
            refused.append(key)

    for key in doors:
        for thread in [elsewhere(app, lambda key=key: want(key)) for _ in range(6)]:
            thread.join(timeout=60)
    assert sorted(got) == ["new", "ran out"]
    assert len(refused) == 10


def test_a_claim_ends_by_itself_when_its_holder_died_and_the_death_is_noted(session):
    take_claim(KIND, "a", claim_for=SHORT)
    assert not in_work(KIND, "a")
    with claimed(KIND, "a") as claim:
        assert claim.attempts == 2
        kept = row(session)
        assert kept.last_error == claims.DIED
        assert kept.failed_at is not None
    assert row(session) is None


@pytest.mark.both
def test_who_was_overtaken_can_neither_renew_nor_finish_nor_mark_it_failed(session):
    late = take_claim(KIND, "a", claim_for=SHORT)
    other = take_claim(KIND, "a")
    with pytest.raises(ClaimLost):
        late.renew()
    with pytest.raises(ClaimLost), transaction():
        late.done()
    assert late.fail(ValueError("late")) is False
    late.give_back()
    kept = row(session)
    assert (kept.token, kept.last_error) == (other.token, claims.DIED)
    with pytest.raises(ClaimLost), claimed(KIND, "b", claim_for=SHORT):
        take_claim(KIND, "b")


def test_what_is_renewed_stays_ours(session):
    with claimed(KIND, "a", claim_for=SHORT) as claim:
        claim.renew(timedelta(minutes=5))
        with pytest.raises(InWork):
            take_claim(KIND, "a")
        with transaction():
            claim.renew()
        assert not in_work(KIND, "a"), "for as long as it was first taken for"
        claim.renew(timedelta(minutes=5))


def test_the_result_and_the_end_of_the_claim_stand_or_fall_together(session):
    with pytest.raises(ValueError), claimed(KIND, "a") as claim, transaction():
        claim.done()
        raise ValueError("after all not")
    assert row(session).last_error == "ValueError: after all not"
    with claimed(KIND, "a") as claim:
        with transaction():
            claim.done()
        assert not in_work(KIND, "a")


def test_a_failure_is_kept_with_its_words_and_a_wait_that_doubles(session):
    retry = Retry(first=timedelta(minutes=1), longest=timedelta(minutes=3), attempts=9)
    waits = []
    for _ in range(4):
        before = now()
        fail(when_due=True, retry=retry)
        kept = row(session)
        assert (kept.token, kept.claimed_until, kept.dead_at) == (None, None, None)
        assert kept.last_error == "ValueError: no glyph for it"
        assert kept.first_failed_at <= kept.failed_at
        waits.append(round((kept.available_at - before) / timedelta(minutes=1)))
        with pytest.raises(NotDue), claimed(KIND, "a", when_due=True):
            pytest.fail("before its time")
        due(session)
    assert waits == [1, 2, 3, 3]
    assert row(session).attempts == 4


def test_since_when_it_fails_is_kept_while_it_fails_again(session):
    fail()
    first = row(session)
    since = first.first_failed_at
    assert since == first.failed_at
    fail()
    again = row(session)
    assert again.first_failed_at == since
    assert again.failed_at > since


def test_after_the_last_attempt_it_is_dead_until_somebody_asks_for_it(session):
    retry = Retry(first=SHORT, attempts=2)
    fail(when_due=True, retry=retry)
    assert row(session).dead_at is None
    due(session)
    fail(when_due=True, retry=retry)
    assert row(session).dead_at is not None
    due(session)
    with pytest.raises(NotDue):
        take_claim(KIND, "a", when_due=True)
    with claimed(KIND, "a"):
        assert in_work(KIND, "a"), "who asks for it himself may try at any time"
    assert row(session) is None


def test_what_ends_its_worker_each_time_is_dead_in_the_end(session):
    retry = Retry(attempts=2)
    for _ in range(2):
        take_claim(KIND, "a", claim_for=SHORT, when_due=True, retry=retry)
    with pytest.raises(NotDue):
        take_claim(KIND, "a", when_due=True, retry=retry)
    kept = row(session)
    assert kept.dead_at is not None
    assert kept.last_error == claims.DIED


def test_a_part_that_is_away_never_makes_work_dead(session):
    retry = Retry(first=SHORT, attempts=1)
    for _ in range(3):
        with pytest.raises(Unavailable), claimed(KIND, "a", retry=retry):
            raise Unavailable("the engine")
    assert row(session).dead_at is None
    assert row(session).attempts == 3


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(KeyboardInterrupt(), id="the process is told to end"),
        pytest.param(OperationalError("SELECT 1", {}, postgres_errors.AdminShutdown("bye")), id="shut down"),
        pytest.param(
            OperationalError("SELECT 1", {}, postgres_errors.OperationalError("refused")), id="refused"
        ),
        pytest.param(OperationalError("INSERT", {}, postgres_errors.DiskFull("full")), id="disk full"),
    ],
)
def test_what_is_not_the_fault_of_the_work_is_no_failure(session, error):
    with pytest.raises(type(error)), claimed(KIND, "a"):
        raise error
    assert row(session) is None
    fail()
    with pytest.raises(type(error)), claimed(KIND, "a"):
        raise error
    kept = row(session)
    assert (kept.attempts, kept.token, kept.last_error) == (1, None, "ValueError: no glyph for it")


def test_a_failure_does_not_keep_values_that_a_database_quotes(session):
    quoted = postgres_errors.UniqueViolation("duplicate key\nDETAIL: Key (email)=(li@example.org) exists")
    fail(error=ValueError(quoted))
    assert "li@example.org" not in row(session).last_error


def test_work_that_nobody_wants_any_more_is_forgotten(session):
    fail()
    with transaction():
        forget(KIND, "a")
    assert row(session) is None
