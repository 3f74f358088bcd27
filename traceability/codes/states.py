"""The life of a trace code, as one table; and the three levels of codes."""

from enum import StrEnum


class Level(StrEnum):
    """What a code stands for. A lot's leaflet is copied on purpose and never speaks for one plant."""

    LOT = "lot"
    BUNDLE = "bundle"
    UNIT = "unit"

    @classmethod
    def named(cls, word: str) -> "Level":
        """The level called `word`; `plant` is another word for `unit`."""
        return cls.UNIT if word == "plant" else cls(word)


class CodeState(StrEnum):
    ISSUED = "issued"
    ACTIVE = "active"
    SHIPPED = "shipped"
    ACCEPTED = "accepted"
    VOIDED = "voided"
    RECALLED = "recalled"


TRANSITIONS: dict[CodeState, frozenset[CodeState]] = {
    CodeState.ISSUED: frozenset({CodeState.ACTIVE, CodeState.VOIDED, CodeState.RECALLED}),
    CodeState.ACTIVE: frozenset({CodeState.SHIPPED, CodeState.VOIDED, CodeState.RECALLED}),
    CodeState.SHIPPED: frozenset({CodeState.ACCEPTED, CodeState.VOIDED, CodeState.RECALLED}),
    CodeState.ACCEPTED: frozenset({CodeState.RECALLED}),
    CodeState.VOIDED: frozenset(),
    CodeState.RECALLED: frozenset(),
}

# What may still travel: bound to a parcel by dispatch, which activates what was only issued.
BINDABLE = frozenset({CodeState.ISSUED, CodeState.ACTIVE})


def may_become(state: CodeState, target: CodeState) -> bool:
    """Whether the table allows `state` -> `target`."""
    return target in TRANSITIONS[state]


def sources_of(target: CodeState) -> frozenset[CodeState]:
    """The states from which `target` may be entered."""
    return frozenset(state for state, targets in TRANSITIONS.items() if target in targets)
