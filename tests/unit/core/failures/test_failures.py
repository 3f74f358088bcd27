"""What failed is listed in words, tried again or set aside with a reason, and counted."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import transaction
from core.errors import Conflict, Invalid, NotFound
from core.failures import queries, service
from core.failures.models import FailureDecision
from core.failures.tasks import forget_settled
from core.messaging.models import STUCK_AFTER, Message
from core.messaging.service import enqueueing as messaging
from core.outbox import service as outbox
from core.outbox.models import OutboxEvent
from core.work_claims import WorkClaim, claimed
from tests.unit.core.test_outbox import Told

pytestmark = pytest.mark.both
SWEEP = "shop.orders.expire"


def fail_work(key="7", **columns):
    with pytest.raises(ValueError), claimed(SWEEP, key):
        raise ValueError("no such stock")
    with transaction() as session:
        if columns:
            session.execute(sa.update(WorkClaim).where(WorkClaim.key == key).values(**columns))
        return session.scalar(sa.select(WorkClaim.id).where(WorkClaim.key == key))


def fail_event(**columns):
    with transaction() as session:
        outbox.record(Told(1))
        session.flush()
        number = session.scalar(sa.select(sa.func.max(OutboxEvent.id)))
        session.execute(
            sa.update(OutboxEvent)
            .where(OutboxEvent.id == number)
            .values(**{"last_error": "RuntimeError: away", "failed_at": now(), "attempts": 3} | columns)
        )
        return number


def fail_message(**columns):
    with transaction() as session:
        number = (session.scalar(sa.select(sa.func.count()).select_from(Message)) or 0) + 1
        messaging.enqueue(
            dedupe_key=f"m{number}",
            to="li@example.org",
            template="account_code",
            context={"code": "1"},
            locale="en",
        )
        number = session.scalar(sa.select(sa.func.max(Message.id)))
        session.execute(
            sa.update(Message)
            .where(Message.id == number)
            .values(**{"last_error": "refused", "failed_at": now(), "attempts": 2} | columns)
        )
        return number


def listed(**options):
    page = queries.failures(at=now(), **options)
    return [(one.kind, one.id, one.state) for one in page.items]


def test_each_kind_is_listed_while_it_fails_and_counted_when_it_is_dead(session):
    event = fail_event()
    dead_event = fail_event(dead_at=now())
    message = fail_message()
    failed = fail_message(state="failed")
    stuck = fail_message(state="sending", available_at=now() - STUCK_AFTER, last_error=None)
    fail_message(state="sending", last_error=None)
    fail_message(state="sent")
    fail_event(done_at=now())
    row = fail_work()
    dead_row = fail_work("8", dead_at=now())
    assert sorted(listed()) == sorted(
        [
            ("event", event, "waits"),
            ("event", dead_event, "dead"),
            ("message", message, "waits"),
            ("message", failed, "dead"),
            ("message", stuck, "stuck"),
            ("work", row, "waits"),
            ("work", dead_row, "dead"),
        ]
    )
    assert {kind: (one.failing, one.dead) for kind, one in queries.counts(at=now()).items()} == {
        "event": (1, 1),
        "message": (1, 2),
        "work": (1, 1),
    }
    assert {kind for kind, _id, _state in listed(kind="work")} == {"work"}


@pytest.mark.parametrize(
    ("fail", "kind", "columns"),
    [
        (fail_event, "event", {"dead_at": now()}),
        (fail_message, "message", {"state": "failed"}),
        (fail_message, "message", {"state": "sending", "available_at": now() - STUCK_AFTER * 2}),
        (fail_work, "work", {"dead_at": now()}),
    ],
)
def test_what_is_dead_is_tried_again_with_all_its_attempts_or_set_aside(session, fail, kind, columns):
    number = fail(**columns)
    with transaction():
        service.set_aside(kind, number, reason=" a test ", at=now(), by=None)
    assert listed() == []
    assert listed(aside=True) == [(kind, number, "aside")]
    assert queries.counts(at=now())[kind] == queries.Counts()
    session.rollback()
    with transaction():
        service.try_again(kind, number, at=now(), by=None)
    found = queries.get_failure(kind, number, at=now())
    assert (found.state, found.attempts) == ("waits", 0)
    assert found.next_at <= now()
    steps = session.execute(
        sa.select(FailureDecision.step, FailureDecision.reason).order_by(FailureDecision.id)
    ).all()
    assert steps == [("aside", "a test"), ("again", "")]


def test_setting_aside_needs_a_reason_and_something_that_failed(session):
    number = fail_work()
    with pytest.raises(Invalid), transaction():
        service.set_aside("work", number, reason="  ", at=now(), by=None)
    with pytest.raises(NotFound), transaction():
        service.set_aside("event", 99, reason="x", at=now(), by=None)
    with pytest.raises(NotFound), transaction():
        service.try_again("event", 99, at=now(), by=None)


def test_what_is_in_work_is_left_to_whoever_has_it(session):
    number = fail_work()
    with claimed(SWEEP, "7"):
        for step in (
            lambda: service.try_again("work", number, at=now(), by=None),
            lambda: service.set_aside("work", number, reason="x", at=now(), by=None),
        ):
            with pytest.raises(Conflict), transaction():
                step()


def test_a_row_that_no_sweep_asks_for_any_more_is_forgotten_and_a_dead_one_is_not(session):
    fail_work("settled", available_at=now() - timedelta(days=8))
    fail_work("lately", available_at=now() - timedelta(days=6))
    fail_work("dead", available_at=now() - timedelta(days=8), dead_at=now())
    assert forget_settled.run() == 1
    session.rollback()
    assert set(session.scalars(sa.select(WorkClaim.key))) == {"lately", "dead"}


def test_the_numbers_are_told_to_prometheus(session, client):
    fail_event(dead_at=now())
    fail_work()
    text = client.get("/metrics").text
    assert 'guiyuan_dead_letters{kind="event"} 1.0' in text
    assert 'guiyuan_dead_letters{kind="work"} 0.0' in text
    assert 'guiyuan_failing{kind="work"} 1.0' in text


def test_an_operator_sees_tries_again_and_sets_aside(session, login):
    event, row = fail_event(dead_at=now()), fail_work()
    operator = login(role="operator", locale="en")
    page = operator.get("/operations/failures").text
    assert "ValueError: no such stock" in page
    assert "An unpaid order that runs out" in page
    assert "li@example.org" not in page
    assert "Not tried any more" in page
    answer = operator.submit(
        f"/operations/failures/event/{event}/again", {"kind": "event"}, form_at="/operations/failures"
    )
    assert answer.status_code == 303
    assert queries.get_failure("event", event, at=now()).state == "waits"
    session.rollback()
    form = f"/operations/failures/work/{row}/aside"
    assert operator.submit(form, {"reason": ""}).status_code == 422
    assert operator.submit(form, {"reason": "the order was a test"}).status_code == 303
    assert "the order" not in operator.get("/operations/failures").text
    decision = session.scalars(sa.select(FailureDecision).order_by(FailureDecision.id.desc())).first()
    assert (decision.by_account_id, decision.reason) == (operator.account_id, "the order was a test")
    assert operator.get("/operations/failures?kind=elsewhere").status_code == 404
    assert "An unpaid order" in operator.get("/operations/failures?show=aside").text


def test_all_that_is_dead_is_tried_again_at_once(session, login):
    fail_event(dead_at=now())
    fail_message(state="failed")
    waits = fail_message(available_at=now() + timedelta(hours=1))
    operator = login(role="operator", locale="en")
    operator.submit("/operations/failures/again", {}, form_at="/operations/failures")
    assert {state for _kind, _id, state in listed()} == {"waits"}
    assert queries.get_failure("message", waits, at=now()).attempts == 2, "what waits anyway keeps its turn"


def test_nobody_but_operators_sees_it(login, client):
    assert login(role="secretary").get("/operations/failures").status_code == 403
    assert client.get("/operations/failures").status_code == 302


def test_the_command_lists_tries_again_and_sets_aside(app, session):
    row = fail_work(dead_at=now())
    run = app.test_cli_runner().invoke
    shown = run(args=["failures", "list"])
    assert f"work/{row}  dead  {SWEEP} 7" in shown.output
    assert "no such stock" in shown.output
    assert run(args=["failures", "retry"]).exit_code != 0
    assert run(args=["failures", "retry", "work"]).exit_code != 0
    unknown = run(args=["failures", "retry", "work/99"])
    assert (unknown.exit_code, unknown.stderr) == (1, "Error: work/99: no_such_failure\n")
    assert "1 due now" in run(args=["failures", "retry", "--all"]).output
    assert "set aside" in run(args=["failures", "aside", f"work/{row}", "--reason", "a test"]).output
    assert "0 in all" in run(args=["failures", "list"]).output
    assert "1 in all" in run(args=["failures", "list", "--aside"]).output
    assert "1 due now" in run(args=["failures", "retry", f"work/{row}"]).output


def test_a_job_that_failed_is_sent_again(session, monkeypatch):
    from core.progress.models import JOB, JobProgress
    from core.progress.service import starting as progress

    sent = []
    monkeypatch.setattr("core.jobs.send_soon", lambda task, *_args: sent.append(task))
    with transaction():
        job = progress.start("report", task="branch.reports.build", args=["u"], send=False, locale="en")
        session.execute(sa.update(JobProgress).values(state="failed", may_retry=True))
    with pytest.raises(ValueError), claimed(JOB, job):
        raise ValueError("no glyph")
    with transaction():
        session.execute(sa.update(WorkClaim).values(dead_at=now()))
        number = session.scalar(sa.select(WorkClaim.id))
    with transaction():
        service.try_again("work", number, at=now(), by=None)
    assert sent == ["branch.reports.build"]
    session.rollback()
    assert session.scalar(sa.select(JobProgress.state)) == "waiting"


@pytest.mark.parametrize("step", ["again", "aside"])
def test_a_message_that_a_worker_takes_meanwhile_is_left_to_it(session, monkeypatch, step):
    number = fail_message(state="waiting")
    seen = queries.get_failure("message", number, at=now())
    with transaction():
        session.execute(sa.update(Message).values(state="sending", attempts=3, available_at=now()))
    monkeypatch.setattr(service, "get_failure", lambda *_args, **_named: seen)
    with pytest.raises(Conflict), transaction():
        if step == "again":
            service.try_again("message", number, at=now(), by=None)
        else:
            service.set_aside("message", number, reason="x", at=now(), by=None)
    session.rollback()
    assert session.scalar(sa.select(Message.state)) == "sending", "it would be sent twice"


def test_one_that_is_done_meanwhile_keeps_no_other_from_being_tried_again(session):
    event, work = fail_event(dead_at=now()), fail_work(dead_at=now())
    with transaction():
        tried = service.try_each_again([("message", 99), ("event", event), ("work", work)], at=now(), by=None)
    assert tried == 2
    assert {state for _kind, _id, state in listed()} == {"waits"}
    assert session.scalar(sa.select(sa.func.count(FailureDecision.id))) == 2
