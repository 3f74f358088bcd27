"""Each rule about a code, by table: what fires it, what must not, and how loud it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.alarms.rules.facts import (
    Alert,
    CodeFacts,
    InnerAttempt,
    Life,
    Look,
    NetworkFacts,
    PersonReport,
)
from traceability.alarms.rules.judging import alert_of, judge_code, judge_network, score_of, unknown_burst
from traceability.alarms.rules.parties import count_parties, parties_of
from traceability.alarms.rules.thresholds import DEFAULTS, names_by_rule, problems_of, thresholds_from

T0 = datetime(2026, 3, 1, tzinfo=UTC)
SENT, ACCEPTED = T0 + timedelta(days=1), T0 + timedelta(days=6)
LATER = T0 + timedelta(days=200)
HUBEI, ZHEJIANG, GUANGDONG, SICHUAN, BEIJING = "湖北省", "浙江省", "广东省", "四川省", "北京市"


def look(number, day, province, *, name=None, agent=None, network=None):
    who = name or f"party {number}"
    at = T0 + timedelta(days=day)
    return Look(number, at, at, who, who, agent or who, network or who, province)


def facts(*looks, **values):
    known = {
        "at": LATER,
        "life": Life.SENT,
        "is_bundle": False,
        "home": HUBEI,
        "destination": ZHEJIANG,
        "activated_at": T0,
        "sent_at": SENT,
    }
    return CodeFacts(**(known | values), looks=tuple(sorted(looks, key=lambda one: one.first_at)))


def fired(found):
    return {one.rule: one.points for one in judge_code(found, DEFAULTS)}


def alert(found):
    return alert_of(score_of(judge_code(found, DEFAULTS)), DEFAULTS)


ACCEPTED_CODE = {"life": Life.ACCEPTED, "accepted_at": ACCEPTED}
UNSOLD = {"life": Life.ACTIVE, "destination": None, "sent_at": None}


@pytest.mark.parametrize(
    ("looks", "values", "rules"),
    [
        # The buyer looks, at home and again, with two telephones of the household.
        ([look(1, 5, ZHEJIANG), look(2, 9, ZHEJIANG)], {}, set()),
        # One guest elsewhere is not enough for a notice.
        ([look(1, 5, ZHEJIANG), look(2, 9, GUANGDONG)], {}, {"elsewhere"}),
        # The grower's province is expected on the way.
        ([look(1, 2, HUBEI)], {}, set()),
        # Before the parcel left nobody was to be anywhere yet.
        ([look(1, 0.5, GUANGDONG)], {}, set()),
        # After acceptance.
        ([look(1, 5, ZHEJIANG), look(2, 9, GUANGDONG)], ACCEPTED_CODE, {"after_acceptance"}),
        ([look(1, 5, ZHEJIANG), look(2, 20, ZHEJIANG)], ACCEPTED_CODE, set()),
        ([look(1, 5, ZHEJIANG), look(2, 60, ZHEJIANG)], ACCEPTED_CODE, {"after_acceptance"}),
        # A code on no plant: trying it at home is the grower's business.
        ([look(1, 3, HUBEI)], {"life": Life.UNUSED, "activated_at": None, "sent_at": None}, set()),
        (
            [look(1, 3, GUANGDONG)],
            {"life": Life.UNUSED, "activated_at": None, "sent_at": None, "destination": None},
            {"not_active"},
        ),
        ([look(1, 3, ZHEJIANG)], {"life": Life.ENDED, "ended_at": T0 + timedelta(days=1)}, {"not_active"}),
        ([look(1, 1.5, ZHEJIANG)], {"life": Life.ENDED, "ended_at": T0 + timedelta(days=1)}, set()),
        # Sold without an order of ours: the first province is taken for the buyer's.
        ([look(1, 3, GUANGDONG)], UNSOLD, set()),
        ([look(1, 3, GUANGDONG), look(2, 9, SICHUAN)], UNSOLD, {"elsewhere"}),
        # A thousand kilometres in half an hour.
        ([look(1, 5, ZHEJIANG), look(2, 5.02, BEIJING)], {}, {"elsewhere", "impossible_travel"}),
        ([look(1, 5, ZHEJIANG), look(2, 6, BEIJING)], {}, {"elsewhere"}),
    ],
)
def test_a_rule_fires_for_what_it_names_and_for_nothing_else(looks, values, rules):
    assert set(fired(facts(*looks, **values))) == rules


def test_many_parties_count_and_a_bundle_has_more_hands():
    looks = [look(n, 2 + 9 * n, ZHEJIANG) for n in range(1, 6)]
    assert fired(facts(*looks)) == {"too_many": 2 * DEFAULTS.parties_points}
    assert fired(facts(*looks, is_bundle=True)) == {}


def test_without_places_parties_count_for_more():
    looks = [look(n, 2 + 9 * n, None) for n in range(1, 7)]
    assert fired(facts(*looks)) == {"too_many": 3 * DEFAULTS.parties_points_blind}
    assert alert(facts(*looks)) is Alert.SUSPECT


def test_a_copy_sold_all_over_the_country_is_suspected():
    looks = [look(n, 3 + 2 * n, place) for n, place in enumerate((GUANGDONG, SICHUAN, BEIJING, "山东省"))]
    assert alert(facts(*looks)) is Alert.SUSPECT


def test_a_household_is_one_party_and_so_is_a_telephone_that_changes_its_address():
    home = [
        look(1, 3, ZHEJIANG, name="wireless", agent="a"),
        look(2, 4, ZHEJIANG, name="wireless", agent="b"),
    ]
    moved = look(3, 5, ZHEJIANG, agent="a", network="carrier")
    assert len(parties_of([*home, moved])) == 1
    assert len(parties_of([*home, look(4, 5, GUANGDONG, agent="a", network="carrier")])) == 2


def crowd(day, n, first=100):
    places = [GUANGDONG, SICHUAN, BEIJING, ZHEJIANG, "山东省"]
    return [look(first + i, day + i * 0.001, places[i % 5]) for i in range(n)]


def test_a_crowd_before_a_screen_is_no_copy_but_what_comes_later_is():
    stream = crowd(10, 40)
    assert fired(facts(*stream, **UNSOLD)) == {}
    stragglers = [look(1, 12, GUANGDONG), look(2, 13, SICHUAN)]
    assert fired(facts(*stream, *stragglers, **UNSOLD)) == {}
    copies = [
        look(n, 30 + 3 * n, place)
        for n, place in enumerate((GUANGDONG, SICHUAN, BEIJING, "山东省", "河南省"))
    ]
    assert alert(facts(*stream, *copies, **UNSOLD)) is Alert.SUSPECT


def test_a_crowd_that_is_gathering_is_not_mistaken_for_copies():
    for n in range(2, 30):
        gathering = crowd(10, n)
        assert fired(facts(*gathering, at=gathering[-1].first_at, **UNSOLD)) == {}


def entry(number, who, *, right, network=None):
    return InnerAttempt(number, T0, who, right, network or who, who)


def test_the_inner_code():
    slip = [entry(1, "a", right=False), entry(2, "a", right=True)]
    assert fired(facts(inner=tuple(slip))) == {}
    twice = [*slip, entry(3, "b", right=True)]
    assert alert(facts(inner=tuple(twice))) is Alert.SUSPECT
    family = [look(1, 3, ZHEJIANG, name="a", agent="x"), look(2, 3, ZHEJIANG, name="b", agent="x")]
    assert fired(facts(*family, inner=tuple(twice))) == {}
    one_who_tries = tuple(entry(n, "a", right=False) for n in range(50))
    assert fired(facts(inner=one_who_tries)) == {}
    many = tuple(entry(n, f"stranger {n}", right=False) for n in range(7))
    assert alert(facts(inner=many)) is Alert.SUSPECT


def test_a_network_that_tries_the_inner_codes_of_many_labels():
    for tried, rules in ((4, []), (5, ["inner_burst"]), (10, ["inner_burst"])):
        assert [one.rule for one in judge_network(NetworkFacts(0, (), tried), DEFAULTS)] == rules
    assert alert_of(score_of(judge_network(NetworkFacts(0, (), 10), DEFAULTS)), DEFAULTS) is Alert.SUSPECT


def test_everything_behind_one_network_is_one_party():
    """Fourteen names of programs, and as many addresses of one /48, are nobody but their owner."""
    looks = [look(n, 2 + 9 * n, ZHEJIANG, network="one") for n in range(14)]
    assert len(parties_of(looks)) == 1
    assert fired(facts(*looks)) == {}


def test_neighbours_strengthen_but_never_accuse():
    alone = facts(neighbours=50)
    assert fired(alone) == {}
    with_report = replace(alone, reports=(PersonReport(7, T0, 1),))
    assert fired(with_report) == {"reported": 20, "neighbours": 15}
    assert alert(with_report) is Alert.NOTICE


def test_a_burst_is_a_notice_first_and_a_case_later():
    assert unknown_burst(NetworkFacts(DEFAULTS.burst_challenge_texts - 1), DEFAULTS) is None
    assert (
        unknown_burst(NetworkFacts(DEFAULTS.burst_challenge_texts), DEFAULTS).points == DEFAULTS.notice_score
    )
    assert unknown_burst(NetworkFacts(DEFAULTS.burst_case_texts), DEFAULTS).points == DEFAULTS.suspect_score


looks_at_random = st.lists(
    st.builds(
        lambda number, day, place, who, agent, net: look(
            number, day, place, name=who, agent=agent, network=net
        ),
        st.integers(1, 10**6),
        st.floats(0, 150),
        st.sampled_from([None, HUBEI, ZHEJIANG, GUANGDONG, SICHUAN]),
        st.sampled_from("abcdefgh"),
        st.sampled_from("xyz"),
        st.sampled_from("mn"),
    ),
    max_size=25,
)


@given(looks_at_random)
def test_every_look_belongs_to_exactly_one_party_whatever_the_order(looks):
    parties = parties_of(looks)
    assert sorted(n for party in parties for n in party.ids) == sorted(one.id for one in looks)
    assert {frozenset(p.ids) for p in parties} == {frozenset(p.ids) for p in parties_of(looks[::-1])}
    seen = count_parties(sorted(looks, key=lambda one: one.first_at), DEFAULTS, at=LATER)
    assert len(seen.parties) + seen.crowd <= len(parties)


@given(looks_at_random, st.sampled_from(list(Life)))
def test_points_rest_on_look_ups_that_exist(looks, life):
    given_facts = facts(*looks, life=life, ended_at=T0 if life is Life.ENDED else None)
    ids = {one.id for one in looks}
    for finding in judge_code(given_facts, DEFAULTS):
        assert finding.points > 0
        assert set(finding.evidence) <= ids
    assert 0 <= score_of(judge_code(given_facts, DEFAULTS)) <= 100


def test_thresholds_come_back_as_they_were_kept_and_know_their_ranges():
    assert thresholds_from(DEFAULTS.as_values()) == DEFAULTS
    assert thresholds_from({"suspect_score": 60, "gone_since": 1}).suspect_score == 60
    assert problems_of(DEFAULTS.as_values()) == {}
    assert problems_of({"suspect_score": 101})["suspect_score"] == (2, 100)
    assert "suspect_score" in problems_of({"notice_score": 60, "suspect_score": 50})
    assert sum(len(names) for names in names_by_rule().values()) == len(DEFAULTS.as_values())
