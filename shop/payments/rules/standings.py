"""How the money of an order stands, told from order, parcels and attempts to pay; and what its buyer may do. Pure.

Every page that speaks of an order's money asks here, so that none says something else, or offers what would be wrong.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shop.orders.states import BEFORE_DISPATCH, FulfilmentState, PaymentMethod, PaymentState
from shop.payments.states import Stage


class Standing(StrEnum):
    """How an order's money stands, as everybody is told it."""

    TO_PAY = "to_pay"
    FAILED = "failed"
    UNDER_WAY = "under_way"
    IN_DOUBT = "in_doubt"
    TO_TRANSFER = "to_transfer"
    RECEIPT_WAITS = "receipt_waits"
    TO_CONFIRM = "to_confirm"
    DUE_AT_DOOR = "due_at_door"
    PAID = "paid"
    PARTLY_BACK = "partly_back"
    ALL_BACK = "all_back"
    DISPUTED = "disputed"
    RAN_OUT = "ran_out"
    CANCELLED = "cancelled"


class BuyerAction(StrEnum):
    """What a buyer is offered."""

    PAY = "pay"
    SEND_RECEIPT = "send_receipt"
    CANCEL_ORDER = "cancel_order"
    ASK_TO_CANCEL = "ask_to_cancel"


@dataclass(frozen=True, slots=True)
class MoneyOfOrder:
    """`goes_back` when money came that the order could not use; it is under way to the buyer."""

    standing: Standing
    goes_back: bool
    acts: frozenset[BuyerAction]


_AFTER_PAYMENT = {
    PaymentState.PAID: Standing.PAID,
    PaymentState.PARTLY_REFUNDED: Standing.PARTLY_BACK,
    PaymentState.REFUNDED: Standing.ALL_BACK,
    PaymentState.DISPUTED: Standing.DISPUTED,
}


def money_of(
    order: PaymentState,
    method: PaymentMethod,
    stages: Collection[Stage],
    parcels: Collection[FulfilmentState],
) -> MoneyOfOrder:
    """The standing of an order's money and what its buyer may do about it now."""
    standing = _standing(order, method, stages, parcels)
    return MoneyOfOrder(standing, Stage.UNCLAIMED in stages, _acts(standing, order, method, parcels))


def _standing(
    order: PaymentState,
    method: PaymentMethod,
    stages: Collection[Stage],
    parcels: Collection[FulfilmentState],
) -> Standing:
    if order in _AFTER_PAYMENT:
        return _AFTER_PAYMENT[order]
    if Stage.DOUBTFUL in stages:
        return Standing.IN_DOUBT
    if order is PaymentState.EXPIRED:
        return Standing.RAN_OUT
    if order is PaymentState.CANCELLED:
        return Standing.CANCELLED
    if order is PaymentState.PROOF_SUBMITTED:
        return Standing.RECEIPT_WAITS
    if order is PaymentState.DUE_ON_DELIVERY:
        waits = FulfilmentState.TO_CONFIRM in parcels
        return Standing.TO_CONFIRM if waits else Standing.DUE_AT_DOOR
    if method is not PaymentMethod.STRIPE:
        return Standing.TO_TRANSFER
    if Stage.PROCESSING in stages:
        return Standing.UNDER_WAY
    return Standing.FAILED if Stage.FAILED in stages and Stage.OPEN not in stages else Standing.TO_PAY


def _acts(
    standing: Standing,
    order: PaymentState,
    method: PaymentMethod,
    parcels: Collection[FulfilmentState],
) -> frozenset[BuyerAction]:
    acts = set()
    if standing in {Standing.TO_PAY, Standing.FAILED}:
        acts.add(BuyerAction.PAY)
    transfer = method is PaymentMethod.OFFLINE_TRANSFER
    if transfer and standing in {Standing.TO_TRANSFER, Standing.RAN_OUT}:
        acts.add(BuyerAction.SEND_RECEIPT)
    nothing_left = all(parcel in BEFORE_DISPATCH for parcel in parcels)
    if nothing_left and standing in _MAY_WALK_AWAY:
        acts.add(BuyerAction.CANCEL_ORDER)
    paid = order in {PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.DISPUTED}
    if paid and any(parcel in BEFORE_DISPATCH for parcel in parcels):
        acts.add(BuyerAction.ASK_TO_CANCEL)
    return frozenset(acts)


# Not while money is on its way or in doubt: what came then would have to go back first.
_MAY_WALK_AWAY = {
    Standing.TO_PAY,
    Standing.FAILED,
    Standing.TO_TRANSFER,
    Standing.RECEIPT_WAITS,
    Standing.TO_CONFIRM,
    Standing.DUE_AT_DOOR,
}


class GrowerAct(StrEnum):
    """What a grower is offered at a parcel, packing and sending left aside."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    REFUND = "refund"


def grower_acts(
    order: PaymentState, method: PaymentMethod, parcel: FulfilmentState, *, handed_over: bool
) -> frozenset[GrowerAct]:
    """What a grower may do about a parcel's order now: nothing of what is not paid goes back, nothing that left is cancelled."""
    if order is PaymentState.DUE_ON_DELIVERY and parcel in BEFORE_DISPATCH:
        confirm = {GrowerAct.CONFIRM} if parcel is FulfilmentState.TO_CONFIRM else set()
        return frozenset({GrowerAct.CANCEL} | confirm)
    cash = method is PaymentMethod.CASH_ON_DELIVERY
    paid = handed_over if cash else order in _AFTER_PAYMENT
    is_over = order in {PaymentState.REFUNDED, PaymentState.DISPUTED} or parcel is FulfilmentState.CANCELLED
    return frozenset({GrowerAct.REFUND}) if paid and not is_over else frozenset()
