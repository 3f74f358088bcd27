"""Long jobs: one worker at a time, failures told and tried again, lost messages and dead workers made good."""

from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from branch.api import get_unit
from branch.growers.models.tables import GrowerMember
from branch.organisation.models.tables import Membership
from core import jobs as celery_jobs
from core.accounts.models.account import Account
from core.clock import now
from core.database import transaction
from core.errors import Conflict, Invalid, Unavailable
from core.outbox.models import OutboxEvent
from core.progress import queries as progress_queries
from core.progress import tasks as job_runs
from core.progress.models import JOB, JobProgress
from core.progress.queries import get_progress
from core.progress.service import starting as progress
from core.progress.service.starting import again
from core.progress.tasks import RETRY, resume, work
from core.work_claims import WorkClaim, find_claim, take_claim
from tests.factories.accounts import make_account
from tests.factories.organisation import make_grower, make_membership

LATER = timedelta(minutes=2)


@pytest.fixture
def sent(monkeypatch):
    """What was handed to the broker: (task, arguments); `away` in it makes the broker refuse."""
    told = []

    def send(name, args, **_options):
        if "away" in told:
            raise ConnectionError
        if name.startswith("tests."):
            told.append((name, *args))

    monkeypatch.setattr(celery_jobs.current_app, "send_task", send)
    return told


def begin(**values):
    with transaction():
        return progress.start("thing", task="tests.do", args=["lot", 3], **values)


def view(job_id):
    return get_progress(job_id, at=now())


def due(job_id):
    """The clock goes on until the back-off is over."""
    with transaction():
        past = now() - timedelta(seconds=1)
        sa_update = sa.update(WorkClaim).where(WorkClaim.key == job_id)
        progress.session.execute(sa_update.values(available_at=past))


def run_out(session):
    with transaction():
        session.execute(sa.update(WorkClaim).values(claimed_until=now() - LATER))


def failing(error):
    def do(job):
        job.advance(1, total=4, message="the first of four")
        raise error

    return do


def events(session):
    session.rollback()
    return [
        row.body["public_id"]
        for row in session.scalars(sa.select(OutboxEvent).where(OutboxEvent.name == "JobFailed"))
    ]


def test_a_job_is_sent_after_its_commit_with_its_arguments(session, sent):
    job_id = begin()
    assert sent == [("tests.do", job_id, "lot", 3)]


def test_a_job_that_the_broker_never_got_is_sent_by_the_schedule_and_not_each_time(session, sent):
    sent.append("away")
    job_id = begin()
    sent.clear()
    assert resume(at=now()) == 0
    assert resume(at=now() + LATER) == 1
    assert sent == [("tests.do", job_id, "lot", 3)]
    assert resume(at=now() + LATER) == 0, "it may wait behind others"
    assert resume(at=now() + timedelta(hours=1)) == 1


def test_a_job_that_nobody_takes_up_is_sent_less_and_less_often(session, sent, at):
    job_id = begin()
    with transaction():
        progress_queries.get_row(job_id).send_again_at = at
    sent.clear()
    minutes = [minute for minute in range(240) if resume(at=at + timedelta(minutes=minute))]
    waits = [after - before for before, after in pairwise(minutes)]
    assert minutes[0] == 0
    assert waits[:6] == [2, 4, 8, 16, 32, 60], "never longer than an hour"


@pytest.mark.both
@pytest.mark.parametrize("advances", [0, 1])
def test_what_a_dead_worker_held_is_sent_when_its_claim_has_run_out_however_often_it_was_sent(
    session, sent, advances
):
    job_id = begin()
    with transaction():
        row = progress_queries.get_row(job_id)
        row.sendings, row.send_again_at = 9, now() + timedelta(hours=1)

    def looked_at_meanwhile(job):
        for _step in range(advances):
            job.advance(1, total=4)
        until = find_claim(JOB, job_id).claimed_until
        session.rollback()
        sent.clear()
        moments = (until - timedelta(seconds=1), until + timedelta(seconds=1))
        job.finish(message=str([resume(at=moment) for moment in moments]))

    work(job_id, looked_at_meanwhile)
    assert view(job_id).message == "[0, 1]"


