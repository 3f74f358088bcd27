"""The towns of the study: those in which every assumption of the estimate holds, those that break one on purpose,
and those that ask for more than the data hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from benchmarks.uplift.worlds import World

Kind = Literal["holds", "broken", "scarce"]
LAST_YEAR = (36, 48)
FIRST_HALF_YEAR = (36, 42)


@dataclass(frozen=True)
class Scenario:
    """One row of the table. `months` are what is reported on, first and end: the last year unless said otherwise."""

    name: str
    kind: Kind
    what: str
    world: World
    months: tuple[int, int] = LAST_YEAR

    @property
    def window(self) -> slice:
        return slice(*self.months)


SCENARIOS = (
    Scenario("no effect", "holds", "100 of 150 growers join by chance in months 25 to 42; nothing changes", World(effect=0.0)),
    Scenario("+15 %", "holds", "the same growers; authorisation adds 15 %", World()),
    Scenario(
        "other seasons, no effect",
        "holds",
        "joiners mostly have the spring's season, the others the autumn's; window January to June",
        World(effect=0.0, order="spring"),
        FIRST_HALF_YEAR,
    ),
    Scenario(
        "other seasons, +15 %",
        "holds",
        "the same with the effect",
        World(order="spring"),
        FIRST_HALF_YEAR,
    ),
    Scenario("big growers first", "holds", "the largest join first, the smallest never, +15 %", World(order="size")),
    Scenario(
        "big growers first, no effect", "holds", "the same without the effect", World(order="size", effect=0.0)
    ),
    Scenario(
        "missing months",
        "holds",
        "a third lack their first 3 to 12 months, and 8 % of the other grower-months are missing; +15 %",
        World(late_exports=0.33, gaps=0.08),
    ),
    Scenario(
        "brushed orders, flagged",
        "holds",
        "30 % of the members brush 25 % more orders once authorised; all carry the exclusion flag; +15 %",
        World(brushers=0.3, brushed=0.25, brushing_flagged=True),
    ),
    Scenario(
        "stocked up a month early",
        "holds",
        "joiners sell 30 % more in the month before the date, which is left out; +15 %",
        World(early_reaction=0.30),
    ),
    Scenario(
        "by village, clustered",
        "holds",
        "30 villages with shocks of their own, 20 authorised as a whole, +15 %; villages are the clusters",
        World(villages=30, village_sd=0.2, count_by_village=True),
    ),
    Scenario(
        "by village, not clustered",
        "broken",
        "the same, but the growers are taken for independent",
        World(villages=30, village_sd=0.2),
    ),
    Scenario(
        "brushed orders, not flagged",
        "broken",
        "the same brushing, and nobody marked it",
        World(brushers=0.3, brushed=0.25),
    ),
    Scenario(
        "spill-over",
        "broken",
        "members gain 15 %, and the others lose up to 10 % to them",
        World(spill_over=-0.10),
    ),
    Scenario(
        "joined after a good season",
        "broken",
        "whoever sold best in the last six months joins next, noise with memory .8; no effect",
        World(effect=0.0, order="good_season", noise_memory=0.8),
    ),
    Scenario(
        "members grew faster before",
        "broken",
        "joiners grow 10 % a year beyond the market, authorised or not; no effect",
        World(effect=0.0, joiners_growth=0.10),
    ),
    Scenario(
        "everybody joined",
        "scarce",
        "all 150 are authorised before the window begins, +15 %",
        World(joiners=150, last_start=35),
    ),
    Scenario("forty growers", "scarce", "40 growers, 30 join, +15 %", World(growers=40, joiners=30)),
    Scenario(
        "one giant", "scarce", "sizes so unequal that a few growers are the town (sd 2), +15 %", World(size_sd=2.0)
    ),
    Scenario(
        "a year of history", "scarce", "growers join from month 8 on, +15 %", World(first_start=8, last_start=30)
    ),
)  # fmt: skip


def by_name(name: str) -> Scenario:
    """The scenario of that name.

    Raises:
        KeyError: there is none.
    """
    return {one.name: one for one in SCENARIOS}[name]
