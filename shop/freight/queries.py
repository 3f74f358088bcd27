"""Reads of freight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from core.database import session, view_of
from shop.freight.models import FreightRate, FreightTable
from shop.freight.rules.default_table import DEFAULT_TABLE
from shop.freight.rules.rates import Quote, Rate, Table, quote


def own_tables(grower_ids: Iterable[int]) -> dict[int, Table]:
    """The tables of those growers who wrote their own."""
    rows = session.execute(
        select(FreightTable.grower_id, FreightRate)
        .join(FreightRate, FreightRate.table_id == FreightTable.id)
        .where(FreightTable.grower_id.in_(set(grower_ids)))
        .order_by(FreightTable.grower_id, FreightRate.position)
    )
    rates: dict[int, list[Rate]] = {}
    for grower_id, row in rows:
        rates.setdefault(grower_id, []).append(view_of(Rate, row, provinces=frozenset(row.provinces)))
    return {grower_id: Table(tuple(own)) for grower_id, own in rates.items()}


def tables_of(grower_ids: Iterable[int]) -> dict[int, Table]:
    """Each grower's table: their own, else the branch's usual one."""
    wanted = set(grower_ids)
    own = own_tables(wanted)
    return {grower_id: own.get(grower_id, DEFAULT_TABLE) for grower_id in wanted}


def freight_quote(weights_g: Mapping[int, int], province_code: str) -> Quote:
    """What each grower's parcel costs to a province; growers who do not deliver there are named."""
    return quote(tables_of(weights_g), weights_g, province_code)
