"""The limits on what is held unpaid, in words: before a form is filled in, and when one is reached."""

from __future__ import annotations

from flask_babel import gettext as _

from core.web.formatting import money, plants
from shop.orders.rules.unpaid_limits import Amount, Exceeded, Holder, Measure, Way


def limit_sentence(found: Exceeded) -> str:
    """Which limit an order would pass, how much is held already, and what the buyer may do."""
    if found.measure is Measure.VALUE:
        allowed, held = money(found.allowed), money(found.held)
    else:
        allowed, held = plants(found.allowed), plants(found.held)
    return f"{_what(found, allowed, held)} {_way_out(found.way)}"


def _what(found: Exceeded, allowed: str, held: str) -> str:
    if found.measure is Measure.STRANGERS:
        return _(
            "Of this size, cash orders that wait for the grower's confirmation may hold %(allowed)s at a time; "
            "%(held)s are held already.",
            allowed=allowed,
            held=held,
        )
    if found.measure is Measure.SHARE:
        return _(
            "Of this size one buyer may hold %(allowed)s unpaid at a time; you hold %(held)s already.",
            allowed=allowed,
            held=held,
        )
    if found.holder is Holder.NETWORK:
        return _(
            "Too much is held unpaid from your network already. Please try again later, or pay what you ordered."
        )
    by = {
        Holder.PHONE: _("under this telephone number"),
        Holder.ADDRESS: _("for this address"),
        Holder.ACCOUNT: _("by your account"),
    }[found.holder or Holder.PHONE]
    if found.way is Way.CASH:
        return _(
            "To be paid on delivery, at most %(allowed)s may be on order at a time; %(held)s are %(by)s already.",
            allowed=allowed,
            held=held,
            by=by,
        )
    return _(
        "Without being paid, at most %(allowed)s may be held at a time; %(held)s are held %(by)s already.",
        allowed=allowed,
        held=held,
        by=by,
    )


def _way_out(way: Way) -> str:
    if way is Way.CASH:
        return _(
            "Take less, pay by transfer or online, or ask the grower to allow you more. Your cart is kept."
        )
    return _("Take less, pay what is held first, or ask the grower to allow you more. Your cart is kept.")


def cash_limit_sentence(most: Amount) -> str:
    """What may be paid on delivery, for the cart and the checkout."""
    return _(
        "On delivery you can pay up to %(plants)s and %(value)s at a time; for more, pay by transfer or ask the grower.",
        plants=plants(most.plants),
        value=money(most.value_minor),
    )


def unpaid_limit_sentence(most: Amount) -> str:
    """What may be held until it is paid, for a cart that is above it."""
    return _(
        "Without being paid, up to %(plants)s and %(value)s may be held at a time. "
        "Order a part first and pay it, or ask the grower to allow you more.",
        plants=plants(most.plants),
        value=money(most.value_minor),
    )