@pytest.mark.both
@pytest.mark.parametrize("error", [Unavailable("the disk is full"), RuntimeError("bad")])
def test_what_failed_is_sent_when_the_turn_comes_that_its_page_tells(session, sent, error):
    job_id = begin()
    with transaction():
        row = progress_queries.get_row(job_id)
        row.sendings, row.send_again_at = 9, now() + timedelta(hours=1)
    work(job_id, failing(error))
    turn = find_claim(JOB, job_id).available_at
    session.rollback()
    sent.clear()
    assert resume(at=turn - timedelta(seconds=1)) == 0
    assert resume(at=turn) == 1


def test_the_time_left_goes_on_at_the_pace_so_far(session, sent):
    job_id, told = begin(total=40), []

    def do(job):
        job.advance(10)
        begun = progress_queries.get_row(job_id).started_at
        told.append(get_progress(job_id, at=begun + timedelta(seconds=20)).left_s)
        session.rollback()
        job.finish()

    work(job_id, do)
    assert told == [60], "a quarter took 20 s, so three quarters take 60"


def test_work_that_ends_without_a_result_has_failed(session, sent):
    job_id = begin()
    work(job_id, lambda job: job.advance(1, total=2))
    claim = find_claim(JOB, job_id)
    assert claim.token is None, "nobody is at it"
    assert "without a result" in claim.last_error


def test_what_waits_for_approval_is_sent_when_it_is_given_once(session, sent):
    with transaction():
        job_id = progress.start("thing", task="tests.do", send=False)
    assert (resume(at=now() + LATER), sent) == (0, [])
    for _ in range(2):
        with transaction():
            progress.send(job_id)
    assert sent == [("tests.do", job_id)]


def test_a_job_shows_its_steps_and_ends_with_its_result(session, sent):
    job_id, seen = begin(), []

    def do(job):
        job.advance(2, total=4, message="half")
        seen.append(view(job_id))
        job.finish(result_url="/result", message="ready")

    work(job_id, do)
    assert [(one.state, one.done, one.total, one.message) for one in seen] == [("running", 2, 4, "half")]
    assert (view(job_id).state, view(job_id).result_url) == ("done", "/result")
    assert find_claim(JOB, job_id) is None
    assert resume(at=now() + LATER) == 0


def test_a_task_that_is_sent_twice_is_done_once(session, sent):
    job_id, done = begin(), []

    def do(job):
        work(job_id, lambda _job: done.append("a second worker at the same time"))
        done.append("first")
        job.finish()

    work(job_id, do)
    work(job_id, do)
    assert done == ["first"]


def test_a_job_that_another_ended_after_we_saw_it_open_is_not_done_again(session, sent, monkeypatch):
    job_id, done = begin(), []

    def do(job):
        done.append("once")
        job.finish()

    def late(*args, **options):
        monkeypatch.setattr(job_runs, "take_claim", take_claim)
        work(job_id, do)
        return take_claim(*args, **options)

    monkeypatch.setattr(job_runs, "take_claim", late)
    work(job_id, do)
    assert done == ["once"]
    session.rollback()
    assert find_claim(JOB, job_id) is None


@pytest.mark.both
def test_a_worker_that_lost_its_claim_writes_nothing(session, sent):
    job_id, kept = begin(), []

    def slow(job):
        run_out(session)
        work(job_id, lambda second: second.finish(result_url="/second"))
        with transaction():
            job.finish(result_url="/first")
            kept.append("first")

    work(job_id, slow)
    assert (view(job_id).result_url, kept) == ("/second", [])


def test_who_tells_how_far_it_is_keeps_the_job(session, sent):
    job_id = begin()

    def do(job):
        run_out(session)
        job.advance(1, total=2)
        work(job_id, lambda _job: pytest.fail("two have it"))
        job.finish()

    work(job_id, do)
    assert view(job_id).state == "done"


def test_who_was_overtaken_tells_nothing_more_of_how_far_it_is(session, sent):
    job_id = begin()

    def slow(job):
        run_out(session)
        take_claim(JOB, job_id)
        job.advance(7, total=9)
        pytest.fail("it goes on")

    work(job_id, slow)
    assert (view(job_id).state, view(job_id).done) == ("waiting", 0)


