"""What the ledger is told of an order: one fact per line and per refund of a line, freight left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from branch import api as branch
from shop.orders.models.tables import Consignment, Order, OrderLine
from shop.orders.service.transitions import lines_of

CHANNEL = "shop"
SOURCE = "shop"


def append_sales(order: Order, consignments: Iterable[Consignment], *, at: datetime) -> None:
    """Tell the ledger that these consignments are paid for; telling it again changes nothing."""
    wanted = list(consignments)
    lines = lines_of([consignment.id for consignment in wanted])
    facts = [
        branch.SaleFact(
            kind="sale",
            occurred_at=at,
            plants=line.plants,
            orders=1 if line.position == 1 else 0,
            gross_minor=line.line_total_minor,
            discount_minor=line.discount_minor,
            source_ref=f"{consignment.number}/{line.position}",
            **_common(order, consignment, line),
        )
        for consignment in wanted
        for line in lines[consignment.id]
    ]
    if facts:
        branch.append_facts(facts, at=at)


def append_refunds(
    order: Order,
    consignment: Consignment,
    amounts_minor: Mapping[OrderLine, int],
    *,
    reference: str,
    plants_back: Mapping[int, int],
    at: datetime,
) -> None:
    """Tell the ledger what of each line went back to the buyer, and how many of its plants (by the line's id)."""
    facts = [
        branch.SaleFact(
            kind="refund",
            occurred_at=at,
            plants=-plants_back.get(line.id, 0),
            orders=0,
            gross_minor=0,
            refund_minor=amount,
            source_ref=f"{consignment.number}/{line.position}/{reference}",
            **_common(order, consignment, line),
        )
        for line, amount in amounts_minor.items()
        if amount > 0
    ]
    if facts:
        branch.append_facts(facts, at=at)


def _common(order: Order, consignment: Consignment, line: OrderLine) -> dict[str, Any]:
    return {
        "grower_id": consignment.grower_id,
        "channel": CHANNEL,
        "product_key": line.sku,
        "product_name": line.title,
        "cultivar_group": line.cultivar_group or None,
        "size_class": line.size_class or None,
        "currency": order.currency,
        "source": SOURCE,
        "order_ref": order.number,
        "province": order.province,
    }
