"""What public editions are made of: the months of branches, each judged by its own facts alone. Pure.

A block is one branch's one month. Which of its rows may be printed follows from the facts of the block and nothing
else, and whatever an edition prints is a sum of whole rows of blocks that may all be printed. So no two editions, of
whatever windows and units, tell more together than the blocks do; and blocks have nothing in common with each other.

Yuan, plants and orders are three quantities that no table adds to one another. Channels, groups and villages are printed in
yuan, sizes in plants, provinces in orders: how sizes and provinces cut across the others is not on record, and need not be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from branch.ledger.periods import Period
from branch.reports.editions.rules import Cell, is_small, rows_to_hide
from branch.reports.figures import MonthRow, added
from branch.reports.pieces import Piece

NET, PLANTS, ORDERS = "net", "plants", "orders"
OF_TOTALS: dict[str, Callable[[Any], int]] = {
    NET: lambda totals: totals.net_minor,
    PLANTS: lambda totals: totals.plants,
    ORDERS: lambda totals: totals.orders,
}
# The growers who belong to no branch are a block of their own.
NO_BRANCH = ""


@dataclass(frozen=True)
class Surroundings:
    """The facts of every branch that a report's unit lies in or reaches over.

    `homes` names each grower's branch, `villages` the unit where it belongs. `within` is true for units below a
    branch: `rows`, `sizes` and `provinces` then hold the whole branch, which is more than the report's own.
    """

    rows: Sequence[MonthRow]
    sizes: Sequence[Piece]
    provinces: Sequence[Piece]
    homes: Mapping[int, str]
    villages: Mapping[int, str]
    within: bool = False


class Blocks:
    """The blocks of some branches' months, each looked at when it is first asked for."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self._rows = _by_block(around.rows, around.homes)
        self._sizes = _by_block(around.sizes, around.homes)
        self._provinces = _by_block(around.provinces, around.homes)
        self._small: dict[tuple[str, Period], bool] = {}
        self._hidden: dict[tuple[str, Period], frozenset[str]] = {}

    def may_show(self, keys: Iterable[str], growers: Iterable[int], months: Iterable[Period]) -> bool:
        """Whether the sum of these rows over the months, of the branches of these growers, may be printed."""
        keys, homes = list(keys), sorted({self.around.homes[grower] for grower in growers})
        return all(self._may_show(key, (home, month)) for month in months for home in homes for key in keys)

    def _may_show(self, key: str, block: tuple[str, Period]) -> bool:
        if block not in self._small:
            self._small[block] = is_small(frozenset((row.grower_id, None) for row in self._rows[block]))
        if self._small[block]:
            return False
        if key in OF_TOTALS:  # of three growers and more, whatever else has to go
            return True
        if block not in self._hidden:
            self._hidden[block] = self._judged(block)
        return key not in self._hidden[block]

    def _judged(self, block: tuple[str, Period]) -> frozenset[str]:
        rows, villages = self._rows[block], self.around.villages
        by_channel = _table("channels", NET, rows, lambda row: row.channel)
        by_group = _table("cultivar_groups", NET, rows, lambda row: row.cultivar_group)
        by_village = _table("villages", NET, rows, lambda row: villages[row.grower_id])
        by_size = _table("sizes", PLANTS, self._sizes[block], lambda row: row.code)
        by_province = _table("provinces", ORDERS, self._provinces[block], lambda row: row.code)
        return (
            _hidden(NET, by_channel | by_group | by_village)
            | _hidden(PLANTS, by_size)
            | _hidden(ORDERS, by_province)
        )


def _by_block(rows: Iterable[Any], homes: Mapping[int, str]) -> defaultdict[tuple[str, Period], list[Any]]:
    found: defaultdict[tuple[str, Period], list[Any]] = defaultdict(list)
    for row in rows:
        found[homes[row.grower_id], row.month].append(row)
    return found


def _what(row: Any) -> Hashable:
    return (row.channel, row.cultivar_group) if isinstance(row, MonthRow) else row.code


def _table(key: str, measure: str, rows: Sequence[Any], of: Callable[[Any], str]) -> dict[str, Cell]:
    """The rows of one table, the largest first: an order that follows from the facts of the block too."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[of(row)].append(row)
    size = {code: OF_TOTALS[measure](added(row.totals for row in mine)) for code, mine in found.items()}
    order = sorted(found, key=lambda code: (-size[code], code))
    return {f"{key}:{code}": frozenset((row.grower_id, _what(row)) for row in found[code]) for code in order}


def _hidden(measure: str, tables: Mapping[str, Cell]) -> frozenset[str]:
    """The rows of one quantity's tables that must stay out, beside its total."""
    whole: Cell = frozenset().union(*tables.values())
    cells = {measure: [whole], **{key: [cell] for key, cell in tables.items()}}
    return rows_to_hide(cells, list(cells))
