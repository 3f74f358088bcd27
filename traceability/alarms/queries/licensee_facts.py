"""From the database to the facts of a licensee's season: the calendar year, as the quota counts it."""

from collections import defaultdict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select

from branch import api as branch
from core.clock import local_day, local_moment, to_shanghai
from core.database import session
from traceability.alarms.queries.code_facts import home_of, look_of
from traceability.alarms.rules.facts import LicenseeFacts, Look
from traceability.alarms.rules.licensees import where_surfaced
from traceability.alarms.rules.thresholds import Thresholds
from traceability.codes.models.tables import Code, CodeAction
from traceability.codes.queries.refusals import Tries, tries_beyond
from traceability.codes.states import ActionKind, CodeState, Level
from traceability.lookups.models import CodeLookup
from traceability.lookups.rules.provinces import province_named
from traceability.lots.models.tables import Lot
from traceability.quota.models.tables import QuotaAccount
from traceability.quota.rules import Role

OWN_SHOP = "shop"
NIGHT = timedelta(days=1)
EVIDENCE_AT_MOST = 200
NO_TRIES = Tries()
_ACTIVE = (Code.state == str(CodeState.ACTIVE), Code.level != str(Level.LOT))
_CAME_UP = (*_ACTIVE, exists().where(CodeLookup.code_digest == Code.digest))


@dataclass
class _Season:
    """What is added up for one licensee."""

    home: str | None = None
    quota: int = 0
    activated: int = 0
    odd: int = 0
    sent: int = 0
    accepted: int = 0
    sold: int = 0
    without_code: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    surfaced: int = 0
    by_batch: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    plants: int = 0
    evidence: list[int] = field(default_factory=list)
    refused: Tries = NO_TRIES


@dataclass(frozen=True)
class Seasons:
    """What the sums of the database say of every licensee's season; looks at single codes are added one by one."""

    thresholds: Thresholds
    at: datetime
    elapsed: float
    paces: Mapping[int, float]
    by_grower: Mapping[int, _Season]

    def growers(self) -> list[int]:
        """Every licensee who has quota, sales, refusals or codes that came up."""
        return sorted(self.by_grower)


def seasons_of(t: Thresholds, *, at: datetime) -> Seasons:
    """The sums of every licensee who has quota or codes."""
    today = local_day(at)
    first = date(today.year, 1, 1)
    seasons: dict[int, _Season] = defaultdict(_Season)
    _add_quota(seasons, today.year)
    _add_activations(seasons, t, at)
    for grower, tries in tries_beyond(within=timedelta(days=t.beyond_days), at=at).items():
        seasons[grower].refused = tries
    _add_codes(seasons, local_moment(first))
    _add_sales(seasons, first, today + timedelta(days=1))
    for grower in session.scalars(select(Code.grower_id).where(*_CAME_UP).distinct()):
        seasons[grower]
    elapsed = ((today - first).days + 1) / 365
    paces = {grower: season.activated / season.quota for grower, season in seasons.items() if season.quota}
    return Seasons(t, at, elapsed, paces, dict(seasons))


def facts_of(grower: int, seasons: Seasons) -> LicenseeFacts:
    """The season of one licensee, with the looks at his codes read now."""
    season = deepcopy(seasons.by_grower[grower])
    _add_surfaced(season, grower, seasons.thresholds, seasons.at)
    peers = {other: pace for other, pace in seasons.paces.items() if other != grower}
    return _facts(season, seasons.elapsed, peers)


def _facts(season: _Season, elapsed: float, peers: Mapping[int, float]) -> LicenseeFacts:
    return LicenseeFacts(
        home=season.home,
        quota_plants=season.quota,
        activated_plants=season.activated,
        season_elapsed=elapsed,
        peer_paces=tuple(peers.values()),
        odd_hour_codes=season.odd,
        refused_tries=season.refused.times,
        refused_plants=season.refused.plants,
        refused_rows=season.refused.rows[:EVIDENCE_AT_MOST],
        sent_plants=season.sent,
        accepted_plants=season.accepted,
        sold_plants=season.sold,
        sold_without_code_by_province=dict(season.without_code),
        surfaced_unsold=season.surfaced,
        surfaced_by_batch=tuple(dict(batch) for batch in season.by_batch.values()),
        plants_per_code=season.plants / season.surfaced if season.surfaced else 1.0,
        evidence=tuple(season.evidence[:EVIDENCE_AT_MOST]),
    )


