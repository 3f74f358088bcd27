"""Who hears what when: each notice once, the latest one only after a pause of the scheduler."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.cases.rules.deadlines import PLAN, due_notices

OPENED = datetime(2026, 3, 1, tzinfo=UTC)
DUE = OPENED + timedelta(days=10)


def at_day(day, sent=(), due=DUE):
    found = due_notices(since=OPENED, due_at=due, sent=sent, at=OPENED + timedelta(days=day))
    return found.send.kind if found.send else None


def test_nobody_is_bothered_in_the_first_week():
    assert [at_day(day) for day in range(7)] == [None] * 7


def test_the_plan_runs_from_three_days_before_to_the_second_escalation():
    sent = set()
    heard = []
    for day in range(25):
        kind = at_day(day, sent)
        if kind:
            heard.append((day, kind))
            sent.add(kind)
    assert heard == [
        (7, "3_days_left"),
        (9, "1_day_left"),
        (10, "overdue"),
        (12, "escalated_1"),
        (19, "escalated_2"),
    ]


def test_after_a_pause_only_the_latest_is_sent():
    found = due_notices(since=OPENED, due_at=DUE, sent=(), at=OPENED + timedelta(days=13))
    assert found.send.kind == "escalated_1"
    assert [notice.kind for notice in found.skip] == ["3_days_left", "1_day_left", "overdue"]


def test_a_short_deadline_has_no_reminder_before_the_case():
    assert at_day(0, due=OPENED + timedelta(days=2)) is None
    assert at_day(1, due=OPENED + timedelta(days=2)) == "1_day_left"


@given(st.sets(st.sampled_from([notice.kind for notice in PLAN])), st.integers(-5, 60))
def test_nothing_is_sent_twice_or_early(sent, day):
    at = OPENED + timedelta(days=day)
    found = due_notices(since=OPENED, due_at=DUE, sent=sent, at=at)
    if found.send:
        assert found.send.kind not in sent
        assert DUE + found.send.after_due <= at


@pytest.mark.parametrize(
    ("after_due", "kind"),
    [
        (timedelta(days=-3, seconds=-1), None),
        (timedelta(days=-3), "3_days_left"),
        (timedelta(days=-1, seconds=-1), "3_days_left"),
        (timedelta(days=-1), "1_day_left"),
        (timedelta(seconds=-1), "1_day_left"),
        (timedelta(0), "overdue"),
        (timedelta(days=2, seconds=-1), "overdue"),
        (timedelta(days=2), "escalated_1"),
        (timedelta(days=9, seconds=-1), "escalated_1"),
        (timedelta(days=9), "escalated_2"),
    ],
)
def test_each_notice_has_its_moment(after_due, kind):
    found = due_notices(since=OPENED, due_at=DUE, sent=(), at=DUE + after_due)
    assert (found.send.kind if found.send else None) == kind


@pytest.mark.parametrize(
    ("opened_before", "kind"), [(timedelta(seconds=1), "1_day_left"), (timedelta(0), None)]
)
def test_a_notice_of_the_moment_of_opening_is_never_sent(opened_before, kind):
    since = DUE - timedelta(days=1) - opened_before
    found = due_notices(since=since, due_at=DUE, sent=(), at=DUE - timedelta(days=1))
    assert (found.send.kind if found.send else None) == kind


def test_the_first_escalation_goes_one_unit_up_and_the_second_two():
    assert {notice.kind: notice.levels_up for notice in PLAN} == {
        "3_days_left": 0,
        "1_day_left": 0,
        "overdue": 0,
        "escalated_1": 1,
        "escalated_2": 2,
    }
