"""What becomes of an order that is paid at the door, told from its parcels alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shop.orders.states import FulfilmentState, PaymentState

CLOSED = frozenset({FulfilmentState.DELIVERED, FulfilmentState.RETURNED, FulfilmentState.CANCELLED})


@dataclass(frozen=True, slots=True)
class CashParcel:
    """One grower's part: `handed_over` when the buyer once had it, which is when its money was taken."""

    state: FulfilmentState
    handed_over: bool
    total_minor: int
    refunded_minor: int


def taken_minor(parcels: Sequence[CashParcel]) -> int:
    """What was paid at the doors; a parcel that came back after it was handed over was paid as well."""
    return sum(parcel.total_minor for parcel in parcels if parcel.handed_over)


def outcome(parcels: Sequence[CashParcel]) -> PaymentState | None:
    """How the payment stands once no parcel is under way any more; None while one is."""
    if any(parcel.state not in CLOSED for parcel in parcels):
        return None
    if not any(parcel.handed_over for parcel in parcels):
        return PaymentState.CANCELLED
    given_back = sum(parcel.refunded_minor for parcel in parcels)
    if not given_back:
        return PaymentState.PAID
    return PaymentState.REFUNDED if given_back == taken_minor(parcels) else PaymentState.PARTLY_REFUNDED
