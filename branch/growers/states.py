"""The states of a grower's membership, and what may follow what (pure)."""

from enum import StrEnum


class GrowerState(StrEnum):
    """Where a grower stands with the branch."""

    APPLIED = "applied"
    ADMITTED = "admitted"
    REFUSED = "refused"
    LEFT = "left"


NEXT = {
    GrowerState.APPLIED: frozenset({GrowerState.ADMITTED, GrowerState.REFUSED}),
    GrowerState.REFUSED: frozenset({GrowerState.APPLIED}),
    GrowerState.ADMITTED: frozenset({GrowerState.LEFT}),
    GrowerState.LEFT: frozenset({GrowerState.APPLIED}),
}

#: States that may not be reached without saying why.
NEEDS_REASON = frozenset({GrowerState.REFUSED, GrowerState.LEFT})


def may_become(current: str, wanted: GrowerState) -> bool:
    """Whether `wanted` may follow `current`."""
    return wanted in NEXT[GrowerState(current)]
