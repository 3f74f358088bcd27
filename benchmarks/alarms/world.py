"""A season of honest trade: growers, codes, orders, and who looks which code up when and from where.

Every share below is an assumption of ours, chosen to be unkind to the rules: dealers who resell, guests,
telephones that change their address, addresses that are placed in the wrong province, crowds before a live
stream. Times are hours since the season's first day.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from traceability.lookups.rules.provinces import PROVINCES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEASON_DAYS = 150
HOME = next(place for place, one in enumerate(PROVINCES) if one.iso == "HB")
NEAR = [place for place, one in enumerate(PROVINCES) if one.iso in {"HN", "JX", "AH", "HA", "CQ", "SN"}]
MAINLAND = 31
# Roughly where people who buy ornamental trees live, by the order of PROVINCES.
BUYERS = np.array(
    [3, 2, 3, 2, 1, 1, 1, 1, 4, 10, 11, 6, 5, 6, 6, 6, 10, 7, 8, 3, 1, 3, 6, 2, 2, 0.2, 2, 1, 0.3, 0.3, 0.5],
    dtype=float,
)
BUYERS /= BUYERS.sum()
NOWHERE = -1  # a tunnel that ends abroad
AGENTS = 1_500
NEVER = np.inf


@dataclass(frozen=True)
class Habits:
    """How honest people behave."""

    growers: int = 60
    mean_quota: float = 330.0
    printed_unused: float = 0.03
    voided: float = 0.01
    sold: float = 0.85
    by_shop: float = 0.55
    by_outside_shop: float = 0.30
    gate_declared: float = 0.85
    scans: float = 0.55
    scans_of_many: float = 0.12
    scans_again: float = 0.5
    family: float = 0.25
    third_telephone: float = 0.06
    shares_photo: float = 0.02
    given_away: float = 0.015
    on_wireless: float = 0.5
    tunnel: float = 0.01
    misplaced_address: float = 0.03
    dealers: float = 0.4
    resold_away: float = 0.45
    resold_scans: float = 0.35
    dealer_streams: float = 0.05
    grower_streams: float = 0.3
    stragglers: float = 0.03
    wrong_report: float = 0.001
    inner: float = 0.3
    enters_inner: float = 0.25
    slips: float = 0.08
    mistypes: float = 0.02


@dataclass
class Codes:
    """One row a code; times are hours or infinity."""

    grower: Ints
    batch: Ints
    destination: Ints
    activated: Floats
    sent: Floats
    accepted: Floats
    ended: Floats
    inner: NDArray[np.bool_]
    fate: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.grower)


@dataclass
class Visit:
    """One look-up: who from where. `fake` is the clone batch whose copy was looked at; -1 for the real plant."""

    at: float
    code: int
    address: int
    network: int
    agent: int
    province: int
    fake: int = -1


@dataclass
class Entry:
    """One entry of an inner code."""

    at: float
    code: int
    address: int
    network: int
    agent: int
    right: bool


@dataclass
class Report:
    """One report; `proven` by who holds the goods."""

    at: float
    code: int
    network: int
    proven: bool = False


@dataclass
class Typing:
    """A text that is no code of ours, typed in a network; `scraper` is who tries numbers, or -1."""

    at: float
    network: int
    scraper: int = -1


@dataclass
class World:
    """Everything that happens, with the truth beside it."""

    codes: Codes
    sold_by_province: list[dict[int, int]]
    visits: list[Visit] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    typings: list[Typing] = field(default_factory=list)
    clone_sources: list[list[int]] = field(default_factory=list)
    clone_shapes: list[str] = field(default_factory=list)
    resellers: dict[int, float] = field(default_factory=dict)
    scrapers: int = 0
    griefed: dict[int, str] = field(default_factory=dict)


class People:
    """Makes parties and their look-ups with the accidents of networks."""

    def __init__(self, rng: np.random.Generator, habits: Habits) -> None:
        self.rng = rng
        self.habits = habits
        self.parties = 0
        self.addresses = 1_000_000

    def party(self, province: int) -> dict[str, int]:
        """A household or firm: its wireless network, where that seems to be, and its first telephone."""
        self.parties += 1
        tunnel = self.rng.random() < self.habits.tunnel
        seems = self._seems(province)
        return {
            "id": self.parties,
            "province": province,
            "wireless": 10_000_000 + self.parties,
            "wireless_seems": seems,
            "wireless_network": 1_000_000 + province * 4_000 + int(self.rng.integers(4_000)),
            "tunnel": int(tunnel),
            "agent": self.agent(),
        }

    def agent(self) -> int:
        """A make of telephone and programme: a few are very common."""
        return int(min(self.rng.zipf(1.35), 10**9) % AGENTS)

    def _seems(self, province: int) -> int:
        if self.rng.random() < self.habits.misplaced_address:
            return int(self.rng.choice(MAINLAND, p=BUYERS))
        return province

    def visit(self, party: dict[str, int], code: int, at: float, *, agent: int = -1, fake: int = -1) -> Visit:
        """One look-up by a telephone of the party: over its wireless network or its carrier."""
        telephone = party["agent"] if agent < 0 else agent
        if party["tunnel"] and self.rng.random() < 0.5:
            far = int(self.rng.choice(MAINLAND, p=BUYERS)) if self.rng.random() < 0.3 else NOWHERE
            return Visit(at, code, 90_000_000 + party["id"], 9_000_000 + far, telephone, far, fake)
        if self.rng.random() < self.habits.on_wireless:
            return Visit(
                at,
                code,
                party["wireless"],
                party["wireless_network"],
                telephone,
                party["wireless_seems"],
                fake,
            )
        self.addresses += 1
        network = party["province"] * 50 + int(self.rng.integers(50))
        return Visit(at, code, self.addresses, network, telephone, self._seems(party["province"]), fake)

    def looks(self, party: dict[str, int], code: int, at: float, *, fake: int = -1) -> list[Visit]:
        """What a party does with a label: once, perhaps again, perhaps with another telephone of the family."""
        habits, rng = self.habits, self.rng
        made = [self.visit(party, code, at, fake=fake)]
        later = rng.exponential(72.0, int(rng.poisson(habits.scans_again)))
        made.extend(self.visit(party, code, at + float(wait), fake=fake) for wait in later)
        for share in (habits.family, habits.third_telephone):
            if rng.random() < share:
                other = self.agent()
                made.append(
                    self.visit(party, code, at + float(rng.exponential(24.0)), agent=other, fake=fake)
                )
        return made
