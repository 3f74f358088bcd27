"""Which sale facts an outside order stands for, and what to book when a later export tells something else. Pure.

An export gives no date of a refund. What the first export of an order already shows is booked on the day of
payment; a refund that a later export adds is booked on the day of that import, so that closed months keep
their figures. Any other change takes the earlier facts back and books the order anew on its day of payment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from branch.api import SaleFact
from shop.channels.rules.outside_orders import OutsideLine, OutsideOrder


@dataclass(frozen=True)
class Shop:
    """The outside shop whose orders are booked."""

    public_id: str
    grower_id: int
    channel: str


@dataclass(frozen=True)
class CultivarWord:
    """A name that may stand in a title and the cultivar group that it stands for."""

    word: str
    group: str


def product_key(line: OutsideLine) -> str:
    """The shop's own code of a product, else a digest of its title and attributes."""
    if line.product_code:
        return line.product_code
    return "t-" + hashlib.sha256(f"{line.title}\n{line.attributes}".encode()).hexdigest()[:16]


def group_of(title: str, words: Sequence[CultivarWord]) -> str | None:
    """The cultivar group that a title names: the longest known name in it decides."""
    matches = [word for word in words if word.word in title]
    return max(matches, key=lambda word: len(word.word)).group if matches else None


def facts_of(
    order: OutsideOrder, shop: Shop, words: Sequence[CultivarWord], *, revision: int
) -> list[SaleFact]:
    """Sale and refund facts of an order as it stands; none when it was never paid."""
    return [
        fact
        for line in order.lines
        for fact in (
            _sale(order, line, shop, words, revision),
            _refund(order, line, shop, words, revision, line.refund_minor, order.paid_at),
        )
        if fact is not None
    ]


def _sale(
    order: OutsideOrder, line: OutsideLine, shop: Shop, words: Sequence[CultivarWord], revision: int
) -> SaleFact | None:
    if order.paid_at is None:
        return None
    return SaleFact(
        kind="sale",
        grower_id=shop.grower_id,
        channel=shop.channel,
        occurred_at=order.paid_at,
        product_key=product_key(line),
        product_name=line.title or product_key(line),
        cultivar_group=group_of(line.title, words),
        plants=line.quantity,
        orders=1 if line.position == 0 else 0,
        gross_minor=line.gross_minor,
        discount_minor=line.discount_minor,
        source=f"channel:{shop.public_id}",
        source_ref=f"{order.order_id}/{line.position}/sale/r{revision}",
        order_ref=order.order_id,
        province=order.province or None,
    )


def _refund(
    order: OutsideOrder,
    line: OutsideLine,
    shop: Shop,
    words: Sequence[CultivarWord],
    revision: int,
    amount_minor: int,
    at: datetime | None,
) -> SaleFact | None:
    sale = _sale(order, line, shop, words, revision)
    if sale is None or at is None or amount_minor <= 0:
        return None
    return replace(
        sale,
        kind="refund",
        occurred_at=at,
        plants=0,
        orders=0,
        gross_minor=0,
        discount_minor=0,
        refund_minor=amount_minor,
        source_ref=f"{order.order_id}/{line.position}/refund-to-{line.refund_minor}/r{revision}",
    )


def only_more_refunded(before: OutsideOrder, after: OutsideOrder) -> bool:
    """Whether the two differ in nothing that is booked but larger refunds."""
    same = before.paid_at == after.paid_at and len(before.lines) == len(after.lines)
    return same and all(
        replace(old, refund_minor=0) == replace(new, refund_minor=0) and new.refund_minor >= old.refund_minor
        for old, new in zip(before.lines, after.lines, strict=False)
    )


def facts_of_change(
    before: OutsideOrder,
    after: OutsideOrder,
    shop: Shop,
    words: Sequence[CultivarWord],
    *,
    revision: int,
    at: datetime,
) -> tuple[list[SaleFact], int]:
    """What to book when an order booked as `before` in `revision` turns out to be `after`, and its new revision."""
    if before.paid_at is None:
        return facts_of(after, shop, words, revision=revision), revision
    if only_more_refunded(before, after):
        added = [
            _refund(after, new, shop, words, revision, new.refund_minor - old.refund_minor, at)
            for old, new in zip(before.lines, after.lines, strict=True)
        ]
        return [fact for fact in added if fact is not None], revision
    taken_back = [
        replace(
            fact,
            kind="reversal",
            source_ref=f"{fact.source_ref}/back",
            plants=-fact.plants,
            orders=-fact.orders,
            gross_minor=-fact.gross_minor,
            discount_minor=-fact.discount_minor,
            refund_minor=-fact.refund_minor,
        )
        for fact in facts_of(before, shop, words, revision=revision)
    ]
    return [*taken_back, *facts_of(after, shop, words, revision=revision + 1)], revision + 1
