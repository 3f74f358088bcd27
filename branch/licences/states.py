"""The states of a licence, what may follow what, and what a licence covers (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.state_tables import StateTable


class LicenceState(StrEnum):
    """What is written in the row of a licence."""

    APPLIED = "applied"
    VALID = "valid"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """What a licence is worth on a day: its state, seen together with its dates."""

    APPLIED = "applied"
    NOT_STARTED = "not_started"
    VALID = "valid"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What can be done with a licence."""

    APPLY = "apply"
    GRANT = "grant"
    REFUSE = "refuse"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    EXTEND = "extend"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


# A suspended licence that runs out stays suspended in its row: extending it must not end the suspension.
TRANSITIONS: StateTable[LicenceState | None, Step] = StateTable(
    {
        None: {Step.APPLY: LicenceState.APPLIED},
        LicenceState.APPLIED: {
            Step.GRANT: LicenceState.VALID,
            Step.REFUSE: LicenceState.WITHDRAWN,
            Step.WITHDRAW: LicenceState.WITHDRAWN,
        },
        LicenceState.VALID: {
            Step.SUSPEND: LicenceState.SUSPENDED,
            Step.EXTEND: LicenceState.VALID,
            Step.EXPIRE: LicenceState.EXPIRED,
            Step.WITHDRAW: LicenceState.WITHDRAWN,
        },
        LicenceState.SUSPENDED: {
            Step.SUSPEND: LicenceState.SUSPENDED,  # by one more source, never by the same
            Step.REINSTATE: LicenceState.VALID,
            Step.EXTEND: LicenceState.SUSPENDED,
            Step.WITHDRAW: LicenceState.WITHDRAWN,
        },
        LicenceState.EXPIRED: {Step.EXTEND: LicenceState.VALID, Step.WITHDRAW: LicenceState.WITHDRAWN},
    }
)
after = TRANSITIONS.after

# Steps that may not be taken without saying why.
NEEDS_REASON = frozenset({Step.REFUSE, Step.SUSPEND, Step.REINSTATE, Step.WITHDRAW})

# States in which a grower cannot apply for another licence of the same mark.
OPEN = (LicenceState.APPLIED, LicenceState.VALID, LicenceState.SUSPENDED)


def steps_from(state: LicenceState) -> list[Step]:
    """What staff can do with a licence in this state, in the order of the table. Expiry comes by date alone."""
    possible = TRANSITIONS.steps_from(state)
    again = Step.SUSPEND if state is LicenceState.SUSPENDED else None
    return [step for step in possible if step not in {Step.EXPIRE, again}]


def standing(state: LicenceState, valid_from: date | None, valid_until: date | None, on: date) -> Standing:
    """What a licence is worth on the day `on`; `valid_until` is its last day.

    A licence past its last day is expired whether or not anything has written that down.
    """
    if state in {LicenceState.VALID, LicenceState.SUSPENDED}:
        if valid_from is None or valid_until is None:
            raise ValueError("a granted licence has dates")
        if valid_until < on:
            return Standing.EXPIRED
        if state is LicenceState.VALID and on < valid_from:
            return Standing.NOT_STARTED
    return Standing(state)


@dataclass(frozen=True)
class Scope:
    """What a licence covers; an empty tuple sets no limit."""

    cultivar_groups: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def leaves_out(
        self, *, cultivar_group: str | None = None, plot: str | None = None, channel: str | None = None
    ) -> str | None:
        """The kind of thing asked for that lies outside: `cultivar_group`, `plot` or `channel`; None when all is covered."""
        dimensions = (
            ("cultivar_group", cultivar_group, self.cultivar_groups),
            ("plot", plot, self.plots),
            ("channel", channel, self.channels),
        )
        return next(
            (kind for kind, value, limit in dimensions if value is not None and limit and value not in limit),
            None,
        )


def tidy(values: Sequence[str]) -> tuple[str, ...]:
    """Values without blanks and repetitions, in the order given."""
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
