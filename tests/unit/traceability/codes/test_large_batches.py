"""Files of large batches: made once by one worker, kept a day; what a dead worker left unseen is void, nothing else."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import sqlalchemy as sa

from branch.growers.models.tables import GrowerMember
from core.clock import now
from core.database import transaction
from core.errors import NotFound, Unavailable
from core.files import service as files
from core.outbox.tasks import deliver_pending
from core.progress.events import JobFailed
from core.progress.models import JOB
from core.progress.queries import get_progress
from core.progress.tasks import Job
from core.work_claims import ClaimLost, WorkClaim, in_work, take_claim
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence
from tests.factories.traceability import make_lot
from tests.running import environment, running
from traceability.codes import tasks as making
from traceability.codes.queries.batches import get_batch
from traceability.codes.service import issuing
from traceability.codes.service.issuing import decide_batch, request_batch
from traceability.codes.states import BatchState
from traceability.codes.tasks import forget_files, make


def asked(*, count=30, form="csv", **values):
    at = now()
    with transaction():
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        return request_batch(lot.id, "unit", count, at=at, by=None, form=form, **values)


def states(batch):
    return get_batch(batch.number).states


def job_of(batch):
    return get_progress(batch.job_id, at=now())


def run_out():
    """The claim's time is over, as if its holder had been silent for too long."""
    with transaction() as session:
        session.execute(sa.update(WorkClaim).values(claimed_until=now() - timedelta(seconds=1)))


@pytest.fixture(autouse=True)
def shelf(session):
    """An empty shelf of such files."""
    for key in files.keys_of(making.SHELF, until=now()):
        files.forget(key)


@pytest.fixture
def while_typesetting(monkeypatch):
    """Have something happen between the making of the codes and the end of their file."""

    def happens(what):
        real = making.code_file

        def slow(*args, **options):
            content = real(*args, **options)
            monkeypatch.setattr(making, "code_file", real)
            what()
            return content

        monkeypatch.setattr(making, "code_file", slow)

    return happens


def test_a_file_is_made_once_and_its_codes_are_printed(session):
    batch = asked(inner=True)
    make(batch.job_id, batch.number)
    after = get_batch(batch.number)
    assert after.states == {"printed": 30}
    table = files.get(after.file_key).decode("utf-8-sig").splitlines()
    assert len(table) == 31
    assert len(table[1].split(",")[-1]) == 8
    make(batch.job_id, batch.number)
    assert get_batch(batch.number).file_key == after.file_key
    assert (job_of(batch).state, job_of(batch).result_url) == ("done", f"/seller/codes/{batch.number}/file")


@pytest.mark.both
def test_the_file_is_forgotten_after_a_day_and_its_codes_stay(session):
    batch = asked()
    make(batch.job_id, batch.number)
    after = get_batch(batch.number)
    assert making.forget_files_until(after.file_until - timedelta(hours=1)) == 0
    assert making.forget_files_until(after.file_until) == 1
    with pytest.raises(NotFound):
        files.get(after.file_key)
    make(batch.job_id, batch.number)
    assert states(batch) == {"printed": 30}


@pytest.mark.both
def test_a_file_that_nobody_noted_is_removed_after_a_day(session):
    key = files.put(b"codes of a worker that died", kind=making.SHELF, content_type="text/csv", public=False)
    assert making.forget_files_until(now() + timedelta(hours=23)) == 0
    forget_files()
    assert files.get(key)
    assert making.forget_files_until(now() + timedelta(hours=25)) == 1
    with pytest.raises(NotFound):
        files.get(key)


def test_a_second_worker_leaves_a_batch_alone_that_another_is_at(session, while_typesetting):
    batch, seen = asked(), []

    def second():
        make(batch.job_id, batch.number)
        seen.append(states(batch))

    while_typesetting(second)
    make(batch.job_id, batch.number)
    assert seen == [{}]
    assert states(batch) == {"printed": 30}
    assert job_of(batch).state == "done"


@pytest.mark.both
def test_a_worker_that_was_overtaken_gives_nothing_out(session, while_typesetting):
    batch, put = asked(), []

    def overtaken():
        run_out()
        make(batch.job_id, batch.number)

    while_typesetting(overtaken)
    real = files.put

    def keep(*args, **options):
        put.append(real(*args, **options))
        return put[-1]

    making.files.put, before = keep, making.files.put
    try:
        make(batch.job_id, batch.number)
    finally:
        making.files.put = before
    theirs, ours = put
    assert (states(batch), job_of(batch).state) == ({"printed": 30}, "done")
    assert get_batch(batch.number).file_key == theirs
    with pytest.raises(NotFound):
        files.get(ours)


def test_a_worker_that_was_overtaken_before_it_began_makes_no_code(session):
    batch = asked()
    job = Job(batch.job_id, take_claim(JOB, batch.job_id))
    run_out()
    take_claim(JOB, batch.job_id)
    with pytest.raises(ClaimLost):
        making.make_file(batch.number, job)
    assert states(batch) == {}


# A worker that ends when it has put the file and has not written its codes.
DYING = """
import sys, time
from core.settings import load_settings
from traceability.codes import tasks as making
from wsgi import create_app
def never(*args, **options):
    print("file put", flush=True)
    time.sleep(600)
making._make_printed_codes = never
with create_app(load_settings()).app_context():
    making.make(*sys.argv[1:])
"""


