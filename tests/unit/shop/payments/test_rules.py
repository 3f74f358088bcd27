from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict
from shop.payments.rules.provider_news import (
    SHORTEST_SESSION,
    Expected,
    Heard,
    SessionNews,
    disagreements,
    heard_of,
    seen_elsewhere,
    session_end,
    share_of_line,
)
from shop.payments.states import (
    REFUND_STATES,
    STAGES,
    RefundState,
    Stage,
)

AT = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
EXPECTED = Expected(amount_minor=123_45, currency="CNY", order_number="GY-1", payment_ref="abc")


def news(**changes):
    given_values = {
        "session_id": "cs_1",
        "heard": Heard.PAID,
        "amount_minor": 123_45,
        "currency": "cny",
        "payment_ref": "abc",
        "order_number": "GY-1",
        "provider_payment_id": "pi_1",
    }
    return SessionNews(**(given_values | changes))


def test_what_agrees_in_amount_currency_order_and_payment_is_ours():
    assert disagreements(EXPECTED, news()) == ()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"amount_minor": 123_44}, ("amount",)),
        ({"amount_minor": None}, ("amount",)),
        ({"currency": "usd"}, ("currency",)),
        ({"currency": None}, ("currency",)),
        ({"order_number": "GY-2"}, ("order",)),
        ({"payment_ref": None}, ("payment",)),
        ({"amount_minor": 1, "currency": "jpy"}, ("amount", "currency")),
    ],
)
def test_every_disagreement_is_named(change, named):
    assert disagreements(EXPECTED, news(**change)) == named


@pytest.mark.parametrize(
    ("status", "payment_status", "failed", "heard"),
    [
        ("open", "unpaid", False, Heard.OPEN),
        ("expired", "unpaid", False, Heard.EXPIRED),
        ("complete", "unpaid", False, Heard.PROCESSING),
        ("complete", "unpaid", True, Heard.FAILED),
        ("complete", "paid", False, Heard.PAID),
        ("complete", "paid", True, Heard.PAID),
        (None, None, False, Heard.NOTHING),
    ],
)
def test_a_session_is_paid_only_when_its_payment_status_says_so(status, payment_status, failed, heard):
    assert heard_of(status, payment_status, failed=failed) is heard


def test_the_session_ends_before_the_hold():
    end, hold = session_end(at=AT, hold_until=AT + timedelta(minutes=40))
    assert end == AT + timedelta(minutes=37)
    assert hold == AT + timedelta(minutes=40)


def test_a_late_start_moves_the_hold_since_stripe_takes_no_shorter_session():
    end, hold = session_end(at=AT, hold_until=AT + timedelta(minutes=5))
    assert end == AT + SHORTEST_SESSION
    assert hold > end


@given(st.integers(-600, 3000))
def test_no_session_outlives_its_hold_or_stripes_bounds(minutes):
    end, hold = session_end(at=AT, hold_until=AT + timedelta(minutes=minutes))
    assert end < hold
    assert timedelta(minutes=30) < end - AT < timedelta(hours=24)


@given(net=st.integers(0, 10**9), steps=st.lists(st.integers(0, 50), min_size=1, max_size=8))
def test_the_parts_of_a_line_sum_to_the_line(net, steps):
    quantity = sum(steps)
    if quantity == 0:
        return
    already, paid_back = 0, []
    for more in steps:
        paid_back.append(share_of_line(net, quantity, already, more))
        already += more
    assert sum(paid_back) == net
    assert min(paid_back) >= 0


def test_more_units_than_were_bought_are_refused():
    with pytest.raises(ValueError, match="more units"):
        share_of_line(100, 3, 2, 2)


@given(
    heard=st.integers(0, 1000),
    mirrored=st.integers(0, 1000),
    failed=st.integers(0, 1000),
    ours=st.integers(0, 1000),
    left=st.integers(0, 1000),
)
def test_refunds_made_elsewhere_never_exceed_what_is_left(heard, mirrored, failed, ours, left):
    unseen = seen_elsewhere(
        heard_minor=heard,
        mirrored_minor=mirrored,
        mirrored_failed_minor=failed,
        ours_minor=ours,
        left_minor=left,
    )
    assert 0 <= unseen <= left


def test_a_refund_of_ours_is_not_counted_twice():
    seen = {"mirrored_failed_minor": 0, "left_minor": 900}
    assert seen_elsewhere(heard_minor=100, mirrored_minor=100, ours_minor=100, **seen) == 0
    assert seen_elsewhere(heard_minor=150, mirrored_minor=100, ours_minor=100, **seen) == 50


def test_money_that_arrived_never_leaves_its_stage_by_an_older_message():
    for later in (Stage.EXPIRED, Stage.FAILED, Stage.PROCESSING, Stage.CANCELLED, Stage.OPEN):
        assert later not in STAGES[Stage.RECEIVED]
        with pytest.raises(Conflict):
            STAGES.check(Stage.RECEIVED, later)


def test_every_stage_before_the_money_can_still_receive_it():
    for stage in (Stage.OPEN, Stage.PROCESSING, Stage.FAILED, Stage.EXPIRED, Stage.CANCELLED):
        assert {Stage.RECEIVED, Stage.UNCLAIMED, Stage.DOUBTFUL} <= STAGES[stage]


def test_a_refund_that_came_back_can_only_be_paid_by_hand():
    assert REFUND_STATES[RefundState.FAILED] == {RefundState.DONE}
    with pytest.raises(Conflict):
        REFUND_STATES.check(RefundState.FAILED, RefundState.SENT)


def test_the_tables_name_every_state():
    assert set(STAGES) == set(Stage)
    assert set(REFUND_STATES) == set(RefundState)
