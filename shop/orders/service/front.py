"""Verbs on orders: the front of this feature. None of them commits."""

from shop.orders.service.deadlines import pay_by
from shop.orders.service.fulfilling import (
    cancel_consignment,
    confirm_consignment,
    mark_delivered,
    mark_dispatched,
    mark_packed,
    mark_returned,
    mark_unpacked,
)
from shop.orders.service.paying import (
    apply_refund,
    cancel_order,
    close_dispute,
    expire_order,
    mark_paid,
    open_dispute,
    refuse_proof,
    remind_of_end,
    submit_proof,
)
from shop.orders.service.placing import place_order

__all__ = [
    "apply_refund",
    "cancel_consignment",
    "cancel_order",
    "close_dispute",
    "confirm_consignment",
    "expire_order",
    "mark_delivered",
    "mark_dispatched",
    "mark_packed",
    "mark_paid",
    "mark_returned",
    "mark_unpacked",
    "open_dispute",
    "pay_by",
    "place_order",
    "refuse_proof",
    "remind_of_end",
    "submit_proof",
]
