"""The state machines of a payment, a refund, a proof of transfer and a wish to cancel, as tables. Pure."""

from __future__ import annotations

from enum import StrEnum

from core.state_tables import StateTable


class Stage(StrEnum):
    """Where one attempt to pay stands.

    `unclaimed` money arrived for an order that can no longer be filled and goes back; `doubtful` money
    disagrees with the order in amount, currency or number and waits for a person.
    """

    OPEN = "open"
    PROCESSING = "processing"
    RECEIVED = "received"
    UNCLAIMED = "unclaimed"
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


_MONEY_ARRIVED = frozenset({Stage.RECEIVED, Stage.UNCLAIMED, Stage.DOUBTFUL})

STAGES: StateTable[Stage, Stage] = StateTable(
    {
        Stage.OPEN: _MONEY_ARRIVED | {Stage.PROCESSING, Stage.FAILED, Stage.EXPIRED, Stage.CANCELLED},
        Stage.PROCESSING: _MONEY_ARRIVED | {Stage.FAILED},
        # Money that arrives after the end is still money: events may come late and in any order.
        Stage.FAILED: _MONEY_ARRIVED,
        Stage.EXPIRED: _MONEY_ARRIVED | {Stage.PROCESSING, Stage.FAILED},
        Stage.CANCELLED: _MONEY_ARRIVED | {Stage.PROCESSING, Stage.FAILED},
        Stage.RECEIVED: frozenset(),
        Stage.UNCLAIMED: frozenset(),
        Stage.DOUBTFUL: frozenset({Stage.RECEIVED, Stage.UNCLAIMED}),
    }
)

ARRIVED = _MONEY_ARRIVED
# Nothing more will come by itself, and another attempt may start.
OVER = frozenset({Stage.FAILED, Stage.EXPIRED, Stage.CANCELLED})


class RefundState(StrEnum):
    """`due` is decided and not yet sent, `sent` is on its way, `failed` came back and needs a hand."""

    DUE = "due"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"


REFUND_STATES: StateTable[RefundState, RefundState] = StateTable(
    {
        RefundState.DUE: frozenset({RefundState.SENT, RefundState.DONE, RefundState.FAILED}),
        RefundState.SENT: frozenset({RefundState.DONE, RefundState.FAILED}),
        # A bank may send money back days after it took it.
        RefundState.DONE: frozenset({RefundState.FAILED}),
        # The buyer is still owed: a cashier pays by hand.
        RefundState.FAILED: frozenset({RefundState.DONE}),
    }
)


class RefundKind(StrEnum):
    """`agreed` by a grower or staff; `unclaimed` money; seen at the `provider` only; lost in a `dispute`."""

    AGREED = "agreed"
    UNCLAIMED = "unclaimed"
    PROVIDER = "provider"
    DISPUTE = "dispute"


class ProofState(StrEnum):
    """Where a receipt stands with the cashier."""

    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


# Words of the provider: a dispute that has ended, and a question of the bank that is no dispute yet.
DISPUTE_CLOSED = frozenset({"won", "lost", "warning_closed"})
ONLY_A_WARNING = frozenset({"warning_needs_response", "warning_under_review"})


def dispute_is_open(status: str | None) -> bool:
    """Whether the buyer's bank has taken the money for now and not decided: what is given back then is paid twice."""
    return status is not None and status not in DISPUTE_CLOSED | ONLY_A_WARNING


class WishState(StrEnum):
    """A buyer's wish to cancel what is paid and has not left."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
