"""States of orders and parcels in words, and a parcel's way as a timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

import phonenumbers
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from shop.orders.queries.order_views import ConsignmentView, OrderView
from shop.orders.states import SYSTEM, FulfilmentState, PaymentMethod, PaymentState

# Of each state the tone of its pill, and what the pill says.
PAYMENT_PILLS: dict[str, tuple[str, Any]] = {
    PaymentState.AWAITING_PAYMENT: ("wait", _l("Awaiting payment")),
    PaymentState.PROOF_SUBMITTED: ("wait", _l("Receipt with the cashier")),
    PaymentState.DUE_ON_DELIVERY: ("info", _l("To be paid on delivery")),
    PaymentState.PAID: ("ok", _l("Paid")),
    PaymentState.EXPIRED: ("plain", _l("Not paid in time")),
    PaymentState.CANCELLED: ("plain", _l("Cancelled")),
    PaymentState.PARTLY_REFUNDED: ("info", _l("Partly refunded")),
    PaymentState.REFUNDED: ("info", _l("Refunded")),
    PaymentState.DISPUTED: ("warn", _l("Payment disputed")),
}
FULFILMENT_PILLS: dict[str, tuple[str, Any]] = {
    FulfilmentState.WAITING: ("plain", _l("Waits for payment")),
    FulfilmentState.TO_CONFIRM: ("wait", _l("To be confirmed by telephone")),
    FulfilmentState.TO_PACK: ("wait", _l("To be packed")),
    FulfilmentState.PACKED: ("info", _l("Packed")),
    FulfilmentState.DISPATCHED: ("info", _l("On its way")),
    FulfilmentState.DELIVERED: ("ok", _l("Delivered")),
    FulfilmentState.RETURNED: ("warn", _l("Returned")),
    FulfilmentState.CANCELLED: ("plain", _l("Cancelled")),
}
PAYMENT_TONES = {state: tone for state, (tone, _words) in PAYMENT_PILLS.items()}
FULFILMENT_TONES = {state: tone for state, (tone, _words) in FULFILMENT_PILLS.items()}
METHODS: dict[str, Any] = {
    PaymentMethod.OFFLINE_TRANSFER: _l("Bank transfer"),
    PaymentMethod.CASH_ON_DELIVERY: _l("Cash on delivery"),
    PaymentMethod.STRIPE: _l("Alipay, WeChat Pay or card"),
}


def payment_words(state: str) -> str:
    """A payment's state as a pill says it."""
    return str(PAYMENT_PILLS[state][1])


def fulfilment_words(state: str) -> str:
    """A parcel's state as a pill says it."""
    return str(FULFILMENT_PILLS[state][1])


def method_words(method: str) -> str:
    """A way of paying, as it is offered and as an order names it."""
    return str(METHODS[method])


def phone_words(phone: str) -> str:
    """A number as people read it; one of China without its country."""
    number = phonenumbers.parse(phone)
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        number, form.NATIONAL if number.country_code == 86 else form.INTERNATIONAL
    )


class Step(TypedDict, total=False):
    """A step of a parcel's way; `state` is `done`, `now`, `next` or `bad`."""

    title: str
    at: datetime | None
    state: str
    note: str


def timeline(order: OrderView, parcel: ConsignmentView, *, money: str = "") -> list[Step]:
    """A parcel's way from the order to the door: what is done, where it is now, what is still to come.

    `money` says where the payment is, when more is known of it than the order's state.
    """
    payment = Step(title=money, at=None, state="now") if money else _payment_step(order, parcel)
    ended_early = parcel.state in {FulfilmentState.CANCELLED, FulfilmentState.RETURNED}
    steps = [Step(title=_("Ordered"), at=order.placed_at, state="done")]
    cash_at_the_end = (
        order.method == PaymentMethod.CASH_ON_DELIVERY and payment["state"] != "bad" and not money
    )
    if not cash_at_the_end:
        steps.append(payment)
    reached = {change.to_state: change.at for change in parcel.changes}
    if ended_early:
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
        elif not ended_early:
            steps.append(Step(title=title, at=None, state=_open(parcel.state, state), note=""))
    if ended_early:
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
