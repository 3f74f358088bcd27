"""What cannot even be claimed, read or noted as failed: it is passed over, and everybody else has his turn."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core import jobs as celery_jobs
from core.backup import tasks as backup_tasks
from core.backup.models.runs import BackupRun
from core.clock import now
from core.database import after_commit, db, transaction
from core.messaging import tasks as messaging_tasks
from core.messaging.models import Message
from core.messaging.service import enqueueing as messaging
from core.outbox import tasks as outbox_tasks
from core.outbox.models import OutboxEvent
from core.progress.models import JOB, JobProgress
from core.progress.service import starting as progress
from core.progress.tasks import resume, work
from core.seal.models.leaves import SealWitness
from core.seal.tasks import cosigning as witnesses
from core.sweeps import SweepOutcome, for_each_key, note_failure
from core.work_claims import find_claim, take_claim
from tests.bad_rows import failures

pytestmark = pytest.mark.both
SWEEP = "tests.sweep"
# What names of files, uploads and answers of other machines may hold, and no text of a database can.
NO_TEXT = ["a NUL \x00 inside", "half a pair \udcff inside"]
WRITTEN = ["a NUL \\x00 inside", "half a pair \\udcff inside"]
LATER = timedelta(minutes=5)


@pytest.fixture
def impatient(app, session):
    """Nobody waits long for a row that another transaction holds; PostgreSQL only, SQLite locks no rows."""

    def hurry(connection):
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = 100")

    sa.event.listen(db.engine, "begin", hurry)
    yield
    sa.event.remove(db.engine, "begin", hurry)


@pytest.fixture
def locked(app, impatient):
    """Lock the first row of a table as another process does that hangs in the middle."""
    connections = []

    def lock(table):
        if db.engine.dialect.name == "postgresql":
            connections.append(db.engine.connect())
            connections[-1].execute(sa.text(f"SELECT id FROM {table} ORDER BY id LIMIT 1 FOR UPDATE"))  # noqa: S608

    yield lock
    for connection in connections:
        connection.close()


@pytest.fixture
def sent(monkeypatch):
    """The public ids of the jobs that were handed to the broker."""
    told = []

    def send(name, args, **_options):
        if name == "tests.do":
            told.append(args[0])

    monkeypatch.setattr(celery_jobs.current_app, "send_task", send)
    return told


def two_jobs(sent):
    with transaction():
        jobs = [progress.start("thing", task="tests.do", args=["lot"]) for _ in range(2)]
    sent.clear()
    return jobs


@pytest.mark.parametrize(("text", "kept"), list(zip(NO_TEXT, WRITTEN, strict=True)))
def test_a_cause_that_is_no_text_is_written_down_all_the_same(session, text, kept):
    def do(key):
        if key == "bad":
            raise ValueError(text)

    assert for_each_key(SWEEP, ["bad", "good"], do) == SweepOutcome(done=1, failed=1)
    assert failures() == {(SWEEP, "bad"): f"ValueError: {kept}"}
    note_failure(SWEEP, "other", ValueError(text))
    assert len(failures()) == 2


@pytest.mark.parametrize("text", NO_TEXT)
def test_a_job_is_ended_with_a_message_that_is_no_text(session, sent, text):
    job_id = two_jobs(sent)[0]
    work(job_id, lambda job: job.fail(text))
    session.rollback()
    assert session.scalar(sa.select(JobProgress.state).where(JobProgress.public_id == job_id)) == "failed"


@pytest.mark.parametrize("text", NO_TEXT)
def test_what_a_witness_answers_is_kept_whatever_it_is(session, text):
    witnesses._remember("http://127.0.0.1:1", "", 0, None, text)
    assert "inside" in session.scalar(sa.select(SealWitness.trouble))


@pytest.mark.parametrize("text", NO_TEXT)
def test_a_failed_backup_is_written_down_whatever_it_says(session, text):
    run = BackupRun(started_at=now(), state="good", name="guiyuan-20260312T040000Z")
    run.error = text
    backup_tasks._failed(run)
    assert session.scalars(sa.select(BackupRun.state)).all() == ["failed"]
    assert session.scalars(sa.select(OutboxEvent.name)).all() == ["BackupFailed"]


def test_a_key_that_is_too_long_for_a_claim_keeps_no_other(session):
    done = []
    for_each_key(SWEEP, ["x" * 300, "good"], done.append)
    assert done[-1] == "good"


def test_a_claim_that_others_have_locked_keeps_no_other(session, locked):
    take_claim(SWEEP, "held", claim_for=timedelta(seconds=-1))
    locked("work_claim")
    done = []
    for_each_key(SWEEP, ["held", "good"], done.append)
    assert done[-1] == "good"
    note_failure(SWEEP, "held", ValueError("no matter"))


def test_an_event_that_others_have_locked_keeps_no_other(session, locked):
    with transaction():
        for number in range(2):
            session.add(
                OutboxEvent(
                    event_id=f"{number}", name="Unknown", body={}, recorded_at=now(), available_at=now()
                )
            )
    locked("outbox_event")
    outbox_tasks.deliver_pending()
    session.rollback()
    assert session.scalars(sa.select(OutboxEvent.last_error).order_by(OutboxEvent.id)).all()[1]


def test_a_message_that_others_have_locked_keeps_no_other(session, locked):
    with transaction():
        for number in range(2):
            messaging.enqueue(
                dedupe_key=f"{number}", to="a@example.org", template="no_such", context={}, locale="en"
            )
    locked("message")
    messaging_tasks.send_waiting()
    session.rollback()
    assert session.scalars(sa.select(Message.last_error).order_by(Message.id)).all()[1]


@pytest.mark.parametrize("args", ["null", "7", "{torn"])
def test_a_job_whose_arguments_cannot_be_read_keeps_no_other_and_ends(session, sent, args):
    if args == "{torn" and db.engine.dialect.name == "postgresql":
        args = "true"  # PostgreSQL takes no torn JSON
    bad, good = two_jobs(sent)
    kind = "jsonb" if db.engine.dialect.name == "postgresql" else "text"
    spoilt = sa.text(f"UPDATE job_progress SET args = CAST(:args AS {kind}) WHERE public_id = :id")  # noqa: S608
    with transaction():
        session.execute(spoilt, {"args": args, "id": bad})
    assert resume(at=now() + LATER) == 1
    assert sent == [good]
    assert set(failures()) == {(JOB, bad)}
    for turn in range(1, 9):
        resume(at=now() + turn * timedelta(hours=2))
        with transaction():
            claim = find_claim(JOB, bad)
            if claim is not None:
                session.execute(sa.text("UPDATE work_claim SET available_at = claimed_at"))
    session.rollback()
    assert session.scalar(sa.select(JobProgress.state).where(JobProgress.public_id == bad)) == "failed"


def test_what_is_to_be_done_after_a_commit_fails_alone_and_undoes_nothing(session, all_told):
    done = []
    with transaction():
        messaging.enqueue(dedupe_key="1", to="a@example.org", template="x", context={}, locale="en")
        after_commit(lambda: 1 / 0, key="bad")
        after_commit(lambda: done.append(1), key="good")
    assert done == [1]
    assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1
