"""What buyers and growers are told at each step, queued by the outbox; nothing is sent twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from branch import api as branch
from core.clock import local_day, now
from core.database import session
from core.messaging.service.enqueueing import enqueue
from core.outbox.service import record
from core.settings import current_settings
from core.web.wording.formatting import dt
from shop.orders import events
from shop.orders.models.tables import Consignment, Order
from shop.orders.queries.order_views import ConsignmentView, OrderView, order_by_id
from shop.orders.queries.placed import orders_of_lots
from shop.orders.states import FulfilmentState, PaymentMethod, PaymentState
from traceability import api as traceability

OrderEvent = events.OrderPlaced | events.OrderPaid | events.OrderExpired | events.OrderCancelled
ParcelEvent = (
    events.ConsignmentDispatched
    | events.ConsignmentDelivered
    | events.ConsignmentCancelled
    | events.ConsignmentReturned
    | events.ConsignmentConfirmed
    | events.ConsignmentLapsed
)


def tell_buyer_of_order(event: OrderEvent, *, event_id: str) -> None:
    """Handler: one message to the buyer about a step of the whole order."""
    order = order_by_id(event.order_id)
    tell_buyer(
        order,
        "order_changed",
        key=f"{event_id}:buyer",
        what=type(event).__name__,
        method=order.method,
        total_minor=order.total_minor,
        hours=current_settings().cash_confirm_hours,
        after_proof=order.changes[-1].from_state == PaymentState.PROOF_SUBMITTED,
    )


def tell_buyer_of_parcel(event: ParcelEvent, *, event_id: str) -> None:
    """Handler: one message to the buyer about a step of one grower's parcel."""
    order, parcel = _parcel(event.consignment_id)
    tell_buyer(
        order,
        "parcel_changed",
        key=f"{event_id}:buyer",
        what=type(event).__name__,
        parcel=parcel.number,
        grower=parcel.grower_name,
        courier=parcel.courier or "",
        tracking_number=parcel.tracking_number or "",
        owes_nothing=order.method == PaymentMethod.CASH_ON_DELIVERY,
        reason=parcel.changes[-1].reason,
    )


def tell_growers_to_pack(
    event: events.OrderPlaced | events.OrderPaid,
    *,
    event_id: str,  # noqa: ARG001 - the parcel, not the event, is told of once
) -> None:
    """Handler: as soon as a parcel may be packed, or is to be confirmed, its grower's people are told; once each."""
    order = order_by_id(event.order_id)
    for parcel in order.consignments:
        if parcel.state == FulfilmentState.TO_PACK:
            _tell_grower(order, parcel, f"to-pack:{parcel.number}", "parcel_to_pack")
        elif parcel.state == FulfilmentState.TO_CONFIRM:
            _ask_to_confirm(order, parcel, f"to-confirm:{parcel.number}", again=False)


def remind_growers_to_confirm(event: events.OrderNearsEnd, *, event_id: str) -> None:
    """Handler: the people of each grower who has not said yet whether a cash order is meant are reminded."""
    order = order_by_id(event.order_id)
    for parcel in order.consignments:
        if parcel.state == FulfilmentState.TO_CONFIRM:
            _ask_to_confirm(order, parcel, event_id, again=True)


def ask_buyer_for_held(event: events.HoldAskedFor, *, event_id: str) -> None:  # noqa: ARG001 - asked once a day
    """Handler: a buyer who has not paid yet hears, at most once a day, that the grower asks for the plants."""
    order, parcel = _parcel(event.consignment_id)
    if order.state != PaymentState.AWAITING_PAYMENT:
        return
    tell_buyer(
        order,
        "hold_asked_for",
        key=f"hold-asked:{parcel.number}:{local_day(now())}:buyer",
        grower=parcel.grower_name,
        until=dt(order.expires_at) if order.expires_at else "",
    )


def _ask_to_confirm(order: OrderView, parcel: ConsignmentView, key: str, *, again: bool) -> None:
    _tell_grower(
        order,
        parcel,
        key,
        "parcel_to_confirm",
        until=dt(order.expires_at) if order.expires_at else "",
        again=again,
        total_minor=parcel.total_minor,
    )


def tell_grower_of_end(
    event: events.ConsignmentDelivered | events.ConsignmentCancelled | events.ConsignmentLapsed,
    *,
    event_id: str,
) -> None:
    """Handler: the grower's people hear that a parcel was received or will not be sent."""
    order, parcel = _parcel(event.consignment_id)
    _tell_grower(order, parcel, event_id, "parcel_ended", what=type(event).__name__)


def find_buyers_of_recall(event: traceability.LotRecalled, *, event_id: str) -> None:  # noqa: ARG001 - told once per recall
    """Handler: every order whose plants a recall reached, whether or not they have left, is told of by itself."""
    recall = traceability.get_recall(event.recall_number)
    by_code = traceability.codes_reached(recall.lot_ids)
    numbers = by_code.orders | orders_of_lots(recall.lot_ids)
    for number in session.scalars(
        select(Order.number).where(Order.number.in_(sorted(numbers))).order_by(Order.id)
    ):
        record(events.OrderReachedByRecall(recall.number, number))


def tell_buyer_of_recall(event: events.OrderReachedByRecall, *, event_id: str) -> None:  # noqa: ARG001 - told once per recall
    """Handler: the buyer of an order is told once that a recall reached it."""
    recall = traceability.get_recall(event.recall_number)
    order = session.scalars(select(Order).where(Order.number == event.order_number)).one()
    tell_buyer(
        order,
        "lot_recalled_buyer",
        key=f"{recall.number}:buyer:{order.number}",
        cultivar=recall.cultivar,
        reason=recall.reason,
    )


def tell_buyer_of_tries(event: traceability.InnerCodeTried, *, event_id: str) -> None:  # noqa: ARG001 - told once a day and label
    """Handler: one message a day and label to the buyer whose order the label went out with."""
    order = session.scalars(select(Order).where(Order.number == event.order_number)).one_or_none()
    if order is None:
        return
    tell_buyer(order, "inner_code_tried_buyer", key=f"inner:{event.label}:{event.day}:buyer")


def _parcel(consignment_id: int) -> tuple[OrderView, ConsignmentView]:
    order_id = session.scalar(select(Consignment.order_id).where(Consignment.id == consignment_id))
    order = order_by_id(order_id or 0)
    return order, next(consignment for consignment in order.consignments if consignment.id == consignment_id)


def tell_buyer(order: Order | OrderView, template: str, *, key: str, **context: Any) -> None:
    """Queue one message to the buyer of an order, with its number and the address of its page."""
    enqueue(
        dedupe_key=key,
        to=order.buyer_email or order.buyer_phone,
        template=template,
        locale=order.locale,
        context={
            "number": order.number,
            "address": f"{current_settings().base_url}/orders/{order.number}?token={order.access_token}",
            **context,
        },
    )


def _tell_grower(order: OrderView, parcel: ConsignmentView, key: str, template: str, **context: Any) -> None:
    branch.tell_people(
        parcel.grower_id,
        key=key,
        template=template,
        context={
            "parcel": parcel.number,
            "province": order.province,
            "plants_count": parcel.plants,
            "address": f"{current_settings().base_url}/seller/orders/{parcel.number}",
            **context,
        },
    )
