"""The table of a case's steps, gone through by Hypothesis."""

from hypothesis import given
from hypothesis import strategies as st

from traceability.cases.states import (
    OPEN_STATES,
    PERMISSION_OF,
    TRANSITIONS,
    CaseState,
    CaseStep,
    after,
    steps_from,
)


def test_every_step_of_the_table_but_escalation_has_a_permission():
    assert {step for steps in TRANSITIONS.values() for step in steps} - set(PERMISSION_OF) == {
        CaseStep.ESCALATE
    }


def test_confirming_is_not_in_the_hands_of_those_who_only_decide():
    assert PERMISSION_OF[CaseStep.CONFIRM] != PERMISSION_OF[CaseStep.PROPOSE]


@given(st.lists(st.sampled_from(CaseStep), max_size=12))
def test_a_closed_case_is_reached_only_through_a_verdict(walk):
    state, was_decided = CaseState.RECEIVED, False
    for step in walk:
        state = after(state, step) or state
        was_decided = was_decided or state is CaseState.DECIDED
    assert state is not CaseState.CLOSED or was_decided


@given(st.sampled_from(CaseState))
def test_what_a_person_is_offered_can_be_taken(state):
    assert steps_from(state)
    assert all(after(state, step) for step in steps_from(state))


def test_open_cases_have_no_verdict_yet():
    assert CaseState.DECIDED not in OPEN_STATES
    assert CaseState.CLOSED not in OPEN_STATES
