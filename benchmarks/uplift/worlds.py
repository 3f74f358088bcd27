"""Invented towns whose true effect is known: monthly sales of growers, drawn anew for every seed.

A grower's month is size x season of its type x the town's shock of the month x market growth x own noise x
(1 + effect once authorised), counted in whole orders, so that small growers have months without any sale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROOT_SEED = 20_140_301
MONTHS = 48
# Sales by calendar month: bare-root seedlings leave in early spring, potted and autumn stock from September.
SPRING = (0.35, 1.6, 2.6, 2.2, 0.9, 0.35, 0.1, 0.05, 0.4, 1.2, 1.4, 0.85)
AUTUMN = (0.4, 0.6, 1.0, 0.9, 0.6, 0.45, 0.35, 0.5, 1.4, 2.4, 2.3, 1.1)
YUAN_PER_YEAR = 90_000
YUAN_PER_ORDER = 300
WARM_UP = 12


@dataclass(frozen=True)
class World:
    """What a scenario assumes. The defaults are the town in which every assumption of the estimate holds.

    Attributes:
        growers: how many there are.
        joiners: how many of them are authorised in the panel's months.
        first_start: the first month (column) in which somebody is authorised.
        last_start: the last one.
        effect: what authorisation adds to a grower's sales, as a share.
        size_sd: standard deviation of the logarithm of a grower's size.
        noise_sd: standard deviation of a grower's own noise, logarithm.
        noise_memory: correlation of that noise from month to month.
        shock_sd: standard deviation of the town's shock of a month, logarithm.
        growth: the market's growth in a year.
        order: who is authorised first: "chance", "size" (large ones), "spring" (mostly the spring type),
            "good_season" (who just sold well).
        joiners_growth: what joiners grow a year beyond the market, authorised or not.
        late_exports: share of growers whose first 3 to 12 months were never exported.
        gaps: share of the other grower-months without a complete export.
        brushers: share of the authorised growers who brush orders from then on.
        brushed: what they add to their sales by it, as a share.
        brushing_flagged: whether the brushed orders carry the exclusion flag.
        spill_over: what the others' sales lose (negative) or gain when everybody is authorised; in proportion before.
        early_reaction: what joiners sell more in the month before their authorisation, as a share.
        villages: 0, or how many villages are authorised as a whole, each with shocks of its own.
        village_sd: standard deviation of those shocks, logarithm.
        village_memory: correlation of those shocks from month to month.
        count_by_village: whether the panel names the villages as its clusters.
    """

    growers: int = 150
    joiners: int = 100
    first_start: int = 24
    last_start: int = 41
    effect: float = 0.15
    size_sd: float = 0.8
    noise_sd: float = 0.35
    noise_memory: float = 0.5
    shock_sd: float = 0.12
    growth: float = 0.08
    order: str = "chance"
    joiners_growth: float = 0.0
    late_exports: float = 0.0
    gaps: float = 0.0
    brushers: float = 0.0
    brushed: float = 0.0
    brushing_flagged: bool = False
    spill_over: float = 0.0
    early_reaction: float = 0.0
    villages: int = 0
    village_sd: float = 0.0
    village_memory: float = 0.8
    count_by_village: bool = False


@dataclass(frozen=True)
class Town:
    """One draw: `outcome` is what the ledger would show (NaN where not exported), `starts` beyond the panel = never."""

    outcome: Floats
    starts: Ints
    clusters: Ints | None


def draw(world: World, seed: int) -> Town:
    """The town of one seed; the same seed gives the same sizes, shocks and noise under every world of its shape."""
    rng = np.random.default_rng([ROOT_SEED, seed])
    sizes = np.exp(rng.normal(0, world.size_sd, world.growers))
    spring = rng.random(world.growers) < 0.5
    villages = np.arange(world.growers) % world.villages if world.villages else None
    noise = _with_memory(rng, world.growers, world.noise_memory) * world.noise_sd - world.noise_sd**2 / 2
    shocks = rng.normal(0, world.shock_sd, MONTHS)
    village_shocks = _with_memory(rng, max(world.villages, 1), world.village_memory) * world.village_sd
    starts = _starts(world, rng, sizes=sizes, spring=spring, noise=noise, villages=villages)
    treated = np.arange(MONTHS) >= starts[:, None]

    seasons = np.where(spring[:, None], np.tile(SPRING, MONTHS // 12), np.tile(AUTUMN, MONTHS // 12))
    years = np.arange(MONTHS) / 12
    mean = sizes[:, None] * seasons * (1 + world.growth) ** years * np.exp(shocks + noise)
    if villages is not None:
        mean *= np.exp(village_shocks[villages])
    joins = (starts < MONTHS)[:, None]
    mean *= np.where(joins, (1 + world.joiners_growth) ** years, 1.0)
    mean *= np.where(joins & (np.arange(MONTHS) == starts[:, None] - 1), 1 + world.early_reaction, 1.0)
    mean *= np.where(treated, 1 + world.effect, 1 + world.spill_over * treated.mean(axis=0))
    honest = rng.poisson(mean * YUAN_PER_YEAR / 12 / YUAN_PER_ORDER) * float(YUAN_PER_ORDER)

    brushing = (rng.random(world.growers) < world.brushers)[:, None] & treated
    false_orders = rng.poisson(np.where(brushing, honest * world.brushed / YUAN_PER_ORDER, 0.0)) * float(
        YUAN_PER_ORDER
    )
    counted = honest if world.brushing_flagged else honest + false_orders
    return Town(
        outcome=np.where(_exported(world, rng), counted, np.nan),
        starts=starts,
        clusters=villages.astype(np.int64) if villages is not None and world.count_by_village else None,
    )


def _with_memory(rng: np.random.Generator, rows: int, memory: float) -> Floats:
    """[rows, MONTHS] autoregressions of order one with standard deviation 1."""
    steps = rng.normal(0, 1, (rows, WARM_UP + MONTHS))
    series = np.empty_like(steps)
    series[:, 0] = steps[:, 0]
    for month in range(1, WARM_UP + MONTHS):
        series[:, month] = memory * series[:, month - 1] + np.sqrt(1 - memory**2) * steps[:, month]
    return series[:, WARM_UP:]


def _starts(
    world: World,
    rng: np.random.Generator,
    *,
    sizes: Floats,
    spring: NDArray[np.bool_],
    noise: Floats,
    villages: Ints | None,
) -> Ints:
    chance = rng.random(world.growers)
    months = np.sort(rng.integers(world.first_start, world.last_start + 1, world.joiners))
    starts = np.full(world.growers, MONTHS, dtype=np.int64)
    if villages is not None:
        count = round(world.villages * world.joiners / world.growers)
        by_village = np.full(world.villages, MONTHS, dtype=np.int64)
        spread = np.linspace(world.first_start, world.last_start, count).round()
        by_village[rng.permutation(world.villages)[:count]] = spread
        starts[:] = by_village[villages]
    elif world.order == "good_season":
        waiting = np.ones(world.growers, dtype=bool)
        for month in months:
            recent = noise[:, month - 6 : month].mean(axis=1) + 0.1 * chance
            first = int(np.argmax(np.where(waiting, recent, -np.inf)))
            starts[first], waiting[first] = month, False
    else:
        eager = {
            "chance": chance,
            "size": np.log(sizes) + 0.5 * chance,
            "spring": 3.0 * spring + 4.0 * chance,
        }[world.order]
        starts[np.argsort(-eager, kind="stable")[: world.joiners]] = months
    return starts


def _exported(world: World, rng: np.random.Generator) -> NDArray[np.bool_]:
    late = rng.random(world.growers) < world.late_exports
    since = np.where(late, rng.integers(3, 13, world.growers), 0)
    whole: NDArray[np.bool_] = rng.random((world.growers, MONTHS)) >= world.gaps
    return whole & (np.arange(MONTHS) >= since[:, None])
