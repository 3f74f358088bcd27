"""What the home page shows, gathered from the catalogue and from the rooms below."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask_babel import ngettext

from branch import api as branch
from core.web.wording.formatting import number
from core.web.wording.languages import in_chinese
from shop.catalogue.queries.cards import ListingCard
from shop.catalogue.queries.listings import recent_listings
from traceability import api as traceability

PICTURES = Path(__file__).resolve().parents[2] / "static" / "img"
CARDS = 8
LOOKED_AT = 24
CARDS_PER_GROWER = 2
GROWERS_PER_VILLAGE = 4
VILLAGES = 12
LEAVES_NOW = frozenset({"now", "any_time"})


@dataclass(frozen=True)
class Season:
    """Listings for the first page; with `ships_now` all of them can leave their nursery today."""

    cards: tuple[ListingCard, ...]
    ships_now: bool


@dataclass(frozen=True)
class Group:
    """A cultivar group with its drawing, a path below `static/`."""

    code: str
    name: str
    epithet: str
    picture: str


@dataclass(frozen=True)
class Village:
    """A village, the growers that are named for it, and how many more there are."""

    name: str
    growers_words: str
    shown: tuple[branch.GrowerView, ...]
    more: int


@dataclass(frozen=True)
class Mark:
    """A mark under which plants are sold here."""

    name: str
    registrant: str
    registration_number: str


@dataclass(frozen=True)
class HomePage:
    """What the home page shows."""

    season: Season
    groups: tuple[Group, ...]
    villages: tuple[Village, ...]
    marks: tuple[Mark, ...]


def home_page(*, at: datetime) -> HomePage:
    """Everything on the home page as of `at`; ten statements, however much is on sale."""
    return HomePage(
        season=in_season(recent_listings(at, limit=LOOKED_AT)),
        groups=tuple(_groups()),
        villages=tuple(_villages()),
        marks=tuple(_marks()),
    )


def in_season(recent: Sequence[ListingCard]) -> Season:
    """What leaves now; when nothing does, what can be ordered, soonest first. A few of each grower only."""
    now = [card for card in recent if card.dispatch.kind in LEAVES_NOW]
    if now:
        return Season(tuple(_spread(now)), ships_now=True)
    return Season(tuple(_spread(sorted(recent, key=lambda card: card.dispatch.starts_on))), ships_now=False)


def _spread(cards: Iterable[ListingCard]) -> list[ListingCard]:
    taken: Counter[int] = Counter()
    chosen = []
    for card in cards:
        if taken[card.grower_id] < CARDS_PER_GROWER:
            taken[card.grower_id] += 1
            chosen.append(card)
    return chosen[:CARDS]


def _groups() -> Iterable[Group]:
    for group in traceability.cultivar_groups():
        drawing = f"group-{group.code}.svg"
        picture = drawing if (PICTURES / drawing).is_file() else "sprig.svg"
        yield Group(group.code, group.name, group.epithet, f"img/{picture}")


def _villages() -> Iterable[Village]:
    at_home: dict[int, list[branch.GrowerView]] = defaultdict(list)
    for grower in branch.admitted_growers():
        at_home[grower.unit_id].append(grower)
    places = [unit for unit in branch.villages() if unit.id in at_home]
    for unit in places[:VILLAGES]:
        growers = at_home[unit.id]
        yield Village(
            name=branch.unit_name(unit),
            growers_words=ngettext("%(n)s grower", "%(n)s growers", len(growers), n=number(len(growers))),
            shown=tuple(growers[:GROWERS_PER_VILLAGE]),
            more=max(0, len(growers) - GROWERS_PER_VILLAGE),
        )


def _marks() -> Iterable[Mark]:
    for mark in branch.all_marks():
        facts = mark.facts
        name = facts.name if in_chinese() else facts.name_en or facts.name
        yield Mark(name, facts.registrant, facts.registration_number)
