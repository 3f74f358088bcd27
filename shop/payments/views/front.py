"""The front door of payments for its neighbours in the shop."""

from shop.payments.queries.order_money import Panel, at_parcel, panel
from shop.payments.service.refunds import units_refunded
from shop.payments.tasks.stripe_calls import close_sessions, start
from shop.payments.views.returning import note_payer
from shop.payments.wording.attention import money_words
from shop.payments.wording.methods import Option, options

instructions = panel

__all__ = [
    "Option",
    "Panel",
    "at_parcel",
    "close_sessions",
    "instructions",
    "money_words",
    "note_payer",
    "options",
    "panel",
    "start",
    "units_refunded",
]
