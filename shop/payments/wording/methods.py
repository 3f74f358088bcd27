"""Which ways of paying are offered, in the language of the request."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext as _

from core.clock import now
from shop.orders.states import PaymentMethod
from shop.orders.wording.state_names import method_words
from shop.payees.queries import account_for
from shop.payments.rules.provider_news import LEAST_STRIPE_MINOR
from shop.payments.service.provider import configured


@dataclass(frozen=True, slots=True)
class Option:
    """One way to pay; `code` is what an order carries."""

    code: str
    hint: str

    @property
    def label(self) -> str:
        """What it is called."""
        return method_words(self.code)


def options(*, total_minor: int | None = None, grower_paths: Collection[str] | None = None) -> list[Option]:
    """The ways to pay an order of `total_minor`, in fen.

    Stripe's only when it is set up and takes so small a sum; a bank transfer only when some unit above all of
    `grower_paths` has an account in force (whoever names no growers is told when the order is placed).
    """
    offered = []
    if configured() and (total_minor is None or total_minor >= LEAST_STRIPE_MINOR):
        hint = _("You pay now on the payment service's page; the plants are kept for you meanwhile.")
        offered.append(Option(PaymentMethod.STRIPE, hint))
    if grower_paths is None or account_for(grower_paths, at=now()) is not None:
        hint = _(
            "You transfer to the branch's account and send a picture of the receipt; the cashier confirms it."
        )
        offered.append(Option(PaymentMethod.OFFLINE_TRANSFER, hint))
    hint = _(
        "The grower calls you to confirm first. You pay the courier when the plants arrive and you have looked at them."
    )
    return [*offered, Option(PaymentMethod.CASH_ON_DELIVERY, hint)]
