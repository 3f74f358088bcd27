"""The honest season: who grows, sells, buys, resells and looks up."""

from typing import Any

import numpy as np

from benchmarks.alarms.world import (
    BUYERS,
    HOME,
    MAINLAND,
    NEAR,
    NEVER,
    Codes,
    Entry,
    Habits,
    People,
    Report,
    Typing,
    World,
)

BATCH = 100
MANY = 20


def honest_season(rng: np.random.Generator, habits: Habits) -> tuple[World, People]:
    """A season without anybody cheating."""
    quotas = np.clip(rng.lognormal(np.log(habits.mean_quota), 0.6, habits.growers), 80, 1500).astype(int)
    total = int(quotas.sum())
    grower = np.repeat(np.arange(habits.growers), quotas)
    within = np.concatenate([np.arange(n) for n in quotas])
    codes = Codes(
        grower=grower,
        batch=grower * 100 + within // BATCH,
        destination=np.full(total, -1),
        activated=rng.uniform(0, 60 * 24, total),
        sent=np.full(total, NEVER),
        accepted=np.full(total, NEVER),
        ended=np.full(total, NEVER),
        inner=rng.random(total) < habits.inner,
        fate=np.full(total, "unsold", dtype="<U10"),
    )
    world = World(codes, [{} for _ in range(habits.growers)])
    people = People(rng, habits)
    starts = np.concatenate([[0], np.cumsum(quotas)])
    for one in range(habits.growers):
        _season_of(world, people, one, int(starts[one]), int(starts[one + 1]))
    _honest_typing(world, people)
    return world, people


def _season_of(world: World, people: People, grower: int, start: int, end: int) -> None:
    rng, habits, codes = people.rng, people.habits, world.codes
    unused = int((end - start) * habits.printed_unused)
    codes.activated[end - unused : end] = NEVER
    codes.fate[end - unused : end] = "unused"
    place, last = start, start + int((end - start) * habits.sold)
    while place < last:
        place = _order(world, people, grower, place, last)
    for code in range(start, end):
        if codes.fate[code] in {"unsold", "unused"} and rng.random() < habits.voided:
            codes.ended[code] = rng.uniform(60 * 24, 120 * 24)
            codes.fate[code] = "voided"
            if rng.random() < 0.2:  # the grower tries the void label, or somebody finds it
                who = people.party(HOME)
                world.visits.append(people.visit(who, code, codes.ended[code] + rng.exponential(48.0)))
    if rng.random() < habits.grower_streams:
        for code in rng.integers(start, last, 3):
            if codes.activated[code] < NEVER and codes.ended[code] == NEVER:
                _stream(
                    world, people, int(code), float(codes.activated[code]) + 1.0, int(rng.integers(10, 150))
                )


def _order(world: World, people: People, grower: int, place: int, last: int) -> int:
    rng, habits, codes = people.rng, people.habits, world.codes
    kind = rng.random()
    size = rng.integers(1, 4) if kind < 0.6 else rng.integers(4, 30) if kind < 0.9 else rng.integers(20, 200)
    taken = range(place, min(place + int(size), last))
    channel = rng.random()
    if channel < habits.by_shop + habits.by_outside_shop:
        province = int(rng.choice(MAINLAND, p=BUYERS))
    else:
        near = rng.random()
        province = (
            HOME if near < 0.75 else int(rng.choice(NEAR)) if near < 0.95 else int(rng.choice(MAINLAND))
        )
    by_shop = channel < habits.by_shop
    bought = float(codes.activated[list(taken)].max()) + float(rng.uniform(12, 60 * 24))
    arrived = bought + float(rng.uniform(48, 168))
    accepted = arrived + float(rng.uniform(0, 168)) if rng.random() < 0.85 else NEVER
    for code in taken:
        codes.fate[code] = "shop" if by_shop else "outside"
        if by_shop:
            codes.sent[code], codes.accepted[code], codes.destination[code] = bought, accepted, province
    if not by_shop and (
        channel < habits.by_shop + habits.by_outside_shop or rng.random() < habits.gate_declared
    ):
        sold = world.sold_by_province[grower]
        sold[province] = sold.get(province, 0) + len(taken)
    dealer = len(taken) >= MANY and rng.random() < habits.dealers
    _buyer_looks(world, people, list(taken), province, arrived, dealer=dealer)
    return taken.stop


