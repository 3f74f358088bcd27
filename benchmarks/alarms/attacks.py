"""Those who cheat, laid over the honest season, with the truth kept beside them."""

import numpy as np

from benchmarks.alarms.world import BUYERS, HOME, MAINLAND, NEVER, Entry, People, Report, Typing, World

CLONE_BATCHES = 12
RESELLERS = 4
RESOLD_SHARE = 0.10
LEAST_QUOTA = 150
SCRAPERS = 5
FAKE_SCANS = 0.6
FAKE_REPORTS = 0.03
# How many different codes were copied for a batch, and how often that is so.
SOURCES = {1: 0.5, 2: 0.15, 3: 0.10, 5: 0.15, 8: 0.10}
SPREAD_THIN = 50


def add_clones(world: World, people: People, *, batches: int = CLONE_BATCHES, thin: int = 1) -> None:
    """Batches of 50 to 300 copies of one to eight genuine codes, sold all over the country.

    `thin` further batches copy 50 codes once each: the hardest case, reported on its own line.
    """
    for _batch in range(batches):
        count = int(people.rng.choice(list(SOURCES), p=list(SOURCES.values())))
        _clone(world, people, count, int(people.rng.integers(50, 301)), f"{count} codes")
    for _batch in range(thin):
        _clone(world, people, SPREAD_THIN, SPREAD_THIN, "thin")


def _clone(world: World, people: People, count: int, copies: int, shape: str) -> None:
    rng, codes = people.rng, world.codes
    bought = rng.random() < 0.6
    fit = codes.sent < 80 * 24 if bought else (codes.activated < 80 * 24) & (codes.ended == NEVER)
    free = np.flatnonzero(fit)
    grower = codes.grower[int(rng.choice(free))]
    of_grower = free[codes.grower[free] == grower]
    first = int(rng.integers(max(1, len(of_grower) - count)))
    sources = [int(code) for code in of_grower[first : first + count]]
    number = len(world.clone_sources)
    world.clone_sources.append(sources)
    world.clone_shapes.append(shape)
    start = float(np.min([codes.sent[s] if bought else codes.activated[s] for s in sources])) + 7 * 24
    span = float(rng.uniform(10, 60)) * 24
    knows_inner = bought and rng.random() < 0.5
    for copy in range(copies):
        code = sources[copy % len(sources)]
        if rng.random() >= FAKE_SCANS:
            continue
        victim = people.party(int(rng.choice(MAINLAND, p=BUYERS)))
        at = start + float(rng.uniform(0, span))
        world.visits += people.looks(victim, code, at, fake=number)
        if rng.random() < FAKE_REPORTS:
            world.reports.append(Report(at + 1.0, code, victim["wireless_network"]))
        if codes.inner[code] and rng.random() < people.habits.enters_inner:
            home = victim["wireless"], victim["wireless_network"]
            world.entries.append(Entry(at + 0.2, code, *home, victim["agent"], knows_inner))


def add_resellers(world: World, people: People, *, resellers: int = RESELLERS) -> None:
    """Growers who sell the labels of a tenth of their quota to outsiders, active and with no sale on record."""
    rng, codes = people.rng, world.codes
    quotas = np.bincount(codes.grower)
    for grower in rng.permutation(np.flatnonzero(quotas >= LEAST_QUOTA))[:resellers]:
        unsold = np.flatnonzero((codes.grower == grower) & (codes.fate == "unsold"))
        wanted = int(quotas[grower] * RESOLD_SHARE)
        start = float(rng.uniform(10, 60)) * 24
        world.resellers[int(grower)] = start
        for code in unsold[:wanted]:
            codes.fate[code] = "resold"
            codes.activated[code] = start
            if rng.random() < FAKE_SCANS:
                victim = people.party(int(rng.choice(MAINLAND, p=BUYERS)))
                world.visits += people.looks(victim, int(code), start + float(rng.uniform(48, 60 * 24)))


def add_scrapers(world: World, people: People, *, scrapers: int = SCRAPERS) -> None:
    """Programs that try numbers from one or several networks, and read codes off the shelf as well."""
    rng = people.rng
    for number in range(scrapers):
        networks = [6_000_000 + number * 100 + n for n in range(int(rng.integers(1, 11)))]
        texts, a_minute = int(rng.integers(50, 2001)), float(rng.uniform(3, 60))
        start = float(rng.uniform(100, 3000))
        for text in range(texts):
            network = networks[int(rng.integers(len(networks)))]
            world.typings.append(Typing(start + text / a_minute / 60, network, number))
        shelf = people.party(HOME)
        for code in rng.integers(0, len(world.codes), 20):
            world.visits.append(people.visit(shelf, int(code), start))
    world.scrapers = scrapers
