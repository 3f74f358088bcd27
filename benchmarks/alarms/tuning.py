"""Choosing thresholds on seeds of their own, one group of numbers after another.

For each group the candidate is taken that keeps false alarms under half the target and catches most; among
equals the one with fewer false alarms.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.alarms.seasons import Scale, run_seasons
from benchmarks.alarms.table import MOST_FALSE_PER_THOUSAND, Summary, sum_up
from traceability.alarms.rules.thresholds import DEFAULTS, Thresholds

# Never among the seeds of the table, which start at 1.
TUNING_SEEDS = range(900_001, 900_007)


@dataclass(frozen=True)
class Group:
    """Numbers that are chosen together: their candidates, with or without places, and what counts as good."""

    name: str
    candidates: tuple[dict[str, int], ...]
    places: bool
    goodness: Callable[[Summary], tuple[float, ...]]


def codes_first(summary: Summary) -> tuple[float, ...]:
    """Few false alarms first, then clones caught early."""
    fits = summary.false_per_thousand <= MOST_FALSE_PER_THOUSAND / 2
    return (float(fits), round(summary.clone_recall, 2), -summary.false_per_thousand)


def licensees_first(summary: Summary) -> tuple[float, ...]:
    """Resale caught first, then fewer honest licensees."""
    return (float(summary.resale_recall >= 0.95), -summary.false_licensees, summary.resale_recall)


GROUPS: tuple[Group, ...] = (
    Group(
        "places",
        tuple({"elsewhere_points": n, "after_acceptance_points": n} for n in (10, 15, 20)),
        places=True,
        goodness=codes_first,
    ),
    Group(
        "parties without places",
        tuple({"parties_points_blind": n} for n in (13, 17, 25)),
        places=False,
        goodness=codes_first,
    ),
    Group(
        "licensees",
        tuple({"strange_least": n, "surfaced_least": m} for n in (5, 8) for m in (8, 12, 16)),
        places=True,
        goodness=licensees_first,
    ),
)


def tune(
    seeds: Sequence[int] = TUNING_SEEDS, *, scale: Scale | None = None, workers: int = 1
) -> Iterator[tuple[str, Thresholds]]:
    """What was tried, line by line, with the thresholds chosen so far; the last ones are the result."""
    chosen = DEFAULTS
    yield f"seeds {seeds[0]} to {seeds[-1]}", chosen
    for group in GROUPS:
        best: tuple[tuple[float, ...], Thresholds] | None = None
        for numbers in group.candidates:
            tried = replace(chosen, **numbers)
            summary = sum_up(
                run_seasons(seeds, tried, scale or Scale(), places=group.places, workers=workers)
            )
            goodness = group.goodness(summary)
            yield (
                (
                    f"{group.name}: {_numbers(numbers)}: false {summary.false_per_thousand:.2f} per 1,000, clones early"
                    f" {summary.clone_recall:.1%}, resale {summary.resale_recall:.1%}, honest licensees suspected"
                    f" {summary.false_licensees}"
                ),
                chosen,
            )
            if best is None or goodness > best[0]:
                best = (goodness, tried)
        assert best is not None
        chosen = best[1]
        picked = {name: getattr(chosen, name) for name in group.candidates[0]}
        yield f"{group.name}: chosen {_numbers(picked)}", chosen


def _numbers(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name}={value}" for name, value in numbers.items())
