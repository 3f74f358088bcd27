"""When the schedule sends a job again of which nothing is heard, and what becomes of it while the database is away."""

import sqlite3
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from core import jobs as celery_jobs
from core.database import db, transaction
from core.errors import Unavailable
from core.progress import queries as progress_queries
from core.progress.models import JOB, JobProgress
from core.progress.service import starting as progress
from core.progress.service.starting import SEND_AGAIN_AFTER
from core.progress.tasks import resume, work
from core.work_claims import find_claim

CLAIM_FOR = timedelta(minutes=7)


@pytest.fixture
def job_id(session, clock, monkeypatch):
    """A job that was sent nine times in vain."""
    monkeypatch.setattr(celery_jobs.current_app, "send_task", lambda *_, **__: None)
    with transaction():
        public_id = progress.start("thing", task="tests.do")
        progress_queries.get_row(public_id).sendings = 9
    return public_id


def turn(session, job_id):
    """When the schedule looks after it."""
    found = session.scalar(sa.select(JobProgress.send_again_at).where(JobProgress.public_id == job_id))
    session.rollback()
    return found


def test_with_each_word_of_its_worker_a_job_is_left_to_him_until_his_claim_has_run_out(
    session, clock, job_id
):
    waits = []

    def do(job):
        for step in range(3):
            clock.forward(minutes=2)
            job.advance(step, total=4)
            waits.append(turn(session, job_id) - clock.at)
        job.finish()

    work(job_id, do, claim_for=CLAIM_FOR)
    assert waits == [CLAIM_FOR] * 3


def test_a_job_whose_worker_died_is_sent_as_often_as_one_that_is_new(session, clock, job_id):
    seen = []

    def looked_at_meanwhile(job):
        died = turn(session, job_id)
        seen.append(resume(at=died))
        seen.append(turn(session, job_id) - died)
        job.finish()

    work(job_id, looked_at_meanwhile, claim_for=CLAIM_FOR)
    assert seen == [1, 2 * SEND_AGAIN_AFTER]


@pytest.fixture
def disk(app, session):
    """What the disk under the database says when something is asked of it; nothing as long as it is empty."""
    said = []

    def execute(*_asked):
        if said:
            raise said[0]

    sa.event.listen(db.engine, "before_cursor_execute", execute)
    yield said
    sa.event.remove(db.engine, "before_cursor_execute", execute)


@pytest.mark.parametrize("in_words", [False, True])
def test_a_database_that_is_away_ends_the_work_once_and_the_schedule_takes_it_up_later(
    session, clock, job_id, disk, in_words
):
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def do(_job):
        disk.append(OperationalError("INSERT", {}, full))
        if in_words:
            raise Unavailable("the place is full") from disk[0]
        raise disk[0]

    work(job_id, do, claim_for=CLAIM_FOR)
    disk.clear()
    until = find_claim(JOB, job_id).claimed_until
    assert (until, turn(session, job_id)) == (clock.at + CLAIM_FOR,) * 2
    assert resume(at=until) == 1
