"""Reminders reach the owner, escalations the unit above, each once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.database import session as db_session
from core.database import transaction
from core.errors import Conflict
from core.messaging.models import Message
from tests.factories.accounts import make_account
from tests.factories.cases import make_case
from tests.factories.licences import make_mark
from tests.factories.organisation import make_membership
from tests.factories.verification import make_scene
from traceability.cases.models.tables import CaseChange, CaseNotice
from traceability.cases.queries.records import get_case
from traceability.cases.service import decisions, reminders
from traceability.cases.states import Subject


@pytest.fixture
def town(session, at):
    with transaction():
        scene = make_scene("shipped", at=at)
        people = {}
        for name, role, unit in (
            ("secretary", "secretary", "guihua-osmanthus"),
            ("technician", "technician", "guihua-osmanthus"),
            ("committee", "committee", "guihua"),
            ("tea", "secretary", "guihua-tea"),
        ):
            people[name] = make_account(email=f"{name}@example.org", at=at).id
            make_membership(people[name], role, unit, at)
        number = make_case(subject=Subject.of_code(scene.code_id), at=at, contact="138").number
    return number, people


def told(day, number, at):
    """Who gets a message when the scheduler runs on this day, twice."""
    before = set(db_session.scalars(select(Message.id)))
    for _ in range(2):
        with transaction():
            reminders.remind(number, at=at + timedelta(days=day))
    rows = db_session.scalars(select(Message).where(Message.id.not_in(before)))
    return sorted((row.receiver.split("@")[0], row.context["kind"]) for row in rows)


def test_the_plan_reaches_the_right_people_once(town, at):
    number, _people = town
    heard = {day: told(day, number, at) for day in (6, 7, 8, 9, 10, 11, 12, 13, 19, 40)}
    assert {day: who for day, who in heard.items() if who} == {
        7: [("secretary", "3_days_left")],
        9: [("secretary", "1_day_left")],
        10: [("secretary", "overdue")],
        12: [("committee", "escalated_1")],
        19: [("committee", "escalated_2")],
    }
    steps = list(db_session.scalars(select(CaseChange.step).order_by(CaseChange.id)))
    assert steps == ["open", "escalate", "escalate"]
    assert get_case(number).escalated_unit_id is not None


@pytest.mark.both
def test_the_owner_is_reminded_alone(town, at):
    number, _people = town
    with transaction():
        second = make_account(email="second@example.org", at=at).id
        make_membership(second, "secretary", "guihua-osmanthus", at)
        decisions.take(number, at=at, by=second)
    assert told(7, number, at) == [("second", "3_days_left")]


@pytest.mark.both
def test_a_decided_case_bothers_nobody(town, at):
    number, people = town
    with transaction():
        decisions.take(number, at=at, by=people["secretary"])
        decisions.decide(number, "genuine", note="核对", answer="正品", at=at, by=people["secretary"])
    assert told(20, number, at) == []
    assert number not in reminders.cases_to_remind_of(at=at + timedelta(days=20))


def test_a_reopened_case_is_reminded_of_afresh(town, at):
    number, people = town
    assert told(7, number, at)
    with transaction():
        decisions.take(number, at=at, by=people["secretary"])
        decisions.decide(number, "genuine", note="核对", answer="正品", at=at, by=people["secretary"])
        decisions.reopen(number, note="新证据", at=at + timedelta(days=20), by=people["secretary"])
    assert told(27, number, at) == [("secretary", "3_days_left")]


@pytest.mark.both
def test_what_the_scheduler_slept_through_is_noted_as_not_sent(town, at):
    number, _people = town
    assert told(13, number, at) == [("committee", "escalated_1")]
    rows = dict(db_session.execute(select(CaseNotice.kind, CaseNotice.sent)).all())
    assert rows == {"0:3_days_left": 0, "0:1_day_left": 0, "0:overdue": 0, "0:escalated_1": 1}


@pytest.mark.both
def test_the_contact_is_forgotten_half_a_year_after_the_end(town, at):
    number, people = town
    with transaction():
        decisions.take(number, at=at, by=people["secretary"])
        decisions.decide(number, "genuine", note="核对", answer="正品", at=at, by=people["secretary"])
        decisions.close(number, at=at, by=people["secretary"])
    for days, contact in ((179, "138"), (181, "")):
        with transaction():
            for due in reminders.contacts_to_forget(at=at + timedelta(days=days)):
                reminders.forget_contact(due)
        assert get_case(number).contact == contact


def test_a_case_that_is_with_nobody_reaches_those_who_may_take_it_in_every_town(session, at):
    with transaction():
        make_mark(code="ONE", at=at)
        make_mark(code="TWO", unit="guihua-tea", at=at)
        for name, role, unit in (
            ("secretary", "secretary", "guihua-osmanthus"),
            ("committee", "committee", "guihua"),
            ("tea", "secretary", "guihua-tea"),
        ):
            make_membership(make_account(email=f"{name}@example.org", at=at).id, role, unit, at)
        number = make_case(subject=Subject.of_shop("某店"), at=at).number
    assert told(7, number, at) == [("secretary", "3_days_left"), ("tea", "3_days_left")]
    assert told(12, number, at) == [("committee", "escalated_1")]
    with transaction(), pytest.raises(Conflict):
        by = make_account(email="third@example.org", at=at).id
        make_membership(by, "secretary", "guihua-tea", at)
        decisions.propose(number, note="x", answer="y", at=at, by=by)
