"""One event that cannot be delivered waits for its turn; every other one is delivered."""

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from psycopg import errors as postgres_errors
from sqlalchemy.exc import OperationalError

from core.clock import now
from core.database import transaction
from core.errors import Unavailable
from core.outbox import queries as outbox_queries
from core.outbox import service, tasks
from core.outbox import service as outbox
from core.outbox.models import OutboxDelivery, OutboxEvent
from core.outbox.rules import UnreadableEvent, from_body, to_body
from core.outbox.tasks import ATTEMPTS, RETRY
from tests.seals import unwatched


@dataclasses.dataclass(frozen=True)
class Happened:
    number: str
    at: datetime | None = None
    days: tuple[date, ...] = ()


GOOD = Happened("good", datetime(2026, 3, 12, tzinfo=UTC), (date(2026, 3, 12),))


@pytest.fixture
def heard(app, session):
    """What the one handler of `Happened` heard."""
    kept, numbers = app.extensions["outbox"], []

    def note(event, *, event_id):
        numbers.append(event.number)

    outbox.init_outbox(app, {Happened: [note]})
    yield numbers
    app.extensions["outbox"] = kept


def recorded(session):
    """A row that turns bad, then a good one; the id of the first."""
    with transaction():
        outbox.record(Happened("first"))
        outbox.record(GOOD)
    return session.scalar(sa.select(sa.func.min(OutboxEvent.id)))


def spoil(statement, row_id, **values):
    changed = f"UPDATE outbox_event SET {statement} WHERE id = :id"  # noqa: S608 - words of the tests
    with transaction() as current:
        unwatched(current, "outbox_event")
        current.execute(sa.text(changed), {"id": row_id, **values})


def kept(session, row_id):
    session.rollback()
    columns = [column for column in OutboxEvent.__table__.c if column.name != "body"]
    return session.execute(sa.select(*columns).where(OutboxEvent.id == row_id)).one()


def due_again(session):
    with transaction():
        session.execute(sa.update(OutboxEvent).values(available_at=now()))


