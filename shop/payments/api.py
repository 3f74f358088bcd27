"""The front door of payments for its neighbours in the shop."""

from shop.payments.flows import close_sessions, start
from shop.payments.methods import Option, options
from shop.payments.queries import Panel, at_parcel, panel
from shop.payments.refunds import units_refunded
from shop.payments.returning import note_payer
from shop.payments.wording import money_words

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
