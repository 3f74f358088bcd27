"""Reads of stock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from core.database import session, view_of
from shop.stock.models import Stock


@dataclass(frozen=True, slots=True)
class StockView:
    """One variant's units: in the nursery, promised of these, and sold."""

    variant_id: int
    on_hand: int
    held: int
    sold: int

    @property
    def available(self) -> int:
        """What can be promised now."""
        return self.on_hand - self.held


def stock_of(variant_ids: Iterable[int]) -> dict[int, StockView]:
    """The stock of each variant that has any on record."""
    rows = session.execute(
        select(Stock.variant_id, Stock.on_hand, Stock.held, Stock.sold).where(
            Stock.variant_id.in_(set(variant_ids))
        )
    )
    return {row.variant_id: view_of(StockView, row) for row in rows}


def available(variant_ids: Iterable[int]) -> dict[int, int]:
    """How many units of each variant can be promised now; 0 where nothing is on record."""
    wanted = set(variant_ids)
    by_variant = stock_of(wanted)
    return {
        variant_id: by_variant[variant_id].available if variant_id in by_variant else 0
        for variant_id in wanted
    }
