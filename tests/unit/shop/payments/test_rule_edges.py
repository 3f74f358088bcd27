"""Payments at the edge of each rule: the last minute of a session, the last fen of a line."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict
from shop.payments.rules.provider_news import Heard, heard_of, seen_elsewhere, session_end, share_of_line
from shop.payments.states import REFUND_STATES, STAGES

AT = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("held_for", "ends_after", "then_held_for"),
    [
        (40 * MINUTE, 37 * MINUTE, 40 * MINUTE),
        # Exactly enough for the shortest session, and one second less.
        (35 * MINUTE, 32 * MINUTE, 35 * MINUTE),
        (35 * MINUTE - timedelta(seconds=1), 32 * MINUTE, 35 * MINUTE),
        (-10 * MINUTE, 32 * MINUTE, 35 * MINUTE),
        # Stripe takes no session of a day or more.
        (23 * HOUR + 3 * MINUTE, 23 * HOUR, 23 * HOUR + 3 * MINUTE),
        (72 * HOUR, 23 * HOUR, 72 * HOUR),
    ],
)
def test_a_session_ends_three_minutes_before_the_hold(held_for, ends_after, then_held_for):
    assert session_end(at=AT, hold_until=AT + held_for) == (AT + ends_after, AT + then_held_for)


@pytest.mark.parametrize(
    ("status", "payment_status", "failed", "heard"),
    [
        ("complete", "no_payment_required", False, Heard.PAID),
        ("open", "paid", False, Heard.PAID),
        ("open", "unpaid", True, Heard.FAILED),
        ("", "", False, Heard.NOTHING),
        ("unheard_of", None, False, Heard.NOTHING),
    ],
)
def test_what_the_provider_says_is_ranked(status, payment_status, failed, heard):
    assert heard_of(status, payment_status, failed=failed) is heard


def test_what_is_heard_later_ranks_higher():
    assert sorted(Heard) == [
        Heard.NOTHING,
        Heard.OPEN,
        Heard.EXPIRED,
        Heard.PROCESSING,
        Heard.FAILED,
        Heard.PAID,
    ]


@pytest.mark.parametrize(
    ("heard", "mirrored", "failed", "ours", "left", "unseen"),
    [
        (0, 0, 0, 0, 100, 0),
        (50, 0, 0, 0, 100, 50),
        (0, 50, 0, 0, 100, 50),
        (60, 50, 0, 0, 100, 60),
        (60, 50, 20, 0, 100, 50),  # ten of the sixty came back
        (90, 50, 20, 0, 100, 70),
        (70, 70, 0, 30, 100, 40),
        (30, 30, 0, 70, 100, 0),
        (90, 90, 0, 0, 40, 40),
        (90, 90, 0, 0, 0, 0),
    ],
)
def test_money_given_back_elsewhere_is_what_no_refund_of_ours_explains(
    heard, mirrored, failed, ours, left, unseen
):
    found = seen_elsewhere(
        heard_minor=heard,
        mirrored_minor=mirrored,
        mirrored_failed_minor=failed,
        ours_minor=ours,
        left_minor=left,
    )
    assert found == unseen


@pytest.mark.parametrize(
    ("already", "more", "share"),
    [(0, 1, 33), (1, 1, 33), (2, 1, 34), (0, 2, 66), (1, 2, 67), (0, 3, 100), (3, 0, 0), (0, 0, 0)],
)
def test_the_last_unit_of_a_line_takes_what_is_left(already, more, share):
    assert share_of_line(100, 3, already, more) == share


@pytest.mark.parametrize(("already", "more"), [(0, 4), (3, 1), (-1, 1), (2, -1)])
def test_no_more_units_are_shared_than_were_bought(already, more):
    with pytest.raises(ValueError, match="more units"):
        share_of_line(100, 3, already, more)


@pytest.mark.parametrize(("table", "check"), [(STAGES, STAGES.check), (REFUND_STATES, REFUND_STATES.check)])
def test_a_move_that_is_not_in_the_table_is_a_conflict(table, check):
    for current, targets in table.items():
        for target in table:
            if target in targets:
                check(current, target)
            else:
                with pytest.raises(Conflict) as refused:
                    check(current, target)
                assert refused.value.code == "wrong_state"
                assert (refused.value.details["current"], refused.value.details["target"]) == (
                    current,
                    target,
                )
