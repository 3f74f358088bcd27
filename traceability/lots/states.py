"""Words of a lot: how it was raised, how its root travels, and its states."""

import re
from enum import StrEnum

from core.state_tables import StateTable

SPECIES = "Osmanthus fragrans (Thunb.) Lour."
AGE_CODE = re.compile(r"\d{1,2}(\(\d{1,2}\))?(-\d{1,2}){0,3}")


class Propagation(StrEnum):
    """How plants were raised."""

    CUTTING = "cutting"
    GRAFTING = "grafting"
    SEED = "seed"
    LAYERING = "layering"


class Root(StrEnum):
    """How the root travels."""

    BARE_ROOT = "bare_root"
    ROOT_BALL = "root_ball"
    CONTAINER = "container"


class LotState(StrEnum):
    """Open lots are sold; a recall is final."""

    OPEN = "open"
    CLOSED = "closed"
    RECALLED = "recalled"


class RequestState(StrEnum):
    """A recall that was asked for: open until a second person confirms or refuses it."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


TRANSITIONS: StateTable[LotState, LotState] = StateTable(
    {
        LotState.OPEN: frozenset({LotState.CLOSED, LotState.RECALLED}),
        LotState.CLOSED: frozenset({LotState.OPEN, LotState.RECALLED}),
        LotState.RECALLED: frozenset(),
    }
)

PROPAGATIONS = tuple(Propagation)
ROOTS = tuple(Root)
LOT_STATES = tuple(LotState)


def is_age_code(text: str) -> bool:
    """Whether `text` is an age code as the grading standards write it: `2-1`, `1(1)-0`, `3`.

    Total years, in brackets the years of the stock, then the years after each transplanting.
    """
    return AGE_CODE.fullmatch(text) is not None
