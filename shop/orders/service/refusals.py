"""What a buyer is told when an order cannot be placed as asked. `OutOfStock` lives with the stock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from core.errors import Conflict, Invalid
from core.web.wording.formatting import money, plants
from shop.catalogue.wording.reasons import reason_sentence
from shop.orders.rules.unpaid_limits import Exceeded, Holder, Measure, Way


class InvalidOrder(Invalid):
    """Fields of the order are missing or wrong; `fields` maps each one's path to a sentence."""

    code = "invalid_order"

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__(
            _("Some fields of the order need a change."),
            fields={path: str(sentence) for path, sentence in fields.items()},
        )


class NotOnSale(Conflict):
    """A listing was withdrawn, or its licence or lot no longer allows a sale; SKU -> the catalogue's reason."""

    code = "not_on_sale"

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(
            _("Something in your order is not on sale now. Take it out and order again; your cart is kept."),
            lines=[
                {"sku": sku, "reason": reason, "message": reason_sentence(reason)}
                for sku, reason in reasons.items()
            ],
        )


class HoldLimit(Conflict):
    """The buyer would keep more from others, unpaid, than is allowed at a time.

    `limit` names it: `cash_plants`, `cash_value`, `cash_share`, `cash_strangers`, or the same with `unpaid`.
    """

    code = "hold_limit"

    def __init__(self, exceeded: Exceeded) -> None:
        in_money = exceeded.measure is Measure.VALUE
        unit = "minor" if in_money else "plants"
        figures: dict[str, Any] = {
            f"allowed_{unit}": exceeded.allowed,
            f"held_{unit}": exceeded.held,
            f"wanted_{unit}": exceeded.wanted,
        }
        super().__init__(
            limit_sentence(exceeded),
            limit=f"{exceeded.way}_{exceeded.measure}",
            counted_by=exceeded.holder,
            sku=exceeded.sku or None,
            **figures,
        )


class PriceChanged(Conflict):
    """The total is no longer what the buyer was shown."""

    code = "price_changed"

    def __init__(self, shown_minor: int, total_minor: int) -> None:
        super().__init__(
            _(
                "A price or the freight has changed since you saw it. Look at the new total, then order again."
            ),
            shown_minor=shown_minor,
            total_minor=total_minor,
        )


class KeyReused(Invalid):
    """The idempotency key belongs to another order."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            _("This Idempotency-Key was used for another order. Send a new key for a new order.")
        )


def limit_sentence(exceeded: Exceeded) -> str:
    """Which limit an order would pass, how much is held already, and what the buyer may do."""
    if exceeded.measure is Measure.VALUE:
        allowed, held = money(exceeded.allowed), money(exceeded.held)
    else:
        allowed, held = plants(exceeded.allowed), plants(exceeded.held)
    return f"{_what(exceeded, allowed, held)} {_way_out(exceeded.way)}"


def _what(exceeded: Exceeded, allowed: str, held: str) -> str:
    if exceeded.measure is Measure.STRANGERS:
        return _(
            "Of this size, cash orders that wait for the grower's confirmation may hold %(allowed)s at a time; "
            "%(held)s are held already.",
            allowed=allowed,
            held=held,
        )
    if exceeded.measure is Measure.SHARE:
        return _(
            "Of this size one buyer may hold %(allowed)s unpaid at a time; you hold %(held)s already.",
            allowed=allowed,
            held=held,
        )
    if exceeded.holder is Holder.NETWORK:
        return _(
            "Too much is held unpaid from your network already. Please try again later, or pay what you ordered."
        )
    by = {
        Holder.PHONE: _("under this telephone number"),
        Holder.ADDRESS: _("for this address"),
        Holder.ACCOUNT: _("by your account"),
    }[exceeded.holder or Holder.PHONE]
    if exceeded.way is Way.CASH:
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
