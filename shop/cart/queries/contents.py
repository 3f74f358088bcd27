"""Reads of a cart."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from core.database import session
from shop.cart.models import Cart, CartLine


@dataclass(frozen=True, slots=True)
class CartView:
    """What lies in a cart: (variant id -> quantity), oldest first."""

    id: int | None
    items: dict[int, int]
    province_code: str | None


EMPTY = CartView(None, {}, None)


def find_cart(*, token: str | None, account_id: int | None) -> CartView:
    """The cart of this account, else of this visitor; an empty one when there is none."""
    if account_id is not None:
        condition = Cart.account_id == account_id
    elif token:
        condition = (Cart.token == token) & Cart.account_id.is_(None)
    else:
        return EMPTY
    row = session.execute(select(Cart.id, Cart.province_code).where(condition)).first()
    if row is None:
        return EMPTY
    items = session.execute(
        select(CartLine.variant_id, CartLine.quantity).where(CartLine.cart_id == row.id).order_by(CartLine.id)
    )
    return CartView(row.id, {line.variant_id: line.quantity for line in items}, row.province_code)
