"""Running the scenarios: what the estimate, its gates and the usual figures say of every seed's town."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks.uplift import naive
from benchmarks.uplift.scenarios import Scenario
from benchmarks.uplift.worlds import Town, draw
from branch.uplift.assessment import assess
from branch.uplift.estimation import Uplift, estimate
from branch.uplift.panel import Panel, Refused, UpliftSettings

NAIVE: tuple[tuple[str, Callable[[Town, slice], float]], ...] = (
    ("year on year, all", naive.year_on_year_of_all),
    ("members' sales", naive.year_on_year_of_members),
    ("like for like", naive.like_for_like),
    ("imputed in yuan", naive.in_yuan),
)
SETTINGS = UpliftSettings()
AT_A_TIME = 5


@dataclass(frozen=True)
class Seen:
    """One town as it is reported. Ratios are actual over expected; `ratio` is None where there is no estimate."""

    ratio: float | None
    low: float
    high: float
    se_log: float
    naive: tuple[float, ...]
    refused: str | None = None
    closed: tuple[str, ...] = ()
    headline: bool = False
    wording: str = ""

    def covers(self, truth: float) -> bool:
        """Whether the interval holds the true ratio."""
        return self.ratio is not None and self.low <= truth <= self.high


def look(scenario: Scenario, seed: int, *, with_gates: bool = True) -> Seen:
    """Draw the town of a seed and put it through the estimate, with all its gates unless told otherwise."""
    town = draw(scenario.world, seed)
    simple = tuple(figure(town, scenario.window) for _name, figure in NAIVE)
    panel = Panel(town.outcome, town.starts, 1, town.clusters)
    if not with_gates:
        try:
            return _seen(estimate(panel, scenario.window, SETTINGS), simple)
        except Refused as refusal:
            return replace(_seen(None, simple), refused=refusal.code)
    found = assess(panel, scenario.window, SETTINGS)
    return replace(
        _seen(found.estimate, simple),
        refused=found.refusal,
        closed=tuple(gate.code for gate in found.closed),
        headline=found.headline_allowed,
        wording=found.wording,
    )


def _seen(uplift: Uplift | None, simple: tuple[float, ...]) -> Seen:
    if uplift is None:
        return Seen(None, np.nan, np.nan, np.nan, naive=simple)
    return Seen(uplift.ratio, uplift.low, uplift.high, uplift.se_log, naive=simple)


def run(
    scenarios: Sequence[Scenario],
    seeds: int,
    *,
    processes: int,
    with_gates: bool,
    say: Callable[[str], None],
) -> Iterator[tuple[Scenario, list[Seen]]]:
    """Each scenario with what was seen of its towns, seeds 0 to `seeds` - 1; `say` hears how far it is."""
    with ProcessPoolExecutor(processes) as pool:
        for place, scenario in enumerate(scenarios, start=1):
            seen: list[Seen] = []
            drawn = partial(look, scenario, with_gates=with_gates)
            for one in pool.map(drawn, range(seeds), chunksize=AT_A_TIME):
                seen.append(one)
                if len(seen) % 20 == 0 or len(seen) == seeds:
                    say(f"[{place}/{len(scenarios)}] {scenario.name}: {len(seen)} of {seeds}")
            yield scenario, seen


@dataclass(frozen=True)
class Summary:
    """One scenario's seeds together. Coverage is over every seed that has an estimate, whatever its gates say."""

    scenario: Scenario
    seeds: int
    estimates: int
    mean: float
    bias_log: float
    bias_ratio: float
    sd_log: float
    se_log: float
    covered: int
    refused: dict[str, int]
    closed: dict[str, int]
    headlines: int
    false_headlines: int
    wordings: dict[str, int]
    naive: tuple[float, ...]

    @property
    def coverage(self) -> float:
        return self.covered / self.estimates if self.estimates else float("nan")


def summarise(scenario: Scenario, seen: Sequence[Seen]) -> Summary:
    """Averages and counts of one scenario.

    A headline is false when a figure may be printed at the top and its interval misses the truth.
    """
    truth = 1 + scenario.world.effect
    ratios = np.array([one.ratio for one in seen if one.ratio is not None])
    logs = np.log(ratios / truth)
    errors = np.array([one.se_log for one in seen if one.ratio is not None])
    some = len(ratios) > 0
    return Summary(
        scenario=scenario,
        seeds=len(seen),
        estimates=len(ratios),
        mean=float(ratios.mean() - 1) if some else float("nan"),
        bias_log=float(logs.mean()) if some else float("nan"),
        bias_ratio=float(ratios.mean() - truth) if some else float("nan"),
        sd_log=float(logs.std(ddof=1)) if len(ratios) > 1 else float("nan"),
        se_log=float(errors.mean()) if some else float("nan"),
        covered=sum(one.covers(truth) for one in seen),
        refused=_counts([one.refused for one in seen if one.refused]),
        closed=_counts([code for one in seen for code in one.closed]),
        headlines=sum(one.headline for one in seen),
        false_headlines=sum(one.headline and not one.covers(truth) for one in seen),
        wordings=_counts([one.wording for one in seen if one.wording]),
        naive=tuple(float(np.mean([one.naive[k] for one in seen])) for k in range(len(NAIVE))),
    )


def _counts(words: Sequence[str]) -> dict[str, int]:
    return {word: words.count(word) for word in sorted(set(words))}