def _add_quota(seasons: dict[int, _Season], year: int) -> None:
    """What the land was approved for is what is free, activated, lost and expired together."""
    rows = session.execute(
        select(QuotaAccount.grower_id, QuotaAccount.role, func.sum(QuotaAccount.balance))
        .where(QuotaAccount.year == year, QuotaAccount.role != str(Role.CAPACITY))
        .group_by(QuotaAccount.grower_id, QuotaAccount.role)
    )
    for grower, role, plants in rows:
        seasons[grower].quota += int(plants)
        if role == Role.ACTIVATED:
            seasons[grower].activated += int(plants)


def _add_activations(seasons: dict[int, _Season], t: Thresholds, at: datetime) -> None:
    """Codes activated in the dead of the last night."""
    rows = session.execute(
        select(CodeAction.grower_id, CodeAction.at, CodeAction.codes).where(
            CodeAction.kind == str(ActionKind.ACTIVATED), CodeAction.at > at - NIGHT, CodeAction.at <= at
        )
    )
    for grower, moment, codes in rows:
        hour = to_shanghai(moment).hour
        if t.odd_from_hour <= t.odd_until_hour:
            odd = t.odd_from_hour <= hour < t.odd_until_hour
        else:
            odd = hour >= t.odd_from_hour or hour < t.odd_until_hour
        if odd:
            seasons[grower].odd += codes


def _add_codes(seasons: dict[int, _Season], since: datetime) -> None:
    """Plants that left under a code of a plant or bundle, and those of them that were accepted."""
    rows = session.execute(
        select(Code.grower_id, Code.state, func.sum(Code.quota))
        .where(Code.dispatched_at >= since, Code.level != str(Level.LOT))
        .group_by(Code.grower_id, Code.state)
    )
    for grower, state, plants in rows:
        if state in {CodeState.SHIPPED, CodeState.ACCEPTED}:
            seasons[grower].sent += int(plants)
        if state == CodeState.ACCEPTED:
            seasons[grower].accepted += int(plants)


def _add_sales(seasons: dict[int, _Season], since: date, until: date) -> None:
    for sold in branch.plants_by_province(since, until):
        season = seasons[sold.grower_id]
        season.sold += sold.plants
        if sold.channel != OWN_SHOP:
            season.without_code[province_named(sold.province) or ""] += sold.plants


def _add_surfaced(season: _Season, grower: int, t: Thresholds, at: datetime) -> None:
    """Active codes that no order took and that somebody looked up: in which province they came up first."""
    looks: dict[int, list[Look]] = defaultdict(list)
    made: dict[int, tuple[int, int, str]] = {}
    rows = session.execute(
        select(CodeLookup, Code.id, Code.batch_id, Code.plants, Lot.origin)
        .join(Code, Code.digest == CodeLookup.code_digest)
        .join(Lot, Lot.id == Code.lot_id)
        .where(*_ACTIVE, Code.grower_id == grower)
        .order_by(Code.id, CodeLookup.first_at, CodeLookup.id)
    )
    for row, code_id, batch, plants, origin in rows:
        looks[code_id].append(look_of(row))
        made[code_id] = (batch, plants, origin)
    for code_id, seen in looks.items():
        batch, plants, origin = made[code_id]
        season.home = season.home or home_of(origin)
        season.surfaced += 1
        season.plants += plants
        if (province := where_surfaced(seen, t, at=at)) is not None:
            season.by_batch[batch][province] += 1
            if province != season.home:
                season.evidence.append(seen[0].id)
