"""What an import understands of an outside order. Frozen; amounts in fen; no personal data gets this far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.money import allocate


@dataclass(frozen=True)
class OutsideLine:
    """One line; `gross_minor` is quantity times price, `paid_minor` what was paid of it, without freight."""

    position: int
    item_id: str
    title: str
    attributes: str
    product_code: str
    quantity: int
    gross_minor: int
    paid_minor: int
    refund_minor: int

    @property
    def discount_minor(self) -> int:
        return self.gross_minor - self.paid_minor


@dataclass(frozen=True)
class OutsideOrder:
    """One order as of the export. `paid_at` None means never paid; times are aware UTC."""

    order_id: str
    state: str
    created_at: datetime
    paid_at: datetime | None
    total_minor: int
    postage_minor: int
    refund_minor: int
    province: str
    city: str
    lines: tuple[OutsideLine, ...]
    row_number: int

    @property
    def goods_minor(self) -> int:
        """What was paid for, without freight, in fen."""
        return self.total_minor - self.postage_minor


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken, with a stable reason and what stood there (never a name or a number of a person)."""

    file: str
    row_number: int
    reason: str
    value: str = ""


@dataclass(frozen=True)
class Raw:
    """A line before the order's money was spread over it."""

    item_id: str
    title: str
    attributes: str
    product_code: str
    quantity: int
    price_minor: int


def spread(lines: Iterable[Raw], *, goods_minor: int, refund_minor: int) -> tuple[OutsideLine, ...]:
    """Spread what was paid and refunded for an order's goods over its lines by their value, to the fen.

    Where the lines' list value is below what was paid (a price raised after the order), the value follows what
    was paid, so that no discount is negative.
    """
    raw = list(lines)
    gross = [line.price_minor * line.quantity for line in raw]
    weights = gross if any(gross) else [line.quantity for line in raw]
    paid = allocate(goods_minor, weights)
    refunds = allocate(refund_minor, paid if any(paid) else weights)
    return tuple(
        OutsideLine(
            position=position,
            item_id=line.item_id,
            title=line.title,
            attributes=line.attributes,
            product_code=line.product_code,
            quantity=line.quantity,
            gross_minor=max(gross[position], paid[position]),
            paid_minor=paid[position],
            refund_minor=refunds[position],
        )
        for position, line in enumerate(raw)
    )
