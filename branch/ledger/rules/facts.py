"""What a sale fact is and what may stand in one. Pure: no database, no web.

Signs, by kind (`net = gross - discount - refund` always):

* ``sale``      gross, discount and plants are not negative, discount never exceeds gross, no refund.
* ``refund``    only the refund is positive; plants are zero or negative (those that came back).
* ``reversal``  takes an earlier fact back by repeating it with every number negated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from core.clock import local_day

_CURRENCY = re.compile(r"[A-Z]{3}")


class FactKind(StrEnum):
    """Something was sold, given back, or an earlier fact taken back."""

    SALE = "sale"
    REFUND = "refund"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleFact:
    """One paid line, one refund, or one reversal, as it happened.

    `orders` is a head count: 1 on the first line of a grower's part of an order, else 0, so that
    orders can be added up over days, channels and products. `product_key` names the product within
    the grower (a SKU, or a shop's own code); `source` with `source_ref` is unique for ever. Amounts
    are minor units of `currency` and exclude freight.
    """

    kind: str = FactKind.SALE
    grower_id: int
    channel: str
    occurred_at: datetime
    product_key: str
    product_name: str
    cultivar_group: str | None = None
    size_class: str | None = None
    plants: int
    orders: int
    gross_minor: int
    discount_minor: int = 0
    refund_minor: int = 0
    currency: str = "CNY"
    source: str
    source_ref: str
    order_ref: str
    province: str | None = None

    @property
    def net_minor(self) -> int:
        """Goods less discount less refund, in minor units of `currency`."""
        return self.gross_minor - self.discount_minor - self.refund_minor

    @property
    def local_day(self) -> date:
        """The day on which it happened in Shanghai, which is the day it is booked on."""
        return local_day(self.occurred_at)

    @property
    def key(self) -> tuple[str, str]:
        """What no other fact has: source and reference there."""
        return (self.source, self.source_ref)


def faults(fact: SaleFact) -> list[str]:
    """Every reason why `fact` cannot stand in the ledger, as short codes; empty when it can."""
    codes = []
    if fact.kind not in set(FactKind):
        return ["kind_unknown"]
    if fact.occurred_at.tzinfo is None:
        codes.append("time_without_zone")
    if not _CURRENCY.fullmatch(fact.currency):
        codes.append("currency_malformed")
    needed = ("channel", "product_key", "source", "source_ref", "order_ref")
    codes.extend(f"{name}_missing" for name in needed if not getattr(fact, name).strip())
    if not SIGN_RULES[FactKind(fact.kind)](fact):
        codes.append("sign_not_allowed")
    return codes


def _sale(fact: SaleFact) -> bool:
    return (
        0 <= fact.discount_minor <= fact.gross_minor
        and fact.refund_minor == 0
        and fact.plants >= 0
        and fact.orders in {0, 1}
    )


def _refund(fact: SaleFact) -> bool:
    return (
        fact.gross_minor == 0
        and fact.discount_minor == 0
        and fact.refund_minor > 0
        and fact.plants <= 0
        and fact.orders == 0
    )


def _reversal(fact: SaleFact) -> bool:
    of_sale = (
        fact.refund_minor == 0
        and fact.gross_minor <= fact.discount_minor <= 0
        and fact.plants <= 0
        and fact.orders in {0, -1}
    )
    of_refund = (
        fact.gross_minor == 0
        and fact.discount_minor == 0
        and fact.refund_minor < 0
        and fact.plants >= 0
        and fact.orders == 0
    )
    return of_sale or of_refund


SIGN_RULES = {FactKind.SALE: _sale, FactKind.REFUND: _refund, FactKind.REVERSAL: _reversal}


def reversal_of(fact: SaleFact, *, source_ref: str, occurred_at: datetime) -> SaleFact:
    """The fact that takes `fact` back: the same place in every total, every number negated."""
    return replace(
        fact,
        kind=FactKind.REVERSAL,
        occurred_at=occurred_at,
        source_ref=source_ref,
        plants=-fact.plants,
        orders=-fact.orders,
        gross_minor=-fact.gross_minor,
        discount_minor=-fact.discount_minor,
        refund_minor=-fact.refund_minor,
    )
