"""The edge around `place_order`: the same attempt never makes two orders, however often it is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from core.database import transaction
from core.database_errors import RuleBroken
from shop.orders.queries.placed import find_by_key
from shop.orders.rules.order_request import OrderRequest
from shop.orders.service.placing import place_order
from shop.orders.service.refusals import KeyReused


def place_once(
    request: OrderRequest, *, at: datetime, then: Callable[[], None] | None = None
) -> tuple[int, bool]:
    """Place the order in a transaction of its own, or find the one that this attempt placed before.

    `then` is called in the same transaction, as to empty the cart.

    Returns:
        The order's id, and whether it is new.

    Raises:
        KeyReused: the key belongs to an order with another content.
        OutOfStock, NotOnSale, InvalidOrder, PriceChanged: see `place_order`; nothing is kept.
    """
    known = _known(request)
    if known is not None:
        return known, False
    try:
        with transaction():
            order = place_order(request, at=at)
            if then is not None:
                then()
    except RuleBroken:
        known = _known(request)
        if known is None:
            raise
        return known, False
    return order.id, True


def _known(request: OrderRequest) -> int | None:
    earlier_order = find_by_key(request.key)
    if earlier_order is None:
        return None
    order_id, digest = earlier_order
    if digest != request.digest:
        raise KeyReused
    return order_id