@pytest.mark.both
def test_what_a_rule_refuses_ends_the_job_with_its_sentence_and_can_be_tried_again(session, sent):
    job_id = begin()
    work(job_id, failing(Invalid("The lot is closed.")))
    assert (view(job_id).state, view(job_id).message, view(job_id).may_retry) == (
        "failed", "The lot is closed.", True,
    )  # fmt: skip
    assert events(session) == [job_id]
    with transaction():
        again(job_id)
    assert (view(job_id).state, len(sent)) == ("waiting", 2)
    work(job_id, lambda job: job.finish())
    assert view(job_id).state == "done"
    with pytest.raises(Conflict), transaction():
        again(job_id)


def test_what_cannot_be_repeated_is_not_offered_again(session, sent):
    job_id = begin()
    work(job_id, failing(Conflict("The codes are void.", may_retry=False)))
    assert not view(job_id).may_retry
    with pytest.raises(Conflict), transaction():
        again(job_id)


def test_a_failure_is_kept_with_its_cause_tried_again_later_and_ends_after_the_last_attempt(session, sent):
    job_id = begin(locale="en")
    for attempt in range(1, RETRY.attempts + 1):
        work(job_id, failing(ValueError("no glyph")))
        claim = find_claim(JOB, job_id)
        assert (claim.attempts, claim.last_error) == (attempt, "ValueError: no glyph")
        if attempt < RETRY.attempts:
            assert (view(job_id).state, "自动重试" in view(job_id).message) == ("waiting", True)
            work(job_id, lambda _job: pytest.fail("its turn has not come"))
            assert resume(at=now()) == 0
        session.rollback()
        due(job_id)
    assert view(job_id).state == "failed"
    assert view(job_id).message.startswith("It failed several times")
    assert (events(session), view(job_id).may_retry) == ([job_id], True)
    assert resume(at=now() + timedelta(days=1)) == 0


def test_a_job_that_is_not_tried_any_more_is_done_when_its_owner_asks_again(session, sent):
    job_id = begin()
    for _ in range(RETRY.attempts):
        work(job_id, failing(RuntimeError("torn")))
        due(job_id)
    assert view(job_id).state == "failed"
    with transaction():
        again(job_id)
    work(job_id, lambda job: job.finish(result_url="/things/7"))
    assert (view(job_id).state, view(job_id).result_url) == ("done", "/things/7")


def test_a_part_that_is_away_does_not_end_the_job(session, sent):
    job_id = begin()
    for _ in range(RETRY.attempts + 2):
        work(job_id, failing(Unavailable("The place for files is full.")))
        due(job_id)
    assert view(job_id).state == "waiting"
    work(job_id, lambda job: job.finish())
    assert view(job_id).state == "done"


def test_a_job_whose_worker_died_says_so_and_is_taken_up_again(session, sent):
    job_id = begin()
    with transaction():
        session.execute(sa.update(JobProgress).values(state="running", done=3, total=9, message="row 3"))
    take_claim(JOB, job_id, claim_for=timedelta(minutes=5))
    assert view(job_id).state == "running"
    assert resume(at=now() + LATER) == 0, "somebody is at it"
    with transaction():
        session.execute(sa.update(WorkClaim).values(claimed_until=now() - timedelta(seconds=1)))
    assert (view(job_id).state, view(job_id).message) == ("waiting", "中途中断，等待再次处理。")
    assert resume(at=now() + LATER) == 1
    work(job_id, lambda job: job.finish())
    assert view(job_id).state == "done"


def test_a_job_that_kills_its_worker_each_time_ends(session, sent):
    job_id = begin(locale="en")
    take_claim(JOB, job_id, claim_for=timedelta(microseconds=1))
    with transaction():
        session.execute(sa.update(WorkClaim).values(attempts=RETRY.attempts))
    work(job_id, lambda _job: pytest.fail("it would end this worker too"))
    assert view(job_id).state == "failed"
    assert events(session) == [job_id]


