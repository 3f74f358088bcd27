"""Verbs on a cart."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update

from core.database import insert_into, is_postgresql, session
from core.ids import access_token
from shop.cart.models import Cart, CartLine


def open_cart(*, token: str | None, account_id: int | None, at: datetime) -> Cart:
    """The cart of this visitor or account, made when there is none yet.

    A visitor who signs in brings the cart along: its lines are added to the account's and the visitor's
    cart is gone, so nothing is counted twice when it happens again.
    """
    guest = _guest_cart(token)
    if account_id is None:
        return guest or _new_cart(account_id=None, at=at)
    own = session.scalar(select(Cart).where(Cart.account_id == account_id))
    if own is None and guest is not None:
        guest.account_id = account_id
        session.flush()
        return guest
    own = own or _new_cart(account_id=account_id, at=at)
    if guest is not None:
        merge(guest, own, at=at)
    return own


def _guest_cart(token: str | None) -> Cart | None:
    if not token:
        return None
    return session.scalar(select(Cart).where(Cart.token == token, Cart.account_id.is_(None)))


def _new_cart(*, account_id: int | None, at: datetime) -> Cart:
    cart = Cart(token=access_token(), account_id=account_id, created_at=at, updated_at=at)
    session.add(cart)
    session.flush()
    return cart


def merge(guest: Cart, own: Cart, *, at: datetime) -> None:
    """Bring a visitor's lines into the account's cart; of one variant the larger quantity stays."""
    for line in session.scalars(select(CartLine).where(CartLine.cart_id == guest.id).order_by(CartLine.id)):
        _write_line(own.id, line.variant_id, line.quantity, at=at, on_conflict="larger")
    own.province_code = own.province_code or guest.province_code
    own.updated_at = at
    session.execute(delete(CartLine).where(CartLine.cart_id == guest.id))
    session.execute(delete(Cart).where(Cart.id == guest.id))
    session.expunge(guest)


def add_item(cart: Cart, variant_id: int, quantity: int, *, at: datetime) -> None:
    """Put units of a variant into the cart, on top of what is there."""
    _write_line(cart.id, variant_id, quantity, at=at, on_conflict="add")
    cart.updated_at = at


def change_item(cart: Cart, variant_id: int, quantity: int, *, at: datetime) -> None:
    """Set the quantity of a line; none removes it."""
    if quantity <= 0:
        remove_item(cart, variant_id, at=at)
        return
    session.execute(
        update(CartLine)
        .where(CartLine.cart_id == cart.id, CartLine.variant_id == variant_id)
        .values(quantity=quantity)
    )
    cart.updated_at = at


def remove_item(cart: Cart, variant_id: int, *, at: datetime) -> None:
    """Take a variant out of the cart; one that is not in it is fine."""
    session.execute(delete(CartLine).where(CartLine.cart_id == cart.id, CartLine.variant_id == variant_id))
    cart.updated_at = at


def choose_province(cart_id: int, code: str | None, *, at: datetime) -> None:
    """Keep where the plants would go, by the province's code."""
    session.execute(update(Cart).where(Cart.id == cart_id).values(province_code=code, updated_at=at))


def empty(cart_id: int, *, at: datetime) -> None:
    """Take everything out, as after an order; the province stays."""
    session.execute(delete(CartLine).where(CartLine.cart_id == cart_id))
    session.execute(update(Cart).where(Cart.id == cart_id).values(updated_at=at))


def _write_line(cart_id: int, variant_id: int, quantity: int, *, at: datetime, on_conflict: str) -> None:
    statement = insert_into(CartLine).values(
        cart_id=cart_id, variant_id=variant_id, quantity=quantity, added_at=at
    )
    larger = (func.greatest if is_postgresql() else func.max)(CartLine.quantity, quantity)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[CartLine.cart_id, CartLine.variant_id],
            set_={"quantity": CartLine.quantity + quantity if on_conflict == "add" else larger},
        )
    )
