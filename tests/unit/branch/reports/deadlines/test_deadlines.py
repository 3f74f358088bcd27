"""When reports are due, who is reminded, and that each is told once whatever happens."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from branch.ledger.rules.periods import Period
from branch.reports.deadlines import service
from branch.reports.deadlines.models import ReportDuty, ReportReminder
from branch.reports.deadlines.queries import duties_of
from branch.reports.deadlines.rules import Plan, Step, days_late, due_on, due_steps, months_to_open
from branch.reports.queries.recipients import nearest_holders
from branch.reports.review.service import moving
from core.database import transaction
from core.messaging.models import Message
from tests.factories.accounts import make_account
from tests.factories.organisation import make_membership, make_tree
from tests.factories.reports import make_report

OPENED = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)  # 02:00 on May 2nd in Shanghai
DUE = date(2026, 5, 10)


def shanghai(month, day, hour=12):
    return datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("at", "done", "send", "skip"),
    [
        (shanghai(5, 7, 7), (), None, ()),
        (shanghai(5, 7, 8), (), Step.SOON, ()),
        (shanghai(5, 7, 9), ("soon",), None, ()),
        (shanghai(5, 10, 23), ("soon",), None, ()),
        (shanghai(5, 11, 8), ("soon",), Step.LATE, ()),
        (shanghai(5, 11, 8), (), Step.LATE, (Step.SOON,)),
        (shanghai(5, 15, 8), ("soon", "late"), Step.ESCALATED, ()),
        (shanghai(6, 20), (), Step.ESCALATED, (Step.SOON, Step.LATE)),
        (shanghai(6, 20), ("soon", "late", "escalated"), None, ()),
    ],
)
def test_the_latest_step_is_sent_and_what_was_slept_through_is_not(at, done, send, skip):
    due = due_steps(DUE, opened_at=OPENED, done=done, plan=Plan(), at=at)
    assert (due.send, due.skip) == (send, skip)


def test_a_step_that_lies_before_the_report_was_asked_for_is_never_sent():
    late = shanghai(5, 9)
    assert due_steps(DUE, opened_at=late, done=(), plan=Plan(), at=late) == due_steps(
        DUE, opened_at=late, done=(), plan=Plan(), at=shanghai(5, 10)
    )
    assert due_steps(DUE, opened_at=late, done=(), plan=Plan(), at=late).send is None


@pytest.mark.parametrize(("opened_before", "send"), [(timedelta(seconds=1), Step.SOON), (timedelta(0), None)])
def test_a_step_of_the_moment_of_opening_is_never_sent(opened_before, send):
    moment = shanghai(5, 7, 8)
    due = due_steps(DUE, opened_at=moment - opened_before, done=(), plan=Plan(), at=moment)
    assert due.send == send


def test_a_report_is_due_on_the_tenth_and_never_before_it_could_be_made():
    assert due_on(Period(2026, 4), opened_on=date(2026, 5, 2), plan=Plan()) == DUE
    assert due_on(Period(2026, 12), opened_on=date(2027, 1, 2), plan=Plan(day=8)) == date(2027, 1, 9)
    assert due_on(Period(2026, 4), opened_on=date(2026, 5, 20), plan=Plan()) == date(2026, 5, 27)


def test_a_unit_is_asked_for_every_month_once_and_at_first_for_the_last_one_only():
    today = date(2026, 5, 2)
    assert months_to_open(None, today) == (Period(2026, 4),)
    assert months_to_open(Period(2026, 4), today) == ()
    assert months_to_open(Period(2025, 12), today) == tuple(Period(2026, month) for month in (1, 2, 3, 4))


def test_days_late_are_counted_from_the_day_after():
    assert days_late(DUE, submitted_at=None, at=shanghai(5, 10, 23)) == 0
    assert days_late(DUE, submitted_at=None, at=shanghai(5, 11, 0)) == 1, "the day begins in Shanghai"
    assert days_late(DUE, submitted_at=None, at=shanghai(5, 13)) == 3
    assert days_late(DUE, submitted_at=shanghai(5, 11), at=shanghai(6, 11)) == 1


@pytest.fixture
def people(session, login):
    return {
        "secretary": login(role="secretary", locale="en").account_id,
        "committee": login(role="committee").account_id,
    }


def open_duties(*, at):
    return sum(service.open_duties(unit_id, at=at) for unit_id in service.branches_to_ask(at=at))


@pytest.fixture
def duties(session, people):
    with transaction():
        make_tree()
        assert open_duties(at=OPENED) == 2
        assert open_duties(at=OPENED) == 0
    return service.open_duty_ids(at=OPENED)


def sweep(duties, at):
    def one(duty):
        with transaction():
            return service.remind(duty, at=at)

    return sum(one(duty) for duty in duties)


def told(session):
    session.rollback()
    rows = session.execute(sa.select(Message.context, Message.locale).order_by(Message.id))
    return [(context["step"], context["unit"], locale) for context, locale in rows]


def test_secretary_then_committee_are_told_once_each_in_their_language(session, people, duties):
    for day in (5, 7, 7, 8, 11, 12, 15, 16, 30):
        sweep(duties, shanghai(5, day))
    osmanthus = [one for one in told(session) if "smanthus" in one[1] or "桂花" in one[1]]
    assert osmanthus == [
        ("soon", "Osmanthus industry branch", "en"),
        ("late", "Osmanthus industry branch", "en"),
        ("escalated", "桂花产业支部", "zh_Hans_CN"),
    ]


def test_a_late_report_is_told_above_the_unit_and_not_to_those_who_review_in_it(session, people, duties):
    with transaction():
        units, reviewer = make_tree(), make_account(email="reviewer@example.org").id
        make_membership(reviewer, "committee", "guihua-osmanthus")
    assert nearest_holders(units["guihua-osmanthus"].id, "reports.review")[1] == {reviewer}
    sweep(duties, shanghai(5, 15))
    session.rollback()
    escalated = sa.select(ReportReminder.unit_id).where(ReportReminder.step == "escalated")
    assert set(session.scalars(escalated)) == {units["guihua"].id}


def test_a_crash_between_the_steps_repeats_nothing_and_loses_nothing(session, people, duties):
    with pytest.raises(ZeroDivisionError), transaction():
        service.remind(duties[0], at=shanghai(5, 7))
        raise ZeroDivisionError
    assert told(session) == []
    sweep(duties, shanghai(5, 7))
    once = told(session)
    sweep(duties, shanghai(5, 7))
    assert told(session) == once


@pytest.mark.both
def test_a_submitted_report_is_not_reminded_of(session, people, duties):
    with transaction():
        public_id = make_report(state="draft", by=None)
    with transaction():
        moving.move_report(
            public_id, "submitted",
            revision=0, comment="", account_id=people["secretary"], by_name="s", at=shanghai(5, 12),
        )  # fmt: skip
    with transaction():
        session.execute(sa.delete(Message))
    sweep(duties, shanghai(5, 30))
    assert not [one for one in told(session) if one[2] == "en"]
    unit = make_tree()["guihua-osmanthus"].id
    found = duties_of([unit], at=shanghai(6, 1))
    assert [(one.period, one.days_late, one.state) for one in found] == [("2026-04", 2, "submitted")]
    assert duties_of([unit], at=shanghai(6, 1), open_only=True) == []
    session.rollback()


def test_a_draft_is_no_report_that_came(session, people, duties):
    with transaction():
        make_report(state="draft", by=None)
    sweep(duties, shanghai(5, 11))
    assert [one for one in told(session) if one[2] == "en"] == [
        ("late", "Osmanthus industry branch", "en"),
    ]
    session.rollback()
    assert set(session.scalars(sa.select(ReportDuty.submitted_at))) == {None}


def test_a_report_that_is_handed_in_again_came_when_it_came_first(session, people, duties):
    with transaction():
        unit = make_tree()["guihua-osmanthus"].id
        for day in (12, 20):
            service.note_submission(unit, "2026-04", at=shanghai(5, day))
    assert [one.days_late for one in duties_of([unit], at=shanghai(6, 1))] == [2]
    session.rollback()


@pytest.mark.both
def test_a_submission_that_was_not_noted_is_found_by_the_sweep(session, people, duties):
    with transaction():
        make_report(state="submitted", by=people["secretary"])
    sweep(duties, shanghai(5, 30))
    session.rollback()
    unit = make_tree()["guihua-osmanthus"].id
    noted = sa.select(ReportDuty.submitted_at).where(ReportDuty.unit_id == unit)
    assert session.scalar(noted) is not None
    session.rollback()


def test_two_workers_at_once_remind_once(app, session, people, duties):
    start, wrong = Barrier(2), []

    def work():
        with app.app_context():
            start.wait(timeout=10)
            try:
                with transaction():
                    open_duties(at=OPENED)
                sweep(duties, shanghai(5, 7))
            except Exception as error:  # noqa: BLE001 - shown below
                wrong.append(error)

    threads = [Thread(target=work) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=30)
    assert wrong == []
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(ReportReminder)) == len(duties)
    assert session.scalar(sa.select(sa.func.count()).select_from(ReportDuty)) == len(duties)
    steps = [(step, unit) for step, unit, _locale in told(session)]
    assert len(steps) == len(set(steps))
