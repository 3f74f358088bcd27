"""What the limits mean for a cart, told before anything personal is asked."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask_babel import gettext as _

from core.settings import Settings
from core.web.wording.formatting import plants
from shop.cart.rules import Basket
from shop.orders.queries.unpaid_limits import account_is_known, limits
from shop.orders.rules.unpaid_limits import Amount, Limits, Way, allowed_of
from shop.orders.wording.unpaid_limits import cash_limit_sentence, unpaid_limit_sentence


@dataclass(frozen=True, slots=True)
class CartLimits:
    """`cash` says what may be paid on delivery; `cash_exceeded` whether the cart is above that.

    `notes` name the other limits that the cart is above; they are empty for most carts.
    """

    cash: str
    cash_exceeded: bool
    notes: tuple[str, ...]


def init_app(app: Flask, settings: Settings) -> None:  # noqa: ARG001 - the signature of every part
    """Hand the limits to the cart, which stands below and asks for them by this name."""
    app.extensions["cart_limits"] = cart_limits


def cart_limits(basket: Basket, *, account_id: int | None) -> CartLimits:
    """The limits of a buyer of whom no more than the account is known yet."""
    bounds = limits()
    known = account_id is not None and account_is_known(account_id)
    wanted = Amount(basket.plants, basket.goods_minor)
    cash, unpaid = (allowed_of(bounds, way, known=known) for way in (Way.CASH, Way.UNPAID))
    notes = [] if _within(wanted, unpaid) else [unpaid_limit_sentence(unpaid)]
    notes += [] if known else _shares(basket, bounds)
    return CartLimits(cash_limit_sentence(cash), not _within(wanted, cash), tuple(notes))


def _within(wanted: Amount, most: Amount) -> bool:
    return wanted.plants <= most.plants and wanted.value_minor <= most.value_minor


def _shares(basket: Basket, bounds: Limits) -> list[str]:
    sentences = []
    for line in basket.lines:
        there = line.offer.available * line.offer.plants_per_unit
        most = max(there * bounds.share_percent // 100, bounds.share_free)
        if line.plants > most and line.problem is None:
            sentences.append(
                _(
                    "Of %(title)s, %(grade)s one buyer may hold %(allowed)s unpaid at a time. "
                    "Order these first and pay, then order the rest; or ask the grower to allow you more.",
                    title=line.offer.title,
                    grade=line.offer.grade,
                    allowed=plants(most),
                )
            )
    return sentences
