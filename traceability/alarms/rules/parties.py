"""From look-ups to people: which devices belong together, and which were a crowd before a screen. Pure.

Folding errs on the side of fewer people, since anybody can invent devices: everything behind one network (/24, /48) is
one party, whatever it calls itself; so is a telephone that got another address, so are two telephones of one make in one
province.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from traceability.alarms.rules.facts import Look
from traceability.alarms.rules.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Party:
    """People who looked together: their look-ups, and where they were first seen."""

    looks: tuple[Look, ...]
    first_at: datetime
    province: str | None

    @property
    def ids(self) -> tuple[int, ...]:
        """The rows of its look-ups, as evidence."""
        return tuple(look.id for look in self.looks)


@dataclass(frozen=True, slots=True)
class PartyCount:
    """Parties in order of appearance; `crowd` is how many more came together and count as none."""

    parties: tuple[Party, ...]
    crowd: int


def _shared_traits(look: Look) -> tuple[Hashable, ...]:
    place: Hashable = look.province if look.province is not None else "nowhere"
    return (
        ("address", look.address),
        ("network", look.network),
        ("place", place, look.agent),
    )


def parties_of(looks: Sequence[Look]) -> list[Party]:
    """Look-ups that share an address or a network, or an agent within one province, as one party."""
    if len(looks) == 1:
        return [Party((looks[0],), looks[0].first_at, looks[0].province)]
    root: dict[int, int] = {}
    owner: dict[Hashable, int] = {}

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for place, look in enumerate(looks):
        root[place] = place
        for bond in _shared_traits(look):
            other = owner.setdefault(bond, place)
            a, b = find(other), find(place)
            if a != b:
                root[max(a, b)] = min(a, b)
    groups: dict[int, list[Look]] = {}
    for place, look in enumerate(looks):
        groups.setdefault(find(place), []).append(look)
    return [_party(group) for group in groups.values()]


def independent_people(places: Iterable[tuple[Hashable, Hashable]]) -> int:
    """How many independent people are certain behind these pairs of network and agent: neither alone makes one more."""
    pairs = list(places)
    return min(len({network for network, _ in pairs}), len({agent for _, agent in pairs}))


def _party(looks: Iterable[Look]) -> Party:
    ordered = tuple(sorted(looks, key=lambda look: look.first_at))
    province = next((look.province for look in ordered if look.province is not None), None)
    return Party(ordered, ordered[0].first_at, province)


def count_parties(looks: Sequence[Look], t: Thresholds, *, at: datetime) -> PartyCount:
    """The parties without crowds, as they can be told `at`.

    So many parties in so few hours watch the same screen: a live stream, a fair, a delivery. They count as
    one party, and so do the stragglers of the days after, as far as `crowd_tail_percent` of the crowd. Of
    parties of the last `crowd_hours` only the first counts yet: a crowd may be gathering; a code is therefore
    judged once more when its latest look-up is that old.
    """
    parties = sorted(parties_of(looks), key=lambda party: party.first_at)
    window, tail = timedelta(hours=t.crowd_hours), timedelta(days=t.crowd_tail_days)
    if len(parties) < t.crowd_parties:
        return PartyCount(_settled(parties, at - window), 0)
    in_crowd: set[int] = set()
    start = marked = 0
    for end, party in enumerate(parties):
        while party.first_at - parties[start].first_at > window:
            start += 1
        if end - start + 1 >= t.crowd_parties:
            in_crowd.update(range(max(start, marked), end + 1))
            marked = end + 1
    if not in_crowd:
        return PartyCount(_settled(parties, at - window), 0)
    last = parties[max(in_crowd)].first_at
    spare = len(in_crowd) * t.crowd_tail_percent // 100
    first_of_crowd = min(in_crowd)
    counted_parties: list[Party] = []
    for place, party in enumerate(parties):
        if place in in_crowd:
            if place == first_of_crowd:
                counted_parties.append(Party(party.looks, party.first_at, None))
            continue
        if spare and parties[first_of_crowd].first_at < party.first_at <= last + tail:
            spare -= 1
            continue
        counted_parties.append(party)
    return PartyCount(_settled(counted_parties, at - window), len(in_crowd) - 1)


def _settled(parties: Sequence[Party], since: datetime) -> tuple[Party, ...]:
    young = [place for place, party in enumerate(parties) if party.first_at > since]
    return tuple(parties[: young[0] + 1]) if young else tuple(parties)
