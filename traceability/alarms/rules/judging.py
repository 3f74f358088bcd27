"""The rules about one code, and about a network: each named, each answers points with what they rest on. Pure.

`docs/rules.md` tells each rule in words. Points add up; a score leads to a notice or to a suspicion, which
opens a case. No score ever confirms anything, changes a code's state or says on its page that it is doubted:
people do that.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from core.clock import local_day
from traceability.alarms.rules.facts import Alert, CodeFacts, Finding, Life, NetworkFacts, Proof
from traceability.alarms.rules.parties import Party, PartyCount, count_parties, independent_people
from traceability.alarms.rules.thresholds import Thresholds
from traceability.lookups.rules.provinces import distance_km

HIGHEST = 100
WEEK = timedelta(days=7)

CodeRule = Callable[[CodeFacts, PartyCount, Thresholds], Finding | None]


def _ids(parties: Iterable[Party]) -> tuple[int, ...]:
    return tuple(sorted(number for party in parties for number in party.ids))


def _provinces(parties: Iterable[Party]) -> list[str]:
    return list(dict.fromkeys(party.province for party in parties if party.province is not None))


def not_active(facts: CodeFacts, seen: PartyCount, t: Thresholds) -> Finding | None:
    """A code that hangs on no plant, or was voided or returned, is looked up.

    Before activation the grower's own province is left out: labels are tried after printing.
    """
    if facts.life is Life.UNUSED or (facts.activated_at is None and facts.life is Life.ENDED):
        strangers = [party for party in seen.parties if party.province != facts.home or facts.home is None]
        points = t.not_active_party_points
    elif facts.life is Life.ENDED and facts.ended_at is not None:
        since = facts.ended_at + timedelta(hours=t.ended_grace_hours)
        strangers = [party for party in seen.parties if party.looks[-1].last_at > since]
        points = t.ended_party_points
    else:
        return None
    if not strangers:
        return None
    return Finding("not_active", points * len(strangers), _ids(strangers), {"parties": len(strangers)})


def elsewhere(facts: CodeFacts, seen: PartyCount, t: Thresholds) -> Finding | None:
    """Look-ups before acceptance in provinces where the plant should not be.

    Expected are the grower's province and the destination; for a plant that was not sold by an order of
    ours, the first other province is taken for its buyer's.
    """
    if facts.life in {Life.UNUSED, Life.ENDED}:
        return None
    until = facts.accepted_at
    before = [party for party in seen.parties if until is None or party.first_at <= until]
    if facts.sent_at is not None:
        sent_at = facts.sent_at
        before = [party for party in before if party.first_at > sent_at]
    expected = {facts.home, facts.destination}
    foreign = [party for party in before if party.province is not None and party.province not in expected]
    if facts.destination is None and foreign:
        foreign = [party for party in foreign if party.province != foreign[0].province]
    provinces = _provinces(foreign)
    if not provinces:
        return None
    return Finding(
        "elsewhere",
        t.elsewhere_points * len(provinces),
        _ids(foreign),
        {"parties": len(foreign), "provinces": "、".join(provinces), "destination": facts.destination or ""},
    )


def after_acceptance(facts: CodeFacts, seen: PartyCount, t: Thresholds) -> Finding | None:
    """New parties after the buyer accepted: in another province at once, in the same one after a while."""
    accepted = facts.accepted_at
    if accepted is None or facts.life is Life.ENDED:
        return None
    fresh = [party for party in seen.parties if party.first_at > accepted]
    late = accepted + timedelta(days=t.after_acceptance_days)
    away = [party for party in fresh if party.province is not None and party.province != facts.destination]
    here = [party for party in fresh if party not in away and party.first_at > late]
    points = t.after_acceptance_points * len(_provinces(away)) + t.after_acceptance_here_points * len(here)
    if not points:
        return None
    return Finding(
        "after_acceptance",
        points,
        _ids([*away, *here]),
        {"away": len(away), "provinces": "、".join(_provinces(away)), "late": len(here)},
    )


def impossible_travel(facts: CodeFacts, seen: PartyCount, t: Thresholds) -> Finding | None:
    """Two parties in two provinces so soon after one another that no plant travels so fast."""
    if facts.life is Life.UNUSED:
        return None
    start = facts.sent_at
    moments: list[tuple[datetime, int, str, int]] = sorted(
        (moment, place, party.province, look.id)
        for place, party in enumerate(seen.parties)
        if party.province is not None
        for look in party.looks
        for moment in {look.first_at, look.last_at}
        if start is None or moment > start
    )
    pairs: dict[tuple[int, int], tuple[int, int]] = {}
    fastest = 0
    for (at, party_number, here, look), (later, other, there, other_look) in pairwise(moments):
        if party_number == other or here == there:
            continue
        way = distance_km(here, there) - t.travel_slack_km
        hours = max((later - at).total_seconds() / 3600, 1 / 60)
        if way > 0 and way / hours > t.travel_speed_km_h:
            pairs[min(party_number, other), max(party_number, other)] = (look, other_look)
            fastest = max(fastest, round(way / hours))
    if not pairs:
        return None
    evidence = tuple(sorted({number for pair in pairs.values() for number in pair}))
    return Finding(
        "impossible_travel",
        t.travel_points * len(pairs),
        evidence,
        {"pairs": len(pairs), "speed_km_h": fastest},
    )


def too_many(facts: CodeFacts, seen: PartyCount, t: Thresholds) -> Finding | None:
    """More parties than a plant's or bundle's way explains, or too many provinces within a week.

    Where nobody can tell provinces, the other rules are silent, so parties count for more.
    """
    expected = t.parties_expected_bundle if facts.is_bundle else t.parties_expected_unit
    extra = max(0, len(seen.parties) - expected)
    widest = 0
    for place, party in enumerate(seen.parties):
        week = [other for other in seen.parties[place:] if other.first_at - party.first_at <= WEEK]
        widest = max(widest, len(_provinces(week)))
    blind = all(party.province is None for party in seen.parties)
    points = extra * (t.parties_points_blind if blind else t.parties_points)
    points += t.provinces_points if widest >= t.provinces_in_week else 0
    if not points:
        return None
    return Finding(
        "too_many",
        points,
        _ids(seen.parties),
        {"parties": len(seen.parties), "expected": expected, "provinces_in_a_week": widest},
    )


def inner_code(facts: CodeFacts, seen: PartyCount, t: Thresholds) -> Finding | None:
    """Wrong entries of the inner code from many networks; or the right one by two parties.

    One person who tries has to wait (`codes/rules/inner_codes`) and is no pattern. Two telephones of one household count as
    one.
    """
    party_of = {look.device: place for place, party in enumerate(seen.parties) for look in party.looks}
    wrong = [attempt for attempt in facts.inner if not attempt.right]
    networks = {attempt.network for attempt in wrong}
    right = [attempt for attempt in facts.inner if attempt.right]
    right_parties = min(
        len({party_of.get(attempt.device, attempt.device) for attempt in right}),
        independent_people((attempt.network, attempt.agent) for attempt in right),
    )
    points = t.inner_wrong_points * max(0, len(networks) - t.inner_wrong_free)
    points += t.inner_twice_points if right_parties > 1 else 0
    if not points:
        return None
    rests_on = tuple(attempt.id for attempt in facts.inner)
    figures = {"wrong": len(wrong), "wrong_networks": len(networks), "right_parties": right_parties}
    return Finding("inner_code", points, rests_on, figures)


def reported(facts: CodeFacts, _seen: PartyCount, t: Thresholds) -> Finding | None:
    """People reported this very code. Strangers alert people and no more, however many they are.

    Of reports without proof one a network and one a day counts, and together they stay below a suspicion; whoever proves
    to hold the goods counts by itself, one a network.
    """
    if not facts.reports:
        return None
    strangers = [report for report in facts.reports if report.proof is Proof.NONE]
    proven = {report.network for report in facts.reports if report.proof is not Proof.NONE}
    days = {local_day(report.at) for report in strangers}
    counted = min(len({report.network for report in strangers}), len(days))
    points = min(t.report_points * counted, t.report_most_points) + t.report_proven_points * len(proven)
    return Finding(
        "reported",
        points,
        tuple(report.id for report in facts.reports),
        {
            "reports": len(facts.reports),
            "networks": len({report.network for report in facts.reports}),
            "days": len({local_day(report.at) for report in facts.reports}),
            "proven": len(proven),
        },
    )


def neighbours(facts: CodeFacts, _seen: PartyCount, t: Thresholds) -> Finding | None:
    """Other codes of the same batch are on notice, reported or confirmed; alone this never makes a suspicion."""
    points = min(t.neighbour_points * facts.neighbours, t.neighbour_most_points)
    return Finding("neighbours", points, (), {"codes": facts.neighbours}) if points else None


CODE_RULES: dict[str, CodeRule] = {
    "not_active": not_active,
    "elsewhere": elsewhere,
    "after_acceptance": after_acceptance,
    "impossible_travel": impossible_travel,
    "too_many": too_many,
    "inner_code": inner_code,
    "reported": reported,
    "neighbours": neighbours,
}


def judge_code(facts: CodeFacts, t: Thresholds) -> list[Finding]:
    """Every rule about a code that fires; `neighbours` only strengthens what fired by itself."""
    seen = count_parties(facts.looks, t, at=facts.at)
    findings = [finding for rule in CODE_RULES.values() if (finding := rule(facts, seen, t)) is not None]
    return findings if any(finding.rule != "neighbours" for finding in findings) else []


def unknown_burst(facts: NetworkFacts, t: Thresholds) -> Finding | None:
    """One network asks for many texts that are no code: somebody is trying numbers."""
    if facts.texts < t.burst_challenge_texts:
        return None
    points = t.suspect_score if facts.texts >= t.burst_case_texts else t.notice_score
    return Finding("unknown_burst", points, facts.looks, {"texts": facts.texts})


def inner_burst(facts: NetworkFacts, t: Thresholds) -> Finding | None:
    """One network enters wrong inner codes for many labels."""
    if facts.inner_codes < t.inner_burst_notice:
        return None
    points = t.suspect_score if facts.inner_codes >= t.inner_burst_case else t.notice_score
    return Finding("inner_burst", points, facts.entries, {"codes": facts.inner_codes})


NETWORK_RULES = {"unknown_burst": unknown_burst, "inner_burst": inner_burst}


def judge_network(facts: NetworkFacts, t: Thresholds) -> list[Finding]:
    """Every rule about a network that fires."""
    return [finding for rule in NETWORK_RULES.values() if (finding := rule(facts, t)) is not None]


def score_of(findings: Iterable[Finding]) -> int:
    """The points together, at most 100."""
    return min(HIGHEST, sum(finding.points for finding in findings))


def alert_of(score: int, t: Thresholds) -> Alert:
    """What a score leads to."""
    if score >= t.suspect_score:
        return Alert.SUSPECT
    return Alert.NOTICE if score >= t.notice_score else Alert.QUIET