@pytest.mark.both
def test_a_killed_workers_batch_is_made_by_the_next_and_what_was_given_out_stays(app, session):
    given, batch = asked(), asked(inner=True)
    make(given.job_id, given.number)
    settings = app.config["SETTINGS"]
    environ = environment(
        settings.var,
        DATABASE_URL=settings.database_url,
        SECRET_KEY=settings.secret,
        RATELIMIT_ENABLED="0",
        LOG_LEVEL="ERROR",
    )
    session.close()
    command = [sys.executable, "-W", "ignore", "-c", DYING, batch.job_id, batch.number]
    with running(command, environ, stdout=subprocess.PIPE) as worker:
        assert worker.stdout.readline() == b"file put\n"
        assert in_work(JOB, batch.job_id)
        make(batch.job_id, batch.number)
        assert states(batch) == {}, "somebody is at it"
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    session.rollback()
    run_out()
    for one in (batch, given):
        make(one.job_id, one.number)
    assert (states(batch), states(given)) == ({"printed": 30}, {"printed": 30})
    assert (job_of(batch).state, job_of(given).state) == ("done", "done")
    assert len(files.keys_of(making.SHELF, until=now())) == 3
    assert making.forget_files_until(now() + timedelta(hours=25)) == 3, "also the file of the killed one"


def test_a_disk_that_was_full_costs_time_and_no_code(session, monkeypatch):
    batch = asked()

    def full(*_args, **_options):
        raise Unavailable("full", code="files_unavailable")

    monkeypatch.setattr(files, "put", full)
    make(batch.job_id, batch.number)
    assert (job_of(batch).state, states(batch)) == ("waiting", {})
    monkeypatch.undo()
    with transaction():
        session.execute(sa.update(WorkClaim).values(available_at=now()))
    make(batch.job_id, batch.number)
    assert (job_of(batch).state, states(batch)) == ("done", {"printed": 30})


def half_made_by_an_earlier_version(batch):
    """Its codes are written and its file is not: nobody has seen them."""
    with transaction():
        issuing.make_codes(batch.number, issuing.draw_codes(batch), at=now(), by=None)
        assert states(batch) == {"reserved": 30}


def test_what_an_earlier_version_left_half_made_is_void(session):
    batch = asked()
    half_made_by_an_earlier_version(batch)
    make(batch.job_id, batch.number)
    assert (job_of(batch).state, job_of(batch).may_retry) == ("failed", False), job_of(batch).message
    assert states(batch) == {"voided": 30}


def test_after_the_last_attempt_unseen_codes_are_void(session):
    batch = asked()
    half_made_by_an_earlier_version(batch)
    take_claim(JOB, batch.job_id, claim_for=timedelta(microseconds=1))
    with transaction():
        session.execute(sa.update(WorkClaim).values(attempts=99))
    make(batch.job_id, batch.number)
    assert job_of(batch).state == "failed"
    deliver_pending()
    assert states(batch) == {"voided": 30}


@pytest.mark.both
def test_news_of_a_failed_job_that_comes_late_voids_no_code_that_was_given_out(session):
    batch = asked()
    make(batch.job_id, batch.number)
    with transaction():
        making.void_half_made(JobFailed("codes", batch.job_id, "too late"), event_id="1")
    assert states(batch) == {"printed": 30}


def test_the_job_says_why_there_is_no_file_and_can_be_tried_again(session, while_typesetting):
    """Its lot is closed while its labels are typeset: of the file that is put already nothing is left."""
    batch = asked()
    from traceability.lots.service import change_state
    from traceability.lots.states import LotState

    def closed():
        with transaction():
            change_state(batch.lot_id, LotState.CLOSED, reason="sold out", at=now(), by=None)

    while_typesetting(closed)
    make(batch.job_id, batch.number)
    assert (job_of(batch).state, job_of(batch).may_retry) == ("failed", True)
    assert files.keys_of(making.SHELF, until=now()) == []
    deliver_pending()
    assert states(batch) == {}


def test_a_refused_batch_does_not_wait_for_ever(app, session, monkeypatch):
    from tests.factories.accounts import make_account

    monkeypatch.setattr(app.config["SETTINGS"], "codes_approval_above", 10)
    batch = asked()
    with transaction():
        account = make_account()
        decide_batch(batch.number, approve=False, reason="too many", at=now(), by=account.id)
    assert job_of(batch).state == "failed"
    assert "too many" in job_of(batch).message


def test_a_batch_of_somebody_who_left_is_not_made_and_its_plants_are_free_again(session):
    at = now()
    with transaction():
        staff, owner = make_account(at=at), make_account(at=at)
        lot = make_lot(at=at)
        make_licence(lot.grower_id, at=at)
        for account, role in ((owner, "owner"), (staff, "staff")):
            session.add(GrowerMember(grower_id=lot.grower_id, account_id=account.id, role=role, since=at))
        session.flush()
        batch = request_batch(lot.id, "unit", lot.quantity_own, at=at, by=staff.id, form="csv")
        session.execute(sa.delete(GrowerMember).where(GrowerMember.account_id == staff.id))
        again = owner.id
    make.run(batch.job_id, batch.number)
    assert (job_of(batch).state, job_of(batch).may_retry) == ("failed", False)
    deliver_pending()
    assert (get_batch(batch.number).state, states(batch)) == (BatchState.REFUSED, {})
    with transaction():
        anew = request_batch(lot.id, "unit", lot.quantity_own, at=at, by=again, form="csv")
    make.run(anew.job_id, anew.number)
    assert get_batch(anew.number).state is BatchState.MADE
