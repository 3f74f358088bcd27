"""Which cost sheets make up a window, and what is left of its sales. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from branch.ledger.rules.periods import SEASONS, Period


class Purpose(StrEnum):
    """What money was spent on."""

    SEEDLINGS = "seedlings"
    LABOUR = "labour"
    LAND = "land"
    PACKING = "packing"
    OTHER = "other"


# One grower's costs by sheet (the key of its window) and purpose, in fen.
Sheets = Mapping[str, Mapping[str, int]]


def has_a_sheet(period: Period) -> bool:
    """Costs are written down by season, for January, which belongs to none, or for a year as a whole."""
    return period.kind in {"season", "year"} or period.month == 1


def parts_of_year(year: int) -> tuple[Period, ...]:
    """January and the three seasons."""
    return (Period(year, 1), *(Period(year, season=number) for number in sorted(SEASONS)))


def ways_to_know(period: Period) -> tuple[tuple[Period, ...], ...]:
    """The sets of sheets, each of which holds the costs of exactly this window; none for any other window."""
    if period.kind == "year":
        return ((period,), parts_of_year(period.year))
    return ((period,),) if has_a_sheet(period) else ()


def is_full(sheet: Mapping[str, int]) -> bool:
    """Whether an amount was said for every purpose, zero included."""
    return all(purpose in sheet for purpose in Purpose)


def costs_of(sheets: Sheets, period: Period) -> dict[str, int] | None:
    """One grower's costs of a window by purpose; None unless every sheet that makes it up is full."""
    for parts in ways_to_know(period):
        part_sheets = [sheets.get(part.key, {}) for part in parts]
        if all(is_full(sheet) for sheet in part_sheets):
            return {str(purpose): sum(sheet[purpose] for sheet in part_sheets) for purpose in Purpose}
    return None


@dataclass(frozen=True, slots=True)
class NetIncome:
    """What was left to growers of their sales in a window, in fen.

    `costs_minor` by purpose. `uncovered` counts the grower-months of the window whose sales are not all on record:
    while there are any, the income is a lower bound at best.
    """

    growers: int
    sales_minor: int
    costs_minor: Mapping[str, int]
    uncovered: int = 0

    @property
    def total_costs_minor(self) -> int:
        """All purposes together, in fen."""
        return sum(self.costs_minor.values())

    @property
    def income_minor(self) -> int:
        """Sales less costs, in fen; negative for a loss."""
        return self.sales_minor - self.total_costs_minor


def added(costs: Sequence[Mapping[str, int]], purposes: Collection[str] = tuple(Purpose)) -> dict[str, int]:
    """Costs of several growers added by purpose."""
    return {str(purpose): sum(grower_costs[purpose] for grower_costs in costs) for purpose in purposes}