BODIES = {
    "a field that this version does not know": '{"number": "1", "colour": "red"}',
    "a missing field": '{"at": null}',
    "a value of another kind": '{"number": 7}',
    "a time that is none": '{"number": "1", "at": "yesterday"}',
    "days that are no list": '{"number": "1", "days": "2026-03-12"}',
    "no fields at all": "[1]",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_cannot_be_read_keeps_no_other_event_back(heard, session, body):
    row_id = recorded(session)
    spoil("body = " + ("CAST(:body AS JSONB)" if _postgres(session) else ":body"), row_id, body=body)
    assert tasks.deliver_pending() == 1
    assert heard == ["good"]
    row = kept(session, row_id)
    assert row.last_error.startswith("UnreadableEvent: Happened")
    assert (row.attempts, row.done_at, row.dead_at) == (1, None, None)
    assert row.failed_at is not None


def _postgres(session):
    return session.get_bind().dialect.name == "postgresql"


def test_a_body_that_is_no_json_keeps_no_other_event_back(heard, session):
    """SQLite keeps any text; PostgreSQL refuses it at once, so there it is a JSON text."""
    row_id = recorded(session)
    spoil("""body = '"torn"'""" if _postgres(session) else "body = '{\"number'", row_id)
    assert tasks.deliver_pending() == 1
    assert heard == ["good"]
    assert kept(session, row_id).last_error


@pytest.mark.both
def test_a_name_without_a_line_in_the_table_keeps_no_other_event_back(heard, session):
    row_id = recorded(session)
    spoil("name = 'OfTomorrow'", row_id)
    assert tasks.deliver_pending() == 1
    assert heard == ["good"]
    assert "no line for OfTomorrow" in kept(session, row_id).last_error


def test_a_row_that_is_good_again_is_delivered_in_its_turn(heard, session):
    row_id = recorded(session)
    spoil("name = 'OfTomorrow'", row_id)
    tasks.deliver_pending()
    spoil("name = 'Happened'", row_id)
    assert tasks.deliver_pending() == 0, "before its turn"
    due_again(session)
    assert tasks.deliver_pending() == 1
    row = kept(session, row_id)
    assert (row.last_error, row.failed_at) == (None, None)
    assert row.done_at is not None


def test_a_handler_that_fails_keeps_no_other_handler_from_hearing(app, heard, session):
    def bad(event, *, event_id):
        raise RuntimeError("no template")

    good = app.extensions["outbox"]["Happened"][1][0]
    outbox.init_outbox(app, {Happened: [bad, good]})
    row_id = recorded(session)
    assert tasks.deliver_pending() == 0
    assert heard == ["first", "good"]
    assert "bad: RuntimeError: no template" in kept(session, row_id).last_error
    assert session.scalar(sa.select(sa.func.count()).select_from(OutboxDelivery)) == 2


def failing(app, error):
    def bad(event, *, event_id):
        raise error

    outbox.init_outbox(app, {Happened: [bad]})


def test_the_wait_doubles_up_to_an_hour(app, heard, session):
    failing(app, RuntimeError())
    with transaction():
        outbox.record(GOOD)
    waits = []
    for attempts in (0, 1, 2, 3, 9, 20):
        with transaction():
            session.execute(sa.update(OutboxEvent).values(available_at=now(), attempts=attempts))
        before = now()
        tasks.deliver_pending()
        waits.append(round((kept(session, 1).available_at - before).total_seconds()))
        assert tasks.deliver_pending() == 0
        assert kept(session, 1).attempts == attempts + 1, "it is left alone until then"
    assert waits == [5, 10, 20, 40, 2560, 3600]


def test_since_when_it_fails_is_kept_while_it_fails_again(app, heard, session):
    failing(app, RuntimeError())
    row_id = recorded(session)
    tasks.deliver_pending()
    since = kept(session, row_id).failed_at
    due_again(session)
    tasks.deliver_pending()
    again = kept(session, row_id)
    assert (again.attempts, again.failed_at) == (2, since)


def test_after_the_last_attempt_it_is_dead_and_counted_no_more_among_those_that_wait(app, heard, session):
    failing(app, RuntimeError())
    recorded(session)
    with transaction():
        session.execute(sa.update(OutboxEvent).where(OutboxEvent.id == 1).values(attempts=ATTEMPTS - 1))
    tasks.deliver_pending()
    assert kept(session, 1).dead_at is not None
    assert kept(session, 2).dead_at is None
    assert outbox_queries.waiting() == 1
    due_again(session)
    tasks.deliver_pending()
    assert kept(session, 1).attempts == ATTEMPTS


def test_a_part_that_is_away_makes_no_event_dead(app, heard, session):
    failing(app, Unavailable("the engine"))
    recorded(session)
    with transaction():
        session.execute(sa.update(OutboxEvent).values(attempts=ATTEMPTS - 1))
    tasks.deliver_pending()
    assert kept(session, 1).dead_at is None


@pytest.mark.both
def test_an_event_that_ends_its_worker_each_time_is_dead_in_the_end(heard, session):
    recorded(session)
    with transaction():
        session.execute(sa.update(OutboxEvent).where(OutboxEvent.id == 1).values(attempts=ATTEMPTS))
    assert tasks.deliver_pending() == 1
    assert kept(session, 1).dead_at is not None
    assert heard == ["good"]


def test_an_event_in_other_hands_is_not_taken(heard, session):
    row_id = recorded(session)
    with transaction():
        assert service.claim(row_id, timedelta(minutes=2)) == 1
        assert service.claim(row_id, timedelta(minutes=2)) == 0
    assert tasks.deliver_pending() == 1
    assert heard == ["good"]


@pytest.mark.both
def test_a_database_that_goes_away_ends_the_run_and_marks_no_event(app, heard, session):
    failing(app, OperationalError("SELECT", {}, postgres_errors.AdminShutdown("bye")))
    recorded(session)
    with pytest.raises(OperationalError):
        tasks.deliver_pending()
    for row_id in (1, 2):
        row = kept(session, row_id)
        assert (row.attempts, row.last_error, row.failed_at) == (0, None, None)
        assert row.available_at <= now()


def test_what_is_written_is_read_back_and_a_later_field_with_a_default_may_be_missing():
    assert from_body(Happened, to_body(GOOD)) == GOOD
    assert from_body(Happened, {"number": "1"}) == Happened("1")
    with pytest.raises(UnreadableEvent, match="lacks number"):
        from_body(Happened, {})


def test_the_patience_is_longer_than_a_day():
    assert sum((RETRY.wait(n) for n in range(1, ATTEMPTS)), timedelta()) > timedelta(hours=24)
