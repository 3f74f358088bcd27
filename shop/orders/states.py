"""The two state machines of an order, as tables. Pure.

The order carries the payment, each grower's consignment its fulfilment; they touch only where the
service says so. A transition that is not in its table does not happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.state_tables import StateTable


class PaymentMethod(StrEnum):
    """How an order is paid."""

    OFFLINE_TRANSFER = "offline_transfer"
    CASH_ON_DELIVERY = "cash_on_delivery"
    STRIPE = "stripe"


class PaymentState(StrEnum):
    """Where an order's payment stands."""

    AWAITING_PAYMENT = "awaiting_payment"
    PROOF_SUBMITTED = "proof_submitted"
    DUE_ON_DELIVERY = "due_on_delivery"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


class FulfilmentState(StrEnum):
    """`waiting` is for the payment; `to_confirm` for the grower's word that a cash order is meant."""

    WAITING = "waiting"
    TO_CONFIRM = "to_confirm"
    TO_PACK = "to_pack"
    PACKED = "packed"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELLED = "cancelled"


# An expired order may still become paid, or its transfer be proved: the money was on its way. The service
# takes the stock again first; when it is gone the order stays as it is and the payment is given back.
PAYMENT_TRANSITIONS: StateTable[PaymentState, PaymentState] = StateTable(
    {
        PaymentState.AWAITING_PAYMENT: frozenset(
            {PaymentState.PAID, PaymentState.PROOF_SUBMITTED, PaymentState.EXPIRED, PaymentState.CANCELLED}
        ),
        PaymentState.PROOF_SUBMITTED: frozenset(
            {PaymentState.PAID, PaymentState.AWAITING_PAYMENT, PaymentState.EXPIRED, PaymentState.CANCELLED}
        ),
        PaymentState.DUE_ON_DELIVERY: frozenset(
            {PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED, PaymentState.CANCELLED}
        ),
        PaymentState.EXPIRED: frozenset({PaymentState.PAID, PaymentState.PROOF_SUBMITTED}),
        PaymentState.CANCELLED: frozenset(),
        PaymentState.PAID: frozenset(
            {PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED, PaymentState.DISPUTED}
        ),
        PaymentState.PARTLY_REFUNDED: frozenset(
            {PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED, PaymentState.DISPUTED}
        ),
        PaymentState.DISPUTED: frozenset(
            {PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED}
        ),
        PaymentState.REFUNDED: frozenset(),
    }
)

FULFILMENT_TRANSITIONS: StateTable[FulfilmentState, FulfilmentState] = StateTable(
    {
        FulfilmentState.WAITING: frozenset({FulfilmentState.TO_PACK, FulfilmentState.CANCELLED}),
        FulfilmentState.TO_CONFIRM: frozenset({FulfilmentState.TO_PACK, FulfilmentState.CANCELLED}),
        FulfilmentState.TO_PACK: frozenset({FulfilmentState.PACKED, FulfilmentState.CANCELLED}),
        FulfilmentState.PACKED: frozenset(
            {FulfilmentState.TO_PACK, FulfilmentState.DISPATCHED, FulfilmentState.CANCELLED}
        ),
        FulfilmentState.DISPATCHED: frozenset({FulfilmentState.DELIVERED, FulfilmentState.RETURNED}),
        FulfilmentState.DELIVERED: frozenset({FulfilmentState.RETURNED}),
        FulfilmentState.RETURNED: frozenset(),
        FulfilmentState.CANCELLED: frozenset(),
    }
)

# From where a state is reached, and the refusal (`wrong_state`) of a step that is not in the table.
payment_sources, check_payment = PAYMENT_TRANSITIONS.sources_of, PAYMENT_TRANSITIONS.check
fulfilment_sources, check_fulfilment = FULFILMENT_TRANSITIONS.sources_of, FULFILMENT_TRANSITIONS.check


@dataclass(frozen=True, slots=True)
class By:
    """Who makes a transition: a role, and the account when a person is known."""

    role: str
    account_id: int | None = None


BUYER = By("buyer")
PROVIDER = By("provider")
SYSTEM = By("system")

# The buyer's money is here, whole or in part.
SETTLED = frozenset({PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.DISPUTED})
# The parcel may leave: paid for, or to be paid at the door.
MAY_LEAVE = frozenset({PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.DUE_ON_DELIVERY})
# Nobody has paid: the order holds stock and may run out. What its buyer may do is told in `shop/payments/rules/standings.py`.
OPEN_PAYMENT = frozenset(
    {PaymentState.AWAITING_PAYMENT, PaymentState.PROOF_SUBMITTED, PaymentState.DUE_ON_DELIVERY}
)
# The buyer has done what there is to do; a grower or the cashier has the next word.
WAITS_FOR_US = frozenset({PaymentState.PROOF_SUBMITTED, PaymentState.DUE_ON_DELIVERY})
BEFORE_DISPATCH = frozenset(
    {FulfilmentState.WAITING, FulfilmentState.TO_CONFIRM, FulfilmentState.TO_PACK, FulfilmentState.PACKED}
)
ON_THE_WAY_OR_THERE = frozenset({FulfilmentState.DISPATCHED, FulfilmentState.DELIVERED})


def first_payment_state(method: PaymentMethod) -> PaymentState:
    """Where a new order starts: cash is due at the door, everything else is awaited."""
    if method is PaymentMethod.CASH_ON_DELIVERY:
        return PaymentState.DUE_ON_DELIVERY
    return PaymentState.AWAITING_PAYMENT


# A parcel that is with its buyer, on its way back or will not leave keeps nothing from others.
ENDED = (FulfilmentState.DELIVERED, FulfilmentState.RETURNED, FulfilmentState.CANCELLED)
