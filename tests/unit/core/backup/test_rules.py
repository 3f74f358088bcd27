"""When a backup is due, and which ones stay."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.backup.rules import is_due, last_night, moment_of, name_of, room_needed, to_keep
from core.clock import local_day

HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 3, 11, 17, 30, tzinfo=UTC)  # half past one on the 12th in Shanghai


def test_a_name_tells_its_moment_and_nothing_else_is_a_name():
    assert name_of(NIGHT) == "guiyuan-20260311T173000Z"
    assert moment_of(name_of(NIGHT)) == NIGHT
    for name in (".making-guiyuan-20260311T173000Z", "guiyuan-20260311T173000Z.old", "guiyuan", "lost+found"):
        assert moment_of(name) is None


@pytest.mark.parametrize(
    ("at", "night"),
    [
        (NIGHT, NIGHT),
        (NIGHT - timedelta(seconds=1), NIGHT - timedelta(days=1)),
        (NIGHT + timedelta(hours=23, minutes=59), NIGHT),
    ],
)
def test_a_night_begins_at_half_past_one_in_shanghai(at, night):
    assert last_night(at) == night


@pytest.mark.parametrize(
    ("last_good", "last_failed", "due"),
    [
        (None, None, True),
        (NIGHT - HOUR, None, True),
        (NIGHT, None, False),
        (NIGHT + HOUR, None, False),
        (NIGHT - HOUR, NIGHT + 5 * HOUR, True),
        (NIGHT - HOUR, NIGHT + 5 * HOUR + timedelta(seconds=1), False),
        (None, NIGHT + 6 * HOUR, False),
    ],
)
def test_it_is_due_once_a_night_and_a_failure_waits_an_hour(last_good, last_failed, due):
    at = NIGHT + 6 * HOUR
    assert is_due(at, last_good=last_good, last_failed=last_failed) is due


def test_the_newest_of_a_day_and_of_a_month_stays():
    moments = [NIGHT + timedelta(days=day, hours=hour) for day in range(-70, 1) for hour in (0, 5)]
    kept = to_keep(moments, days=3, months=2)
    assert sorted(kept) == [
        datetime(2026, 2, 27, 22, 30, tzinfo=UTC),  # the last one of February there
        *(NIGHT + timedelta(days=day, hours=5) for day in (-2, -1, 0)),
    ]
    assert to_keep(moments, days=1, months=0) == {max(moments)}


@given(
    st.sets(st.integers(0, 700 * 24).map(lambda hours: NIGHT + hours * HOUR), max_size=60),
    st.integers(1, 20),
    st.integers(0, 12),
)
def test_what_stays_is_enough_and_no_more(moments, days, months):
    kept = to_keep(moments, days=days, months=months)
    assert kept <= moments
    assert not moments or max(moments) in kept
    assert len(kept) <= days + months
    assert len({local_day(one) for one in kept}) == len(kept)
    # Thinning out again, as every night does, takes nothing more.
    assert to_keep(kept, days=days, months=months) == kept


def test_more_room_is_asked_for_than_things_take():
    assert room_needed([]) == 0
    assert room_needed([1000, 200]) == 1260
