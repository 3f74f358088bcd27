"""Networks that try numbers, judged text by text as the sweep does."""

from collections import defaultdict, deque

import numpy as np

from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.world import World
from traceability.alarms.rules.facts import NetworkFacts
from traceability.alarms.rules.judging import unknown_burst
from traceability.alarms.rules.thresholds import Thresholds

WINDOW_H = 10 / 60


def judge_networks(world: World, t: Thresholds, outcome: Outcome) -> None:
    """Texts of the last ten minutes by network; a scraper is stopped when its first network is challenged."""
    lately: dict[int, deque[float]] = defaultdict(deque)
    owner: dict[int, int] = {}
    asked = np.zeros(world.scrapers, dtype=int)
    stopped: dict[int, int] = {}
    challenged: set[int] = set()
    for typing in sorted(world.typings, key=lambda one: one.at):
        owner[typing.network] = typing.scraper
        texts = lately[typing.network]
        texts.append(typing.at)
        while texts[0] <= typing.at - WINDOW_H:
            texts.popleft()
        if typing.scraper >= 0:
            asked[typing.scraper] += 1
        if unknown_burst(NetworkFacts(len(texts)), t) is not None:
            challenged.add(typing.network)
            if typing.scraper >= 0:
                stopped.setdefault(typing.scraper, int(asked[typing.scraper]))
    outcome.scrapers = [stopped.get(number) for number in range(world.scrapers)]
    honest = {network for network, scraper in owner.items() if scraper < 0}
    outcome.honest_networks = len(honest)
    outcome.false_networks = len(honest & challenged)
