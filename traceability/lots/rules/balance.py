"""Transformations of lots: which are possible, and that no plant comes out of nothing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from traceability.lots.states import Root


class StepKind(StrEnum):
    """How lots become other lots."""

    SPLIT = "split"
    MERGE = "merge"
    GRAFT = "graft"
    POT_ON = "pot_on"
    LIFT = "lift"


class Side(StrEnum):
    """The part a lot plays in a step. Scions give their cultivar and no plants."""

    IN = "in"
    OUT = "out"
    SCION = "scion"


class StepProblem(StrEnum):
    """What stands against a step, in the order in which it is asked."""

    INPUTS = "inputs"
    OUTPUTS = "outputs"
    PLANTS = "plants"
    GAIN = "gain"
    SCION = "scion"
    ROOT = "root"


@dataclass(frozen=True)
class Shape:
    """How many lots go into a step and come out of it, and as what their roots come out."""

    least_inputs: int
    most_inputs: int
    most_outputs: int
    needs_scion: bool = False
    roots: frozenset[Root] | None = None


MANY = 50
SHAPES: dict[StepKind, Shape] = {
    StepKind.SPLIT: Shape(1, 1, MANY),
    StepKind.MERGE: Shape(2, MANY, 1),
    StepKind.GRAFT: Shape(1, 1, 1, needs_scion=True),
    StepKind.POT_ON: Shape(1, 1, 1, roots=frozenset({Root.CONTAINER})),
    StepKind.LIFT: Shape(1, 1, 1, roots=frozenset({Root.BARE_ROOT, Root.ROOT_BALL})),
}


def loss(inputs: Sequence[int], outputs: Sequence[int]) -> int:
    """Plants that went in and did not come out; below 0 would be plants out of nothing."""
    return sum(inputs) - sum(outputs)


def problem_of(
    kind: StepKind,
    *,
    inputs: Sequence[int],
    outputs: Sequence[int],
    roots: Sequence[str],
    has_scion: bool,
) -> StepProblem | None:
    """What stands against a step with these numbers of plants; None when nothing does."""
    shape = SHAPES[kind]
    wrong_root = shape.roots is not None and any(root not in shape.roots for root in roots)
    checks = (
        (StepProblem.INPUTS, not shape.least_inputs <= len(inputs) <= shape.most_inputs),
        (StepProblem.OUTPUTS, not 1 <= len(outputs) <= shape.most_outputs),
        (StepProblem.PLANTS, any(plants < 1 for plants in (*inputs, *outputs))),
        (StepProblem.GAIN, loss(inputs, outputs) < 0),
        (StepProblem.SCION, has_scion is not shape.needs_scion),
        (StepProblem.ROOT, wrong_root),
    )
    return next((problem for problem, broken in checks if broken), None)
