"""Price ladders and order quantities. Pure; all money is in minor units (fen) of one currency.

A quantity counts the variant's unit (a plant, or a bundle of n plants). A ladder is sound when

* its first line starts at the minimum order quantity, so that every allowed quantity has a price;
* the increment divides the minimum and the first quantity of every line, so that every line can be reached;
* the unit price never rises with the quantity.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_TIERS = 10
MAX_QUANTITY = 10_000_000
MAX_UNIT_PRICE_MINOR = 1_000_000_000


@dataclass(frozen=True, order=True)
class Tier:
    """From `from_quantity` units on, one unit costs `unit_price_minor`."""

    from_quantity: int
    unit_price_minor: int


@dataclass(frozen=True)
class QuantityRule:
    """How many units one may order: the minimum, and then in steps of the increment."""

    minimum_quantity: int
    increment: int

    def allows(self, quantity: int) -> bool:
        """Whether so many units may be ordered."""
        return quantity >= self.minimum_quantity and quantity % self.increment == 0

    def nearest(self, quantity: int) -> int:
        """The smallest allowed quantity that is not less than `quantity`."""
        return max(self.minimum_quantity, -(-quantity // self.increment) * self.increment)


@dataclass(frozen=True)
class Problem:
    """What is wrong with an offer and where.

    `line` is the position in the ladder as it was given (0 is the first line), or None when the fault lies
    in the minimum or the increment. `numbers` holds the figures that the sentence about it needs.
    """

    code: str
    field: str
    line: int | None
    numbers: dict[str, int]


@dataclass(frozen=True)
class CheaperTier:
    """Taking more would cost less: `from_quantity` units for `total_minor`."""

    from_quantity: int
    unit_price_minor: int
    total_minor: int
    saves_minor: int


def reached_tier(tiers: Sequence[Tier], quantity: int) -> Tier:
    """The line of the ladder that `quantity` reaches: the one with the highest first quantity.

    Raises:
        ValueError: the quantity reaches no line of the ladder.
    """
    reached = [tier for tier in tiers if tier.from_quantity <= quantity]
    if not reached:
        raise ValueError(f"a quantity of {quantity} reaches no line of this price ladder")
    return max(reached, key=lambda tier: tier.from_quantity)


def tier_price(tiers: Sequence[Tier], quantity: int) -> int:
    """The price of one unit, in minor units, when `quantity` units are bought together."""
    return reached_tier(tiers, quantity).unit_price_minor


def line_total(tiers: Sequence[Tier], quantity: int) -> int:
    """What `quantity` units cost together, in minor units; the whole quantity has the price of the line it reaches."""
    return tier_price(tiers, quantity) * quantity


def cheaper_next_tier(tiers: Sequence[Tier], quantity: int) -> CheaperTier | None:
    """The nearest higher line whose first quantity costs less in total than `quantity` does; None when there is none."""
    now = line_total(tiers, quantity)
    for tier in sorted(tiers):
        total = tier.from_quantity * tier.unit_price_minor
        if tier.from_quantity > quantity and total < now:
            return CheaperTier(tier.from_quantity, tier.unit_price_minor, total, now - total)
    return None


def offer_problems(rule: QuantityRule, tiers: Sequence[Tier]) -> list[Problem]:
    """Everything that makes this offer unsound, in reading order; an empty list when it may be published."""
    problems = list(_rule_problems(rule))
    if not tiers:
        problems.append(Problem("no_price", "unit_price", 0, {}))
    if len(tiers) > MAX_TIERS:
        problems.append(Problem("too_many_lines", "from_quantity", MAX_TIERS, {"most": MAX_TIERS}))
    for line, tier in enumerate(tiers):
        problems += _line_problems(line, tier, rule)
    problems += _ladder_problems(rule, tiers)
    return sorted(problems, key=lambda problem: -1 if problem.line is None else problem.line)


def _rule_problems(rule: QuantityRule) -> Iterator[Problem]:
    if not 1 <= rule.minimum_quantity <= MAX_QUANTITY:
        yield Problem("minimum_out_of_range", "minimum_quantity", None, {"most": MAX_QUANTITY})
    if not 1 <= rule.increment <= MAX_QUANTITY:
        yield Problem("increment_out_of_range", "increment", None, {"most": MAX_QUANTITY})
    elif rule.minimum_quantity % rule.increment:
        yield Problem(
            "increment_does_not_divide_minimum",
            "minimum_quantity",
            None,
            {"minimum": rule.minimum_quantity, "increment": rule.increment},
        )


def _line_problems(line: int, tier: Tier, rule: QuantityRule) -> Iterator[Problem]:
    if not 1 <= tier.unit_price_minor <= MAX_UNIT_PRICE_MINOR:
        yield Problem("price_out_of_range", "unit_price", line, {"most_minor": MAX_UNIT_PRICE_MINOR})
    if not 1 <= tier.from_quantity <= MAX_QUANTITY:
        yield Problem("quantity_out_of_range", "from_quantity", line, {"most": MAX_QUANTITY})
    elif rule.increment >= 1 and tier.from_quantity % rule.increment:
        yield Problem(
            "increment_does_not_divide_line",
            "from_quantity",
            line,
            {"from": tier.from_quantity, "increment": rule.increment},
        )


def _ladder_problems(rule: QuantityRule, tiers: Sequence[Tier]) -> Iterator[Problem]:
    """Faults that show only when the lines are read together, from the smallest quantity up."""
    ladder = sorted(enumerate(tiers), key=lambda numbered: numbered[1].from_quantity)
    if ladder and ladder[0][1].from_quantity != rule.minimum_quantity:
        line, tier = ladder[0]
        yield Problem(
            "first_line_is_not_minimum",
            "from_quantity",
            line,
            {"from": tier.from_quantity, "minimum": rule.minimum_quantity},
        )
    for (_, lower), (line, higher) in pairwise(ladder):
        if higher.from_quantity == lower.from_quantity:
            yield Problem("same_quantity_twice", "from_quantity", line, {"from": higher.from_quantity})
        elif higher.unit_price_minor > lower.unit_price_minor:
            yield Problem(
                "price_rises",
                "unit_price",
                line,
                {
                    "from": higher.from_quantity,
                    "price_minor": higher.unit_price_minor,
                    "lower_from": lower.from_quantity,
                    "lower_price_minor": lower.unit_price_minor,
                },
            )
