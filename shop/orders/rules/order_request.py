"""What a buyer asks for, and the check of its fields. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from shop.freight.rules.addresses import Place
from shop.orders.states import PaymentMethod


@dataclass(frozen=True, slots=True)
class Buyer:
    """`phone` is E.164, as `+8613800000000`."""

    name: str
    phone: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class ShipTo:
    """Where an order goes."""

    place: Place
    street: str
    postcode: str | None = None


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """One wish to buy. `lines` are (SKU, quantity in the variant's unit).

    `key` names the attempt: the same key never makes two orders. `discount_minor` is what a promotion gave
    on the goods; `expected_total_minor` what the buyer was shown, if anything. `network` is the address from which it
    was sent.
    """

    lines: tuple[tuple[str, int], ...]
    buyer: Buyer
    ship_to: ShipTo
    payment_method: PaymentMethod
    locale: str
    key: str
    account_id: int | None = None
    note: str = ""
    discount_minor: int = 0
    expected_total_minor: int | None = None
    network: str | None = None

    def showing(self, total_minor: int | None) -> OrderRequest:
        """The same wish by a buyer who saw this total."""
        return replace(self, expected_total_minor=total_minor)

    @property
    def digest(self) -> str:
        """The same for the same wish, whatever the order of its fields."""
        body = asdict(self)
        for name in ("key", "account_id", "expected_total_minor", "network"):
            del body[name]
        canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
