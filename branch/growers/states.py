"""The states of a grower's membership, and what may follow what (pure)."""

from enum import StrEnum

from core.state_tables import StateTable


class GrowerState(StrEnum):
    """Where a grower stands with the branch."""

    APPLIED = "applied"
    ADMITTED = "admitted"
    REFUSED = "refused"
    LEFT = "left"


NEXT: StateTable[GrowerState, GrowerState] = StateTable(
    {
        GrowerState.APPLIED: frozenset({GrowerState.ADMITTED, GrowerState.REFUSED}),
        GrowerState.REFUSED: frozenset({GrowerState.APPLIED}),
        GrowerState.ADMITTED: frozenset({GrowerState.LEFT}),
        GrowerState.LEFT: frozenset({GrowerState.APPLIED}),
    }
)
may_become = NEXT.allows

#: States that may not be reached without saying why.
NEEDS_REASON = frozenset({GrowerState.REFUSED, GrowerState.LEFT})
