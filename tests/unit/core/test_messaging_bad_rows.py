"""A message that cannot be written or sent keeps no other one back, and none is sent twice."""

import contextvars
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from psycopg import errors as postgres_errors
from sqlalchemy.exc import OperationalError

from core.clock import now
from core.database import transaction
from core.messaging import queries as messaging_queries
from core.messaging import tasks
from core.messaging import tasks as sending
from core.messaging.models import Message
from core.messaging.service import enqueueing as messaging
from core.messaging.tasks import MAX_ATTEMPTS, send_waiting
from tests.seals import unwatched

TEMPLATE = "ledger_differs"
CONTEXT = {"month": "2026-03", "differing": 1, "days": 2, "examples": []}


class Channel:
    """In the place of the channels: remembers what it was given; `bad` in a text makes it fail."""

    def __init__(self):
        self.titles, self.bodies = [], []
        self.before = lambda: None

    def notify(self, *, body, title):
        self.before()
        self.titles.append(title)
        self.bodies.append(body)
        return True


@pytest.fixture
def channel(session, monkeypatch):
    one = Channel()
    monkeypatch.setattr(sending, "apprise_for", lambda _channels: one)
    return one


def queue(*, template=TEMPLATE, locale="en", **context):
    with transaction() as current:
        key = f"{template}-{locale}-{current.scalar(sa.select(sa.func.count()).select_from(Message))}"
        messaging.enqueue(
            dedupe_key=key, to="li@example.org", template=template, context=CONTEXT | context, locale=locale
        )
        return current.scalar(sa.select(sa.func.max(Message.id)))


def kept(session, message_id):
    session.rollback()
    columns = [column for column in Message.__table__.c if column.name != "context"]
    return session.execute(sa.select(*columns).where(Message.id == message_id)).one()


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"template": "that_is_gone"}, "TemplateNotFound"),
        ({"examples": 7}, "TypeError"),
        ({"locale": "of nowhere"}, "ValueError"),
    ],
)
def test_a_message_that_cannot_be_written_waits_for_its_turn_and_the_next_is_sent(
    session, channel, bad, error
):
    first = queue(**bad)
    second = queue()
    assert send_waiting() == 1
    assert kept(session, second).state == "sent"
    row = kept(session, first)
    assert row.state == "waiting"
    assert row.last_error.startswith(error)
    assert row.attempts == 1
    assert row.available_at > now() + timedelta(seconds=100)
    assert row.failed_at is not None
    assert send_waiting() == 0
    assert len(channel.titles) == 1


def test_a_context_that_is_no_json_keeps_no_other_message_back(session, channel):
    first = queue()
    second = queue()
    torn = "'\"torn\"'" if session.get_bind().dialect.name == "postgresql" else "'{\"month'"
    with transaction():
        unwatched(session, "message")
        statement = f"UPDATE message SET context = {torn} WHERE id = :id"  # noqa: S608 - the words above
        session.execute(sa.text(statement), {"id": first})
    assert send_waiting() == 1
    assert kept(session, second).state == "sent"
    assert kept(session, first).last_error


def test_after_the_last_attempt_it_has_failed_and_waits_for_nobody(session, channel):
    first = queue(template="that_is_gone")
    with transaction():
        session.execute(sa.update(Message).values(attempts=MAX_ATTEMPTS - 1))
    send_waiting()
    assert kept(session, first).state == "failed"
    assert messaging_queries.unsent(at=now())["failed"] == 1
    with transaction():
        session.execute(sa.update(Message).values(set_aside_at=now()))
    assert messaging_queries.unsent(at=now())["failed"] == 0


def test_since_when_it_fails_is_kept_while_it_fails_again(session, channel):
    message_id = queue(template="that_is_gone")
    send_waiting()
    since = kept(session, message_id).failed_at
    with transaction():
        session.execute(sa.update(Message).values(available_at=now()))
    send_waiting()
    again = kept(session, message_id)
    assert (again.attempts, again.failed_at) == (2, since)


def test_a_message_that_another_worker_took_while_it_was_written_is_not_sent_again(session, channel):
    """Claimed with its condition: two workers have read the same row before either takes it."""
    message_id = queue()
    attempts = kept(session, message_id).attempts
    session.rollback()
    assert tasks._claim(message_id, attempts + 1)
    assert not tasks._claim(message_id, attempts + 1)
    assert send_waiting() == 0
    assert channel.titles == []


def test_workers_side_by_side_send_each_message_once(app, session, channel):
    for _ in range(10):
        queue()
    door = threading.Barrier(4)

    def run():
        with app.app_context():
            door.wait(timeout=30)
            send_waiting()

    threads = [threading.Thread(target=lambda: contextvars.Context().run(run)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(channel.titles) == 10
    session.rollback()
    assert set(session.scalars(sa.select(Message.state))) == {"sent"}


def test_a_message_that_somebody_decided_about_while_it_was_being_sent_stays_as_decided(session, channel):
    message_id = queue()

    def decide():
        with transaction():
            session.execute(sa.update(Message).values(state="failed", set_aside_at=now()))

    channel.before = decide
    send_waiting()
    assert kept(session, message_id).state == "failed"


@pytest.mark.both
def test_a_message_that_was_stuck_here_and_is_in_other_hands_now_stays_there(session, channel):
    """A quarter of an hour later an operator has it tried again; then the channel answers the first worker too."""
    message_id = queue()

    def taken_over():
        with transaction():
            session.execute(sa.update(Message).values(state="waiting", attempts=0))
        assert tasks._claim(message_id, 1)

    channel.before = taken_over
    send_waiting()
    row = kept(session, message_id)
    assert (row.state, row.sent_at) == ("sending", None)


def test_a_message_that_another_took_meanwhile_is_not_noted_as_one_that_cannot_be_written(session, channel):
    """The other has a newer version, with the template."""
    queue()
    later = queue(template="that_is_gone")
    channel.before = lambda: tasks._claim(later, 1)
    assert send_waiting() == 1
    row = kept(session, later)
    assert (row.state, row.last_error) == ("sending", None)


def test_a_database_that_goes_away_ends_the_run_and_marks_no_message(session, channel, monkeypatch):
    message_id = queue()
    away = OperationalError("SELECT", {}, postgres_errors.AdminShutdown("bye"))

    def gone(_message_id):
        raise away

    monkeypatch.setattr(sending, "_written", gone)
    with pytest.raises(OperationalError):
        send_waiting()
    row = kept(session, message_id)
    assert (row.state, row.attempts, row.last_error) == ("waiting", 0, None)