def _buyer_looks(
    world: World, people: People, taken: list[int], province: int, at: float, *, dealer: bool
) -> None:
    rng, habits = people.rng, people.habits
    buyer = people.party(province)
    share = habits.scans if len(taken) <= 3 else habits.scans_of_many
    for code in taken:
        if rng.random() < (0.3 if dealer else share):
            moment = at + float(rng.exponential(12.0))
            if len(taken) <= 3:
                world.visits += people.looks(buyer, code, moment)
                _aftermath(world, people, code, province, moment)
            else:
                world.visits.append(people.visit(buyer, code, moment))
            if world.codes.inner[code] and rng.random() < habits.enters_inner:
                _enter(world, people, buyer, code, moment)
        if dealer:
            _resell(world, people, code, province, at)
    if dealer and rng.random() < habits.dealer_streams:
        _stream(world, people, int(rng.choice(taken)), at + 24.0, int(rng.integers(8, 60)))


def _aftermath(world: World, people: People, code: int, province: int, at: float) -> None:
    """A photograph sent to friends, a present, a mistaken report."""
    rng, habits = people.rng, people.habits
    if rng.random() < habits.shares_photo:
        friend = people.party(int(rng.choice(MAINLAND, p=BUYERS)))
        world.visits.append(people.visit(friend, code, at + float(rng.exponential(2.0))))
    if rng.random() < habits.given_away:
        family = people.party(int(rng.choice(MAINLAND, p=BUYERS)) if rng.random() < 0.5 else province)
        world.visits += people.looks(family, code, at + float(rng.uniform(24, 90 * 24)))
    if rng.random() < habits.wrong_report:
        world.reports.append(Report(at + 1.0, code, 8_000_000 + len(world.reports)))


def _resell(world: World, people: People, code: int, province: int, at: float) -> None:
    rng, habits = people.rng, people.habits
    if rng.random() >= habits.resold_scans:
        return
    away = rng.random() < habits.resold_away
    end = people.party(int(rng.choice(MAINLAND, p=BUYERS)) if away else province)
    moment = at + float(rng.exponential(30 * 24.0)) + 24.0
    world.visits += people.looks(end, code, moment)
    if world.codes.inner[code] and rng.random() < 0.02:
        _enter(world, people, end, code, moment)


def _enter(world: World, people: People, party: dict[str, int], code: int, at: float) -> None:
    """The buyer scratches the film; now and then a slip of the finger first."""
    phone: dict[str, Any] = {
        "address": party["wireless"],
        "network": party["wireless_network"],
        "agent": party["agent"],
    }
    if people.rng.random() < people.habits.slips:
        world.entries.append(Entry(at + 0.1, code, right=False, **phone))
    world.entries.append(Entry(at + 0.2, code, right=True, **phone))


def _stream(world: World, people: People, code: int, at: float, viewers: int) -> None:
    """A label held into a camera: within an hour and a half the whole country looks, a few later."""
    rng = people.rng
    for _viewer in range(viewers):
        late = rng.random() < people.habits.stragglers
        wait = float(rng.exponential(36.0)) if late else float(rng.uniform(0, 1.5))
        party = people.party(int(rng.choice(MAINLAND, p=BUYERS)))
        world.visits.append(people.visit(party, code, at + wait))


def _honest_typing(world: World, people: People) -> None:
    """Slips while typing a code, and one fair where a class of pupils tries."""
    rng = people.rng
    for visit in list(world.visits):
        if rng.random() < people.habits.mistypes:
            for _slip in range(int(rng.integers(1, 4))):
                world.typings.append(Typing(visit.at - float(rng.uniform(0.0, 0.05)), visit.network))
    fair, at = 5_000_000, float(rng.uniform(500, 2500))
    for _pupil in range(30):
        for _slip in range(int(rng.poisson(0.2))):
            world.typings.append(Typing(at + float(rng.uniform(0, 1.0)), fair))
