"""Sale facts for tests."""

import itertools
from datetime import UTC, datetime
from typing import Any

from branch.ledger.rules.facts import SaleFact

NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def make_fact(grower_id: int = 1, **values: Any) -> SaleFact:
    """Ten plants for ¥10.00 less ¥1.00, sold at noon on 2026-03-12; a reference of its own each time."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "kind": "sale",
        "channel": "taobao",
        "occurred_at": NOON,
        "product_key": "GY-1",
        "product_name": "丹桂 1 年苗",
        "cultivar_group": "dangui",
        "plants": 10,
        "orders": 1,
        "gross_minor": 1_000,
        "discount_minor": 100,
        "source": "test",
        "source_ref": f"line-{number}",
        "order_ref": f"order-{number}",
    }
    return SaleFact(grower_id=grower_id, **(given | values))


def make_refund(sale: SaleFact, amount_minor: int, *, plants: int = 0, **values: Any) -> SaleFact:
    """Money back for `sale`, booked on the same day unless told otherwise."""
    given: dict[str, Any] = {
        "kind": "refund",
        "channel": sale.channel,
        "occurred_at": sale.occurred_at,
        "product_key": sale.product_key,
        "cultivar_group": sale.cultivar_group,
        "plants": -plants,
        "orders": 0,
        "gross_minor": 0,
        "discount_minor": 0,
        "refund_minor": amount_minor,
        "source_ref": f"{sale.source_ref}-refund-{next(_numbers)}",
        "order_ref": sale.order_ref,
        "currency": sale.currency,
    }
    return make_fact(sale.grower_id, **(given | values))
