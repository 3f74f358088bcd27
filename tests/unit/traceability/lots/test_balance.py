"""No plant comes out of nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.lots.rules.balance import StepKind, StepProblem, loss, problem_of


@pytest.mark.parametrize(
    ("kind", "inputs", "outputs", "roots", "scion", "problem"),
    [
        ("split", [500], [300, 200], ["bare_root"] * 2, False, None),
        ("split", [500], [300], ["bare_root"], False, None),
        ("split", [500], [300, 201], ["bare_root"] * 2, False, StepProblem.GAIN),
        ("split", [500, 500], [300], ["bare_root"], False, StepProblem.INPUTS),
        ("split", [500], [], [], False, StepProblem.OUTPUTS),
        ("split", [500], [500, 0], ["bare_root"] * 2, False, StepProblem.PLANTS),
        ("merge", [5], [5], ["bare_root"], False, StepProblem.INPUTS),
        ("merge", [5, 6], [11], ["bare_root"], False, None),
        ("merge", [5, 6], [5, 6], ["bare_root"] * 2, False, StepProblem.OUTPUTS),
        ("graft", [100], [80], ["bare_root"], True, None),
        ("graft", [100], [80], ["bare_root"], False, StepProblem.SCION),
        ("lift", [100], [80], ["root_ball"], True, StepProblem.SCION),
        ("lift", [100], [80], ["container"], False, StepProblem.ROOT),
        ("lift", [100], [100], ["root_ball"], False, None),
        ("pot_on", [100], [90], ["container"], False, None),
        ("pot_on", [100], [90], ["bare_root"], False, StepProblem.ROOT),
    ],
)
def test_what_a_step_allows(kind, inputs, outputs, roots, scion, problem):
    found = problem_of(StepKind(kind), inputs=inputs, outputs=outputs, roots=roots, has_scion=scion)
    assert found == problem


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=1),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=9),
)
def test_a_possible_split_never_makes_plants(inputs, outputs):
    possible = (
        problem_of(
            StepKind.SPLIT,
            inputs=inputs,
            outputs=outputs,
            roots=["bare_root"] * len(outputs),
            has_scion=False,
        )
        is None
    )
    assert possible == (loss(inputs, outputs) >= 0)


@pytest.mark.parametrize(
    ("kind", "inputs", "outputs", "problem"),
    [
        ("split", 1, 50, None),
        ("split", 1, 51, StepProblem.OUTPUTS),
        ("merge", 50, 1, None),
        ("merge", 51, 1, StepProblem.INPUTS),
        ("merge", 2, 2, StepProblem.OUTPUTS),
        ("split", 0, 1, StepProblem.INPUTS),
        ("graft", 2, 1, StepProblem.INPUTS),
        ("graft", 1, 2, StepProblem.OUTPUTS),
        ("pot_on", 2, 1, StepProblem.INPUTS),
        ("pot_on", 1, 2, StepProblem.OUTPUTS),
        ("lift", 2, 1, StepProblem.INPUTS),
        ("lift", 1, 2, StepProblem.OUTPUTS),
    ],
)
def test_how_many_lots_go_in_and_come_out(kind, inputs, outputs, problem):
    roots = {"pot_on": "container", "lift": "root_ball"}.get(kind, "bare_root")
    found = problem_of(
        StepKind(kind),
        inputs=[100] * inputs,
        outputs=[1] * outputs,
        roots=[roots] * outputs,
        has_scion=kind == "graft",
    )
    assert found == problem


def test_every_root_that_comes_out_has_the_right_kind():
    found = problem_of(
        StepKind.POT_ON, inputs=[9], outputs=[9], roots=["container", "bare_root"], has_scion=False
    )
    assert found == StepProblem.ROOT
