"""Strangers who want a genuine label doubted: reports and devices in masses, and inner codes that are guessed."""

import numpy as np

from benchmarks.alarms.world import BUYERS, MAINLAND, NEVER, Entry, People, Report, Visit, World

GRIEFERS = 8
KINDS = ("reports", "devices", "botnet", "spread", "guesses")
FIRST_NETWORK = 30_000_000


def add_griefers(world: World, people: People, *, griefers: int = GRIEFERS) -> None:
    """Each attacks one genuine label that was sent, in one of five ways; the truth is kept in `world.griefed`."""
    rng, codes = people.rng, world.codes
    copied = {code for sources in world.clone_sources for code in sources}
    sent = [
        int(code)
        for code in np.flatnonzero((codes.sent < 90 * 24) & (codes.ended == NEVER))
        if int(code) not in copied
    ]
    for number, code in enumerate(rng.choice(sent, size=min(griefers, len(sent)), replace=False)):
        kind = KINDS[number % len(KINDS)]
        world.griefed[int(code)] = kind
        _attack(world, rng, kind, int(code), float(codes.sent[code]) + 240.0, FIRST_NETWORK + number * 10_000)


def _attack(world: World, rng: np.random.Generator, kind: str, code: int, start: float, network: int) -> None:
    def visit(at: float, n: int, *, one: bool) -> Visit:
        place = int(rng.choice(MAINLAND, p=BUYERS))
        return Visit(
            at, code, network if one else network + n, network if one else network + n, 2_000_000 + n, place
        )

    if kind == "reports":  # a hundred strangers, on one day
        world.reports += [Report(start + n * 0.1, code, network + n) for n in range(100)]
    elif kind == "devices":  # a thousand names of programs behind one address
        world.visits += [visit(start + n * 0.01, n, one=True) for n in range(1_000)]
    elif kind == "botnet":  # a thousand addresses everywhere, within an hour
        world.visits += [visit(start + n * 0.001, n, one=False) for n in range(1_000)]
    elif kind == "spread":  # somebody patient, with sixty networks and four weeks
        world.visits += [visit(start + n * 11.0, n, one=False) for n in range(60)]
        world.reports += [Report(start + n * 24.0, code, network + n) for n in range(20)]
    else:  # inner codes guessed from a dozen networks
        world.entries += [
            Entry(start + n, code, network + n, network + n, 2_000_000 + n, right=False) for n in range(12)
        ]
