"""The states of an outside storefront, and what may follow what (pure)."""

from enum import StrEnum

from core.state_tables import StateTable


class StorefrontState(StrEnum):
    """Where a storefront stands with the branch."""

    PROPOSED = "proposed"
    AUTHORISED = "authorised"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    ENDED = "ended"


class StorefrontStep(StrEnum):
    """What can be done with a storefront."""

    PROPOSE = "propose"
    AUTHORISE = "authorise"
    REFUSE = "refuse"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    END = "end"


TRANSITIONS: StateTable[StorefrontState | None, StorefrontStep] = StateTable(
    {
        None: {StorefrontStep.PROPOSE: StorefrontState.PROPOSED},
        StorefrontState.PROPOSED: {
            StorefrontStep.AUTHORISE: StorefrontState.AUTHORISED,
            StorefrontStep.REFUSE: StorefrontState.REFUSED,
            StorefrontStep.END: StorefrontState.ENDED,
        },
        StorefrontState.AUTHORISED: {
            StorefrontStep.SUSPEND: StorefrontState.SUSPENDED,
            StorefrontStep.END: StorefrontState.ENDED,
        },
        StorefrontState.SUSPENDED: {
            # By one more source, never by the same.
            StorefrontStep.SUSPEND: StorefrontState.SUSPENDED,
            StorefrontStep.REINSTATE: StorefrontState.AUTHORISED,
            StorefrontStep.END: StorefrontState.ENDED,
        },
    }
)
after = TRANSITIONS.after

# Steps that may not be taken without saying why.
NEEDS_REASON = frozenset({StorefrontStep.REFUSE, StorefrontStep.SUSPEND})

# States in which an address answers for its storefront, so that no other storefront may carry it.
LIVE = frozenset({StorefrontState.AUTHORISED, StorefrontState.SUSPENDED})


def steps_from(state: StorefrontState) -> list[StorefrontStep]:
    """What staff can do with a storefront in this state, in the order of the table."""
    again = StorefrontStep.SUSPEND if state is StorefrontState.SUSPENDED else None
    return [step for step in TRANSITIONS.steps_from(state) if step is not again]
