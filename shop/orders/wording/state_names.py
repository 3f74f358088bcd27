"""States of orders and parcels in words, and a parcel's way as a timeline."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

import phonenumbers
from flask_babel import gettext as _

from shop.orders.queries.order_views import ConsignmentView, OrderView
from shop.orders.states import SYSTEM, FulfilmentState, PaymentMethod, PaymentState

PAYMENT_TONES = {
    PaymentState.AWAITING_PAYMENT: "wait",
    PaymentState.PROOF_SUBMITTED: "wait",
    PaymentState.DUE_ON_DELIVERY: "info",
    PaymentState.PAID: "ok",
    PaymentState.EXPIRED: "plain",
    PaymentState.CANCELLED: "plain",
    PaymentState.PARTLY_REFUNDED: "info",
    PaymentState.REFUNDED: "info",
    PaymentState.DISPUTED: "warn",
}
FULFILMENT_TONES = {
    FulfilmentState.WAITING: "plain",
    FulfilmentState.TO_CONFIRM: "wait",
    FulfilmentState.TO_PACK: "wait",
    FulfilmentState.PACKED: "info",
    FulfilmentState.DISPATCHED: "info",
    FulfilmentState.DELIVERED: "ok",
    FulfilmentState.RETURNED: "warn",
    FulfilmentState.CANCELLED: "plain",
}


def payment_words(state: str) -> str:
    """A payment's state as a pill says it."""
    words: dict[str, str] = {
        PaymentState.AWAITING_PAYMENT: _("Awaiting payment"),
        PaymentState.PROOF_SUBMITTED: _("Receipt with the cashier"),
        PaymentState.DUE_ON_DELIVERY: _("To be paid on delivery"),
        PaymentState.PAID: _("Paid"),
        PaymentState.EXPIRED: _("Not paid in time"),
        PaymentState.CANCELLED: _("Cancelled"),
        PaymentState.PARTLY_REFUNDED: _("Partly refunded"),
        PaymentState.REFUNDED: _("Refunded"),
        PaymentState.DISPUTED: _("Payment disputed"),
    }
    return words[state]


def fulfilment_words(state: str) -> str:
    """A parcel's state as a pill says it."""
    words: dict[str, str] = {
        FulfilmentState.WAITING: _("Waits for payment"),
        FulfilmentState.TO_CONFIRM: _("To be confirmed by telephone"),
        FulfilmentState.TO_PACK: _("To be packed"),
        FulfilmentState.PACKED: _("Packed"),
        FulfilmentState.DISPATCHED: _("On its way"),
        FulfilmentState.DELIVERED: _("Delivered"),
        FulfilmentState.RETURNED: _("Returned"),
        FulfilmentState.CANCELLED: _("Cancelled"),
    }
    return words[state]


def method_words(method: str) -> str:
    words: dict[str, str] = {
        PaymentMethod.OFFLINE_TRANSFER: _("Bank transfer"),
        PaymentMethod.CASH_ON_DELIVERY: _("Cash on delivery"),
        PaymentMethod.STRIPE: _("Alipay, WeChat Pay or card"),
    }
    return words[method]


def phone_words(phone: str) -> str:
    """A number as people read it; one of China without its country."""
    number = phonenumbers.parse(phone)
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        number, form.NATIONAL if number.country_code == 86 else form.INTERNATIONAL
    )


class Step(TypedDict, total=False):
    title: str
    at: datetime | None
    state: str
    note: str


def timeline(order: OrderView, parcel: ConsignmentView, *, money: str = "") -> list[Step]:
    """A parcel's way from the order to the door: what is done, where it is now, what is still to come.

    `money` says where the payment is, when more is known of it than the order's state.
    """
    payment = Step(title=money, at=None, state="now") if money else _payment_step(order, parcel)
    steps = [Step(title=_("Ordered"), at=order.placed_at, state="done")]
    cash_at_the_end = (
        order.method == PaymentMethod.CASH_ON_DELIVERY and payment["state"] != "bad" and not money
    )
    if not cash_at_the_end:
        steps.append(payment)
    reached = {change.to_state: change.at for change in parcel.changes}
    if parcel.state in {FulfilmentState.CANCELLED, FulfilmentState.RETURNED}:
        steps = [step for step in steps if step["state"] != "now"]
    if (confirmed := _confirmed_step(parcel)) is not None:
        steps.append(confirmed)
    note = " ".join(part for part in (parcel.courier, parcel.tracking_number) if part)
    for state, title, at, words in (
        (FulfilmentState.PACKED, _("Packed"), parcel.packed_at, ""),
        (FulfilmentState.DISPATCHED, _("Given to the courier"), parcel.dispatched_at, note),
        (FulfilmentState.DELIVERED, _("Delivered"), parcel.delivered_at, ""),
    ):
        if at is not None:
            steps.append(Step(title=title, at=at, state="done", note=words))
        elif parcel.state not in {FulfilmentState.CANCELLED, FulfilmentState.RETURNED}:
            steps.append(Step(title=title, at=None, state=_open(parcel.state, state), note=""))
    if parcel.state in {FulfilmentState.CANCELLED, FulfilmentState.RETURNED}:
        last = parcel.changes[-1]
        reason = last.reason
        if last.from_state == FulfilmentState.TO_CONFIRM and last.actor == SYSTEM.role:
            reason = _("The grower did not confirm it in time.")
        words = fulfilment_words(parcel.state)
        steps.append(Step(title=words, at=reached[parcel.state], state="bad", note=reason))
    elif cash_at_the_end:
        steps.append(payment)
    return steps


def _confirmed_step(parcel: ConsignmentView) -> Step | None:
    """The grower's word on a part of a cash order; nothing for other orders, and for one that ended without it."""
    if not parcel.changes or parcel.changes[0].to_state != FulfilmentState.TO_CONFIRM:
        return None
    if parcel.state == FulfilmentState.TO_CONFIRM:
        return Step(title=_("The grower calls to confirm"), at=None, state="now")
    if parcel.changes[1].to_state == FulfilmentState.CANCELLED:
        return None
    return Step(title=_("Confirmed by the grower"), at=parcel.changes[1].at, state="done")


def _payment_step(order: OrderView, parcel: ConsignmentView) -> Step:
    if order.paid_at is not None:
        return Step(title=_("Paid"), at=order.paid_at, state="done")
    if order.state == PaymentState.DUE_ON_DELIVERY:
        if parcel.delivered_at is not None:  # other parts of the order are still to be brought and paid
            return Step(title=_("Paid"), at=parcel.delivered_at, state="done")
        return Step(title=_("To be paid on delivery"), at=None, state="next")
    if order.state in {PaymentState.EXPIRED, PaymentState.CANCELLED}:
        return Step(title=payment_words(order.state), at=order.changes[-1].at, state="bad")
    return Step(title=payment_words(order.state), at=None, state="now")


def _open(current: FulfilmentState, step: FulfilmentState) -> str:
    """`now` for the step that is being worked on, `next` for later ones."""
    working_on = {
        FulfilmentState.TO_PACK: FulfilmentState.PACKED,
        FulfilmentState.PACKED: FulfilmentState.DISPATCHED,
        FulfilmentState.DISPATCHED: FulfilmentState.DELIVERED,
    }
    return "now" if working_on.get(current) == step else "next"
