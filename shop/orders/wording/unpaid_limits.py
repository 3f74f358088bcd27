"""The limits on what is held unpaid, in words: before a form is filled in, and when one is reached."""

from __future__ import annotations

from flask_babel import gettext as _

from core.web.wording.formatting import money, plants
from shop.orders.rules.unpaid_limits import Amount


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
