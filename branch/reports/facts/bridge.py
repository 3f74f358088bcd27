"""The bridge from last year's net sales to this year's (rung D5). Pure, and exact to the fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from branch.reports.facts.figures import Totals


@dataclass(frozen=True, slots=True)
class Bridge:
    """From the net sales of last year's window to those of this one, in fen (rung D5).

    ``before + new + lost + quantity + price + unsplit == after`` always. `unsplit` holds growers who
    sold in both windows but returned at least as many plants as they sold in one, so that no price
    can be named.
    """

    before_minor: int
    new_minor: int
    lost_minor: int
    quantity_minor: int
    price_minor: int
    unsplit_minor: int
    after_minor: int
    new_growers: int
    lost_growers: int
    same_growers: int


def bridge(before: Mapping[int, Totals], after: Mapping[int, Totals]) -> Bridge:
    """Decompose the change between two windows, given each window's totals by grower.

    For a grower in both windows the quantity part is what the change in plants would have brought at
    last year's average price, rounded half-even to the fen; the price part is the rest, so it also
    holds changes of mix and of refunds.
    """
    new = after.keys() - before.keys()
    lost = before.keys() - after.keys()
    same = after.keys() & before.keys()
    quantity = price = unsplit = 0
    for grower_id in same:
        then, now = before[grower_id], after[grower_id]
        change = now.net_minor - then.net_minor
        if then.plants <= 0 or now.plants <= 0:
            unsplit += change
            continue
        by_quantity = divide_half_even(then.net_minor * (now.plants - then.plants), then.plants)
        quantity += by_quantity
        price += change - by_quantity
    return Bridge(
        before_minor=sum(totals.net_minor for totals in before.values()),
        new_minor=sum(after[grower_id].net_minor for grower_id in new),
        lost_minor=-sum(before[grower_id].net_minor for grower_id in lost),
        quantity_minor=quantity,
        price_minor=price,
        unsplit_minor=unsplit,
        after_minor=sum(totals.net_minor for totals in after.values()),
        new_growers=len(new),
        lost_growers=len(lost),
        same_growers=len(same),
    )


def divide_half_even(numerator: int, denominator: int) -> int:
    """Exact integer division, halves to the even neighbour (GB/T 8170); `denominator` is positive."""
    quotient, remainder = divmod(numerator, denominator)
    doubled = 2 * remainder
    if doubled > denominator or (doubled == denominator and quotient % 2):
        quotient += 1
    return quotient
