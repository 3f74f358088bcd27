"""Many seasons, one per seed, over the processors of this machine."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np

from benchmarks.alarms.attacks import add_clones, add_resellers, add_scrapers
from benchmarks.alarms.griefers import add_griefers
from benchmarks.alarms.honest import honest_season
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.replay import replay
from benchmarks.alarms.world import Habits
from traceability.alarms.rules.thresholds import Thresholds


@dataclass(frozen=True)
class Scale:
    """How large a season is; the default is what the published table uses."""

    growers: int = 60
    clone_batches: int = 12
    resellers: int = 4
    scrapers: int = 5
    griefers: int = 8


def run_season(seed: int, t: Thresholds, scale: Scale, *, places: bool) -> Outcome:
    """One season of one seed; the same seed gives the same season."""
    world, people = honest_season(np.random.default_rng(seed), Habits(growers=scale.growers))
    add_clones(world, people, batches=scale.clone_batches)
    add_resellers(world, people, resellers=scale.resellers)
    add_scrapers(world, people, scrapers=scale.scrapers)
    add_griefers(world, people, griefers=scale.griefers)
    return replay(world, t, places=places)


def run_seasons(
    seeds: Sequence[int], t: Thresholds, scale: Scale, *, places: bool, workers: int = 1
) -> Iterator[Outcome]:
    """Outcomes in the order of the seeds."""
    one = partial(run_season, t=t, scale=scale, places=places)
    if workers <= 1:
        yield from map(one, seeds)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(one, seeds)
