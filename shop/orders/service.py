"""Verbs on orders: the front of this feature. None of them commits."""

from shop.orders.fulfilling import (
    cancel_consignment,
    mark_delivered,
    mark_dispatched,
    mark_packed,
    mark_returned,
    mark_unpacked,
)
from shop.orders.paying import (
    apply_refund,
    cancel_order,
    close_dispute,
    expire_order,
    mark_paid,
    open_dispute,
    refuse_proof,
    submit_proof,
)
from shop.orders.placing import hold_until, place_order

__all__ = [
    "apply_refund",
    "cancel_consignment",
    "cancel_order",
    "close_dispute",
    "expire_order",
    "hold_until",
    "mark_delivered",
    "mark_dispatched",
    "mark_packed",
    "mark_paid",
    "mark_returned",
    "mark_unpacked",
    "open_dispute",
    "place_order",
    "refuse_proof",
    "submit_proof",
]
