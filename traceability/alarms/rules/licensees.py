"""The rules about a licensee's season, run every night. They find labels that hang on other people's plants. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from math import sqrt
from statistics import fmean, pstdev

from traceability.alarms.rules.facts import Finding, LicenseeFacts, Look
from traceability.alarms.rules.parties import count_parties
from traceability.alarms.rules.thresholds import Thresholds

# A sale whose order names no province: it may have gone anywhere, so it speaks for the licensee.
UNKNOWN = ""

LicenseeRule = Callable[[LicenseeFacts, Thresholds], Finding | None]


def where_surfaced(looks: Sequence[Look], t: Thresholds, *, at: datetime) -> str | None:
    """The province in which a code came up first, crowds before a screen left out; None where nobody can tell."""
    crowded = count_parties(looks, t, at=at)
    return next((party.province for party in crowded.parties if party.province is not None), None)


def beyond_balance(facts: LicenseeFacts, t: Thresholds) -> Finding | None:
    """More plants are active than the land was approved for, or somebody keeps trying that.

    The ledger allows none beyond the balance, so somebody who has more went around it. Who was refused again
    and again, on other days or for other lots, may have more labels than plants: a notice.
    """
    over = facts.activated_plants - facts.quota_plants
    if over > 0:
        return Finding("beyond_balance", t.suspect_score, (), {"over": over})
    if facts.refused_tries < t.beyond_tries:
        return None
    figures = {"tries": facts.refused_tries, "plants": facts.refused_plants}
    return Finding("beyond_balance", t.notice_score, facts.refused_rows, figures)


def quota_pace(facts: LicenseeFacts, t: Thresholds) -> Finding | None:
    """The quota is nearly used up before the season is half over, and far ahead of the neighbours."""
    if not facts.quota_plants or facts.season_elapsed * 100 >= t.pace_season_percent:
        return None
    pace = facts.activated_plants / facts.quota_plants
    fast = pace * 100 >= t.pace_percent
    ahead = False
    if len(facts.peer_paces) >= t.pace_least_peers:
        spread = max(pstdev(facts.peer_paces), 0.02)
        ahead = (pace - fmean(facts.peer_paces)) / spread > t.pace_sigmas_tenths / 10
    if not fast and not ahead:
        return None
    figures = {"used_percent": round(pace * 100), "season_percent": round(facts.season_elapsed * 100)}
    return Finding("quota_pace", t.notice_score, (), figures)


def surfaced_unsold(facts: LicenseeFacts, t: Thresholds) -> Finding | None:
    """More codes came up away from home than the licensee ever sold there without an order of ours.

    Sold against activated against looked up: a label that somebody reads in another province hangs on a
    plant that went there, so a sale there must be on record.
    """
    came_up = sum(n for batch in facts.surfaced_by_batch for place, n in batch.items() if place != facts.home)
    plants = sum(n for place, n in facts.sold_without_code_by_province.items() if place != facts.home)
    sold = plants / max(facts.plants_per_code, 1.0)
    allowed = sold * t.surfaced_percent / 100 + t.surfaced_sigmas_tenths / 10 * sqrt(sold)
    if came_up < t.surfaced_least or came_up <= allowed:
        return None
    return Finding(
        "surfaced_unsold", t.suspect_score, facts.evidence, {"codes": came_up, "sold": round(sold)}
    )


def surfaced_where_not_sold(facts: LicenseeFacts, t: Thresholds) -> Finding | None:
    """Codes come up in provinces to which the licensee sold nothing at all.

    A batch of labels that came up mostly in one province where there was a sale is a delivery to a dealer,
    whose customers live where they like: it is left out.
    """
    sold = facts.sold_without_code_by_province
    strange: Counter[str] = Counter()
    looked = 0
    for batch in facts.surfaced_by_batch:
        most = max((n for place, n in batch.items() if sold.get(place)), default=0)
        if most * 100 >= t.delivery_percent * sum(batch.values()):
            continue
        away = {place: n for place, n in batch.items() if place != facts.home}
        looked += sum(away.values())
        strange.update({place: n for place, n in away.items() if not sold.get(place)})
    codes = strange.total() - round(sold.get(UNKNOWN, 0) / max(facts.plants_per_code, 1.0))
    activated = facts.activated_plants / max(facts.plants_per_code, 1.0)
    enough = codes >= t.strange_least and codes * 1000 >= t.strange_per_mille * activated
    if not enough or codes * 100 < t.strange_percent * looked:
        return None
    return Finding(
        "surfaced_where_not_sold",
        t.suspect_score,
        facts.evidence,
        {"codes": codes, "of": looked, "provinces": "、".join(sorted(strange))},
    )


def sales_gap(facts: LicenseeFacts, t: Thresholds) -> Finding | None:
    """More plants left with codes than the ledger knows as sold: a sale is missing, or a label was given away."""
    gap = facts.sent_plants - facts.sold_plants
    if gap < t.gap_least_plants or gap * 100 < t.gap_percent * max(facts.sent_plants, 1):
        return None
    figures = {
        "activated": facts.activated_plants,
        "sent": facts.sent_plants,
        "accepted": facts.accepted_plants,
        "sold": facts.sold_plants,
    }
    return Finding("sales_gap", t.notice_score, (), figures)


def odd_hours(facts: LicenseeFacts, t: Thresholds) -> Finding | None:
    """Many codes are activated in the dead of night, when nobody hangs labels on trees."""
    if facts.odd_hour_codes < t.odd_codes:
        return None
    return Finding("odd_hours", t.notice_score, (), {"codes": facts.odd_hour_codes})


LICENSEE_RULES: dict[str, LicenseeRule] = {
    "beyond_balance": beyond_balance,
    "quota_pace": quota_pace,
    "surfaced_unsold": surfaced_unsold,
    "surfaced_where_not_sold": surfaced_where_not_sold,
    "sales_gap": sales_gap,
    "odd_hours": odd_hours,
}


def judge_licensee(facts: LicenseeFacts, t: Thresholds) -> list[Finding]:
    """Every rule about a licensee that fires."""
    return [finding for rule in LICENSEE_RULES.values() if (finding := rule(facts, t)) is not None]
