"""What an order's pages say about its money: answered by payments, which stand above and are handed in (`wsgi.py`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """`panel` by the order's id, `at_parcel` (standing, acts of its grower) by order and parcel, `words` of a standing."""

    panel: Callable[[int], Any]
    at_parcel: Callable[[int, int], tuple[Any, Any]]
    words: Callable[[str], str]


def init_order_money(app: Flask, money: OrderMoney) -> None:
    """Tell the pages of orders who knows their money; wired in `wsgi.py`."""
    app.extensions["order_money"] = money


def order_money() -> OrderMoney:
    """Who knows the money of orders."""
    source: OrderMoney = current_app.extensions["order_money"]
    return source
