"""The table of steps, what a licence is worth on a day, and what it covers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branch.licences.states import (
    TRANSITIONS,
    LicenceState,
    Scope,
    Standing,
    Step,
    after,
    standing,
    steps_from,
    tidy,
)

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("state", "on", "worth"),
    [
        (LicenceState.VALID, date(2025, 12, 31), Standing.NOT_STARTED),
        (LicenceState.VALID, FIRST, Standing.VALID),
        (LicenceState.VALID, LAST, Standing.VALID),
        (LicenceState.VALID, date(2027, 1, 1), Standing.EXPIRED),
        (LicenceState.SUSPENDED, date(2025, 12, 31), Standing.SUSPENDED),
        (LicenceState.SUSPENDED, LAST, Standing.SUSPENDED),
        (LicenceState.SUSPENDED, date(2027, 1, 1), Standing.EXPIRED),
        (LicenceState.EXPIRED, LAST, Standing.EXPIRED),
        (LicenceState.WITHDRAWN, LAST, Standing.WITHDRAWN),
    ],
)
def test_a_licence_is_worth_what_its_state_and_its_days_say(state, on, worth):
    assert standing(state, FIRST, LAST, on) is worth


def test_an_application_is_worth_nothing_yet():
    assert standing(LicenceState.APPLIED, None, None, FIRST) is Standing.APPLIED


@pytest.mark.parametrize("days", [(None, None), (FIRST, None), (None, LAST)])
@pytest.mark.parametrize("state", [LicenceState.VALID, LicenceState.SUSPENDED])
def test_a_granted_licence_without_days_is_a_mistake(state, days):
    with pytest.raises(ValueError, match="dates"):
        standing(state, *days, FIRST)


@given(st.sampled_from([LicenceState.VALID, LicenceState.SUSPENDED]), st.integers(-800, 800))
def test_no_licence_is_valid_outside_its_days(state, offset):
    on = FIRST + timedelta(days=offset)

    if standing(state, FIRST, LAST, on) is Standing.VALID:
        assert state is LicenceState.VALID
        assert FIRST <= on <= LAST


def test_nothing_follows_a_withdrawal():
    assert steps_from(LicenceState.WITHDRAWN) == []


def test_only_a_suspension_can_be_ended_by_reinstating():
    assert [source for source, steps in TRANSITIONS.items() if Step.REINSTATE in steps] == [
        LicenceState.SUSPENDED
    ]


def test_extending_does_not_end_a_suspension():
    assert after(LicenceState.SUSPENDED, Step.EXTEND) is LicenceState.SUSPENDED


def test_staff_cannot_expire_a_licence_by_hand():
    assert all(Step.EXPIRE not in steps_from(state) for state in LicenceState)


@given(st.lists(st.sampled_from(list(Step)), max_size=12))
def test_any_run_of_steps_stays_inside_the_table(steps):
    state = None
    for step in steps:
        state = after(state, step) or state
    assert state is None or state in LicenceState


@pytest.mark.parametrize(
    ("scope", "asked", "outside"),
    [
        (Scope(), {"cultivar_group": "dangui", "plot": "P1", "channel": "taobao"}, None),
        (Scope(cultivar_groups=("dangui",)), {"cultivar_group": "dangui"}, None),
        (Scope(cultivar_groups=("dangui",)), {"cultivar_group": "jingui"}, "cultivar_group"),
        (Scope(cultivar_groups=("dangui",)), {}, None),
        (Scope(plots=("P1",)), {"plot": "P2"}, "plot"),
        (Scope(channels=("shop",)), {"channel": "taobao"}, "channel"),
    ],
)
def test_an_empty_list_sets_no_limit(scope, asked, outside):
    assert scope.leaves_out(**asked) == outside


def test_lists_are_tidied():
    assert tidy([" jingui", "", "dangui ", "jingui"]) == ("jingui", "dangui")
