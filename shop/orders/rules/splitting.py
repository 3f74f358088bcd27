"""One order into a consignment per grower, and a refund into its lines, to the fen. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.money import allocate


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line whose price is settled. `line_total_minor` is before any discount."""

    variant_id: int
    grower_id: int
    quantity: int
    unit_price_minor: int
    line_total_minor: int


@dataclass(frozen=True, slots=True)
class LineShare:
    """A line with its part of the discount, in fen."""

    line: PricedLine
    discount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What an order or a part of it comes to, in fen."""

    goods_minor: int
    discount_minor: int
    freight_minor: int

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.goods_minor - self.discount_minor + self.freight_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Sums):
    """One grower's part of an order."""

    grower_id: int
    lines: tuple[LineShare, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Sums):
    """The whole order and its parts."""

    shares: tuple[Share, ...]


def split(lines: Sequence[PricedLine], freight_minor: Mapping[int, int], *, discount_minor: int = 0) -> Split:
    """Part the order by grower, in the order in which growers first appear in `lines`.

    The discount is on goods and is shared over the lines in proportion to their totals (largest
    remainder), so lines sum to consignments and consignments to the order, exactly.

    Raises:
        ValueError: no lines, a discount below zero or above the goods.
    """
    goods = sum(line.line_total_minor for line in lines)
    if not lines:
        raise ValueError("an order has at least one line")
    if not 0 <= discount_minor <= goods:
        raise ValueError("a discount lies between nothing and the goods")
    discounts = allocate(discount_minor, [line.line_total_minor for line in lines])
    by_grower: dict[int, list[LineShare]] = {}
    for line, discount in zip(lines, discounts, strict=True):
        by_grower.setdefault(line.grower_id, []).append(LineShare(line, discount))
    shares = tuple(
        Share(
            grower_id=grower_id,
            lines=tuple(own),
            goods_minor=sum(share.line.line_total_minor for share in own),
            discount_minor=sum(share.discount_minor for share in own),
            freight_minor=freight_minor[grower_id],
        )
        for grower_id, own in by_grower.items()
    )
    freight = sum(share.freight_minor for share in shares)
    return Split(shares=shares, goods_minor=goods, discount_minor=discount_minor, freight_minor=freight)


@dataclass(frozen=True, slots=True)
class RefundShare:
    """What of a refund goes to each line, by its id, and to the freight; in fen."""

    lines_minor: Mapping[int, int]
    freight_minor: int


class Refundable(RefundShare):
    """What may still be given back: of the goods of each line (by its id), and of the freight."""

    @property
    def total_minor(self) -> int:
        """Goods and freight together, in fen."""
        return sum(self.lines_minor.values()) + self.freight_minor


def share_refund(refundable: Refundable, amount_minor: int) -> RefundShare:
    """Part a refund: goods first, in proportion to what is left of each line, then freight.

    Raises:
        ValueError: the amount is not above zero, or more than is left.
    """
    if not 0 < amount_minor <= refundable.total_minor:
        raise ValueError("a refund is above zero and at most what is left")
    goods_left = sum(refundable.lines_minor.values())
    goods = min(amount_minor, goods_left)
    parts = allocate(goods, list(refundable.lines_minor.values())) if goods_left else []
    lines = dict(zip(refundable.lines_minor, parts, strict=True)) if parts else {}
    return RefundShare(lines, amount_minor - goods)
