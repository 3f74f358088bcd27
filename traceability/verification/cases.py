"""The course of a report of a suspected fake."""

from enum import StrEnum


class CaseState(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    CLOSED = "closed"


TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.RECEIVED: frozenset({CaseState.ACCEPTED, CaseState.ANSWERED, CaseState.CLOSED}),
    CaseState.ACCEPTED: frozenset({CaseState.ANSWERED, CaseState.CLOSED}),
    CaseState.ANSWERED: frozenset({CaseState.ANSWERED, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset(),
}


def may_become(state: CaseState, target: CaseState) -> bool:
    """Whether the table allows `state` -> `target`."""
    return target in TRANSITIONS[state]
