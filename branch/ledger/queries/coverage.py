"""The coverage table, put together from what branch knows: imports, registered shops, growers' own words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select

from branch.growers.models.tables import Grower, GrowerChange
from branch.growers.states import GrowerState
from branch.ledger.models.tables import ChannelCoverage
from branch.ledger.queries import sums
from branch.ledger.queries.channels import Declaration, declarations_of
from branch.ledger.queries.sums import ChannelSpan
from branch.ledger.rules.coverage import (
    OWN_SHOP,
    ChannelKnowledge,
    CoverageMap,
    Days,
    covered_by_all,
)
from branch.storefronts.models.tables import Storefront
from branch.storefronts.states import StorefrontState
from core.clock import local_day
from core.database import session

Spans = Mapping[str, Sequence[Days]]


def covered_months(
    grower_ids: Iterable[int], *, since: date, until: date, recorded: Iterable[ChannelSpan] | None = None
) -> CoverageMap:
    """What is known of these growers' sales in the months of [since, until).

    The own shop is complete from the month of admission on. Another channel is covered on the days of its
    imports; where none was written down, from its first to its last record. It is known to be used by what the
    grower says, by a registered shop, or by records. Reads the daily sums: bring them up to date first.
    `recorded` are the first and last days ever on record, read when left out.
    """
    ids = sorted(set(grower_ids))
    if recorded is None:
        recorded = sums.channel_spans(grower_ids=ids, until=date.max)
    covered, spans = _recorded(ids), {(span.grower_id, span.channel): span for span in recorded}
    shops, declarations = _registered(ids), declarations_of(ids)
    known: dict[int, dict[str, ChannelKnowledge]] = {}
    unknown = set()
    for grower_id, own in _own_shops(ids, spans).items():
        channels = {OWN_SHOP: own} if own else {}
        spoken = {
            channel: declaration for (who, channel), declaration in declarations.items() if who == grower_id
        }
        used = {channel for who, channel in (*covered, *spans, *shops) if who == grower_id}
        for channel in sorted((used | spoken.keys()) - {OWN_SHOP}):
            key = (grower_id, channel)
            days = covered.get(key) or _whole(spans.get(key))
            channels[channel] = _knowledge(days, shops.get(key, ()), spoken.get(channel))
            if not spoken and key in shops and not channels[channel].covered:
                unknown.add(grower_id)
        known[grower_id] = channels
    return CoverageMap(since, until, known, frozenset(unknown))


def _whole(span: ChannelSpan | None) -> Spans:
    return {"": [Days(span.first_day, span.last_day)]} if span else {}


def _knowledge(days: Spans, shops: Iterable[str], declaration: Declaration | None) -> ChannelKnowledge:
    covered = covered_by_all(days, shops)
    if declaration is None:
        return ChannelKnowledge(covered=covered)
    # A later import may know more than the grower remembered.
    since = min([declaration.since, *(span.first for span in covered)]) if declaration.since else None
    return ChannelKnowledge(declaration.sells, since, declaration.until, covered, declared=True)


def _recorded(ids: Sequence[int]) -> dict[tuple[int, str], dict[str, list[Days]]]:
    """Covered days as imports stated them, by grower and channel, then by shop."""
    covered_days: dict[tuple[int, str], dict[str, list[Days]]] = defaultdict(lambda: defaultdict(list))
    for row in session.scalars(select(ChannelCoverage).where(ChannelCoverage.grower_id.in_(ids))):
        covered_days[row.grower_id, row.channel][row.shop].append(Days(row.first_day, row.last_day))
    return covered_days


def _registered(ids: Sequence[int]) -> dict[tuple[int, str], list[str]]:
    """Outside shops that are not given up, by grower and channel."""
    shops: dict[tuple[int, str], list[str]] = defaultdict(list)
    rows = session.execute(
        select(Storefront.grower_id, Storefront.platform, Storefront.public_id)
        .where(Storefront.grower_id.in_(ids), Storefront.state != StorefrontState.ENDED)
        .order_by(Storefront.id)
    )
    for grower_id, platform, public_id in rows:
        shops[grower_id, platform].append(public_id)
    return shops


def _own_shops(
    ids: Sequence[int], spans: Mapping[tuple[int, str], ChannelSpan]
) -> dict[int, ChannelKnowledge | None]:
    """The own shop of each grower: complete from admission, or an earlier first sale, until he left the branch."""
    admitted = (
        select(GrowerChange.grower_id, func.min(GrowerChange.at).label("at"))
        .where(GrowerChange.to_state == GrowerState.ADMITTED)
        .group_by(GrowerChange.grower_id)
        .subquery()
    )
    rows = session.execute(
        select(Grower.id, Grower.state, Grower.decided_at, admitted.c.at)
        .outerjoin(admitted, admitted.c.grower_id == Grower.id)
        .where(Grower.id.in_(ids))
    )
    shops: dict[int, ChannelKnowledge | None] = {}
    for grower_id, state, decided_at, admitted_at in rows:
        span = spans.get((grower_id, OWN_SHOP))
        begins = [local_day(admitted_at)] if admitted_at else []
        begins += [span.first_day] if span else []
        left = local_day(decided_at) if state == GrowerState.LEFT and decided_at else None
        last = max([left, *([span.last_day] if span else [])]) if left else None
        shops[grower_id] = (
            ChannelKnowledge(
                since=min(begins), until=last, covered=(Days(min(begins), last or date.max),), declared=True
            )
            if begins
            else None
        )
    return shops