@pytest.mark.both
def test_a_death_that_was_noted_by_nobody_is_noted_by_the_schedule(session, sent):
    job_id = begin()
    with transaction():
        moment = now()
        session.add(
            WorkClaim(
                kind=JOB, key=job_id, claimed_at=moment, attempts=5, available_at=moment, dead_at=moment
            )
        )
    resume(at=now())
    assert view(job_id).state == "failed"


def test_a_worker_that_is_told_to_stop_gives_the_job_back(session, sent):
    job_id = begin()
    with pytest.raises(SystemExit):
        work(job_id, failing(SystemExit()))
    claim = find_claim(JOB, job_id)
    assert claim is None
    assert resume(at=now() + LATER) == 1


@pytest.mark.both
def test_only_its_owner_has_a_job_tried_again(client, app, sent):
    with app.app_context():
        job_id, other = begin(), begin(owner_account_id=12)
        work(job_id, failing(Invalid("The lot is closed.")))
        work(other, failing(Invalid("The lot is closed.")))
    page = f"/jobs/{job_id}"
    assert client.get(page).status_code == 200
    assert "再试一次" in client.get(page).get_data(as_text=True)
    assert client.submit(f"/jobs/{other}/again", form_at=page).status_code == 404
    assert client.submit(f"{page}/again", form_at=page).status_code == 303
    assert len(sent) == 3


@pytest.fixture
def technician(session):
    """An account that may build reports at a branch, and its role there."""
    with transaction():
        account = make_account()
        make_membership(account.id, "secretary", "guihua-osmanthus")
        return account.id


def needing(account_id, **place):
    return begin(owner_account_id=account_id, needs=progress.Authority("reports.build", **place))


def take_role(session, account_id):
    with transaction():
        session.execute(sa.delete(Membership).where(Membership.account_id == account_id))


@pytest.mark.both
def test_who_lost_the_role_gets_nothing_done_by_another_try(session, sent, technician):
    unit_id, done = get_unit("guihua-osmanthus").id, []
    job_id = needing(technician, unit_id=unit_id)
    work(job_id, failing(Invalid("not this time")))
    assert view(job_id).may_retry
    take_role(session, technician)
    with transaction():
        again(job_id)
    work(job_id, lambda job: done.append("done") or job.finish())
    assert done == []
    assert (view(job_id).state, view(job_id).may_retry) == ("failed", False)
    assert view(job_id).message.startswith("提出这项任务的人已无此权限")
    with pytest.raises(Conflict), transaction():
        again(job_id)


def test_a_role_that_ends_while_the_job_is_done_keeps_its_result_from_being_written(
    session, sent, technician
):
    job_id = needing(technician, unit_id=get_unit("guihua-osmanthus").id)

    def do(job):
        take_role(session, technician)
        job.finish(result_url="/result")

    work(job_id, do)
    assert (view(job_id).state, view(job_id).result_url) == ("failed", None)


def test_the_role_counts_there_and_below_while_the_account_is_open(session, sent, technician):
    job_id = needing(technician, unit_id=get_unit("guihua-bamboo").id)
    work(job_id, lambda job: job.finish())
    assert view(job_id).state == "done"
    elsewhere = needing(technician, unit_id=get_unit("guihua-tea").id)
    work(elsewhere, lambda job: job.finish())
    assert view(elsewhere).state == "failed"
    closed = needing(technician)
    with transaction():
        session.execute(sa.update(Account).values(active=False))
    work(closed, lambda job: job.finish())
    assert view(closed).state == "failed"


def test_what_is_done_for_a_grower_is_done_only_while_one_works_for_him(session, sent):
    with transaction():
        owner, staff = make_account(), make_account()
        grower = make_grower(account_id=owner.id)
        session.add(GrowerMember(grower_id=grower.id, account_id=staff.id, role="staff", since=now()))
        staff_id = staff.id
    needs = progress.Authority("codes.issue", grower_id=grower.id)
    first, second = (begin(owner_account_id=staff_id, needs=needs) for _ in range(2))
    work(first, lambda job: job.finish())
    with transaction():
        session.execute(sa.delete(GrowerMember).where(GrowerMember.account_id == staff_id))
    work(second, lambda job: job.finish())
    assert (view(first).state, view(second).state) == ("done", "failed")
