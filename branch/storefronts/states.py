"""The states of an outside storefront, and what may follow what (pure)."""

from enum import StrEnum


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


TRANSITIONS: dict[tuple[StorefrontState | None, StorefrontStep], StorefrontState] = {
    (None, StorefrontStep.PROPOSE): StorefrontState.PROPOSED,
    (StorefrontState.PROPOSED, StorefrontStep.AUTHORISE): StorefrontState.AUTHORISED,
    (StorefrontState.PROPOSED, StorefrontStep.REFUSE): StorefrontState.REFUSED,
    (StorefrontState.PROPOSED, StorefrontStep.END): StorefrontState.ENDED,
    (StorefrontState.AUTHORISED, StorefrontStep.SUSPEND): StorefrontState.SUSPENDED,
    (StorefrontState.AUTHORISED, StorefrontStep.END): StorefrontState.ENDED,
    # By one more source, never by the same.
    (StorefrontState.SUSPENDED, StorefrontStep.SUSPEND): StorefrontState.SUSPENDED,
    (StorefrontState.SUSPENDED, StorefrontStep.REINSTATE): StorefrontState.AUTHORISED,
    (StorefrontState.SUSPENDED, StorefrontStep.END): StorefrontState.ENDED,
}

# Steps that may not be taken without saying why.
NEEDS_REASON = frozenset({StorefrontStep.REFUSE, StorefrontStep.SUSPEND})

# States in which an address answers for its storefront, so that no other storefront may carry it.
LIVE = frozenset({StorefrontState.AUTHORISED, StorefrontState.SUSPENDED})


def after(state: StorefrontState | None, step: StorefrontStep) -> StorefrontState | None:
    """The state that `step` leads to, or None when it cannot be taken from `state`."""
    return TRANSITIONS.get((state, step))


def steps_from(state: StorefrontState) -> list[StorefrontStep]:
    """What staff can do with a storefront in this state, in the order of the table."""
    return [
        step
        for (source, step), target in TRANSITIONS.items()
        if source is state and (step is not StorefrontStep.SUSPEND or target is not source)
    ]
