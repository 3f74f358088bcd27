"""What is true in the invented town: how much authorisation sells, and what else moves sales. Pure.

A grower's month is in proportion to size x season of the cultivar groups it grows x its own taste of the calendar
month x the town's shock of the month x its own noise x (1 + EFFECT from the month of its authorisation on). The totals
of a year are given (`history.targets`), so the market's growth is what they leave beside the effect: the third year's
30 % are the 15 % of those who joined, from the month they joined, and otherwise the market.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

from shop.demo.rules.plan import SEED, Nursery

EFFECT = 0.15
"""What authorisation truly adds to a nursery's sales: 15 % in every month from its licence's first day on, for every
nursery, over all channels together. Reports of the demonstration are to be held against it."""

MONTH_SHOCK_SD = 0.10
NOISE_SD = 0.18
TASTE_SD = 0.15
SEASONS = {
    "jingui": (0.35, 1.2, 2.6, 2.1, 0.8, 0.4, 0.25, 0.3, 0.5, 0.9, 1.2, 0.5),
    "yingui": (0.4, 1.4, 2.4, 1.7, 0.7, 0.4, 0.25, 0.3, 0.7, 1.3, 1.4, 0.6),
    "dangui": (0.35, 1.0, 2.0, 1.6, 0.7, 0.4, 0.3, 0.4, 0.9, 1.7, 1.6, 0.6),
    "sijigui": (0.4, 0.6, 1.1, 1.0, 0.8, 0.6, 0.5, 0.7, 1.2, 2.0, 2.1, 0.9),
}
"""Sales by calendar month of each cultivar group: bare-root stock leaves in spring, everblooming pots in autumn."""


def weights(nurseries: Sequence[Nursery], year: int, rng: random.Random, *, effect: float) -> list[int]:
    """What each nursery's months weigh in the year, nursery by nursery, January first."""
    shocks = [rng.lognormvariate(0, MONTH_SHOCK_SD) for _ in range(12)]
    return [
        _weight(nursery, year, month, taste * shocks[month - 1] * rng.lognormvariate(0, NOISE_SD), effect)
        for nursery in nurseries
        for month, taste in enumerate(_tastes(nursery), start=1)
    ]


def season(nursery: Nursery, month: int) -> float:
    """The mean of the seasons of the groups that the nursery grows."""
    return sum(SEASONS[group][month - 1] for group in nursery.groups) / len(nursery.groups)


def _weight(nursery: Nursery, year: int, month: int, moved: float, effect: float) -> int:
    more = 1 + effect * nursery.has_joined(date(year, month, 1))
    return round(1_000_000 * nursery.weight * season(nursery, month) * moved * more)


def _tastes(nursery: Nursery) -> list[float]:
    """The nursery's own calendar, the same in every year."""
    rng = random.Random(SEED * 1_000 + nursery.number)  # noqa: S311 - the same taste every time is the point
    return [rng.lognormvariate(0, TASTE_SD) for _ in range(12)]
