"""Each rule about a code at the edge of what it names: the last moment, the last kilometre, the last party too many."""

from datetime import UTC, datetime, timedelta

import pytest

from traceability.alarms.rules.facts import (
    Alert,
    CodeFacts,
    Finding,
    InnerAttempt,
    Life,
    Look,
    NetworkFacts,
    PersonReport,
    Proof,
)
from traceability.alarms.rules.judging import alert_of, judge_code, score_of, unknown_burst
from traceability.alarms.rules.parties import count_parties
from traceability.alarms.rules.thresholds import DEFAULTS as T
from traceability.lookups.rules.provinces import distance_km

T0 = datetime(2026, 3, 1, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SENT, ACCEPTED, ENDED = T0 + DAY, T0 + 6 * DAY, T0 + 20 * DAY
HUBEI, ZHEJIANG, GUANGDONG, SICHUAN, BEIJING, TIANJIN = (
    "湖北省",
    "浙江省",
    "广东省",
    "四川省",
    "北京市",
    "天津市",
)
UNUSED = {"life": Life.UNUSED, "activated_at": None, "sent_at": None, "destination": None}
GONE = {"life": Life.ENDED, "ended_at": ENDED}
NEVER_USED = GONE | {"activated_at": None, "sent_at": None}
RECEIVED = {"life": Life.ACCEPTED, "accepted_at": ACCEPTED}


def look(number, at, province, *, until=None, who=None):
    """One stranger's look-up; `who` folds several into one party."""
    name = who or f"party {number}"
    return Look(number, at, until or at, name, name, name, name, province)


def found(rule, *looks, **values):
    """What one rule finds in a plant that was sent from Hubei to Zhejiang, long ago."""
    known = {
        "at": T0 + 400 * DAY,
        "life": Life.SENT,
        "is_bundle": False,
        "home": HUBEI,
        "destination": ZHEJIANG,
        "activated_at": T0,
        "sent_at": SENT,
    }
    facts = CodeFacts(**(known | values), looks=tuple(sorted(looks, key=lambda one: one.first_at)))
    return next((one for one in judge_code(facts, T) if one.rule == rule), None)


def points(rule, *looks, **values):
    finding = found(rule, *looks, **values)
    return finding.points if finding else 0


@pytest.mark.parametrize(
    ("values", "province", "expected"),
    [
        (UNUSED, HUBEI, 0),
        (UNUSED, ZHEJIANG, 25),
        (UNUSED, None, 25),
        (UNUSED | {"home": None}, HUBEI, 25),
        (UNUSED | {"home": None}, None, 25),
        (NEVER_USED, HUBEI, 0),
        (NEVER_USED, ZHEJIANG, 25),
        (GONE, HUBEI, 30),
        (GONE, ZHEJIANG, 30),
        ({"activated_at": None}, ZHEJIANG, 0),
        ({}, GUANGDONG, 0),
        (RECEIVED | {"ended_at": ENDED}, GUANGDONG, 0),
    ],
)
def test_a_code_on_no_plant_is_looked_up_by_strangers(values, province, expected):
    late = ENDED + 9 * DAY
    assert points("not_active", look(1, late, province), **values) == expected
    twice = found("not_active", look(1, late, province), look(2, late + 9 * DAY, province), **values)
    assert (twice.points if twice else 0) == 2 * expected
    assert (twice.evidence if twice else ()) == ((1, 2) if expected else ())


@pytest.mark.parametrize(("after", "counts"), [(DAY - SECOND, False), (DAY, False), (DAY + SECOND, True)])
def test_an_ended_code_may_still_be_looked_up_for_a_day(after, counts):
    assert bool(points("not_active", look(1, ENDED + after, ZHEJIANG), **GONE)) == counts
    first_long_before = look(1, SENT + DAY, ZHEJIANG, until=ENDED + after)
    assert bool(points("not_active", first_long_before, **GONE)) == counts


@pytest.mark.parametrize(
    ("moment", "values", "counts"),
    [
        (SENT - SECOND, {}, False),
        (SENT, {}, False),
        (SENT + SECOND, {}, True),
        (ACCEPTED - SECOND, RECEIVED, True),
        (ACCEPTED, RECEIVED, True),
        (ACCEPTED + SECOND, RECEIVED, False),
        (ACCEPTED + SECOND, {}, True),
        (SENT + SECOND, {"life": Life.RECALLED}, True),
        (SENT + SECOND, GONE, False),
        (SENT + SECOND, {"life": Life.UNUSED}, False),
    ],
)
def test_a_plant_on_its_way_is_seen_where_it_should_not_be(moment, values, counts):
    assert points("elsewhere", look(1, moment, GUANGDONG), **values) == (15 if counts else 0)


@pytest.mark.parametrize("province", [HUBEI, ZHEJIANG, None])
def test_home_and_destination_are_where_it_should_be(province):
    assert points("elsewhere", look(1, SENT + DAY, province)) == 0


def test_provinces_count_once_however_many_look_there():
    finding = found(
        "elsewhere",
        look(1, SENT + DAY, GUANGDONG),
        look(2, SENT + 3 * DAY, SICHUAN),
        look(3, SENT + 5 * DAY, GUANGDONG),
        look(4, SENT + 7 * DAY, ZHEJIANG),
    )
    assert (finding.points, finding.evidence) == (2 * 15, (1, 2, 3))
    assert finding.figures == {"parties": 3, "provinces": "广东省、四川省", "destination": ZHEJIANG}


def test_without_an_order_of_ours_the_first_other_province_is_the_buyers():
    unsold = {"destination": None, "sent_at": None, "life": Life.ACTIVE}
    first = look(1, T0 + DAY, GUANGDONG)
    assert points("elsewhere", first, **unsold) == 0
    assert points("elsewhere", first, look(2, T0 + 9 * DAY, GUANGDONG), **unsold) == 0
    finding = found("elsewhere", first, look(2, T0 + 9 * DAY, SICHUAN), **unsold)
    assert (finding.points, finding.evidence, finding.figures["destination"]) == (15, (2,), "")


@pytest.mark.parametrize(
    ("after", "province", "expected"),
    [
        (timedelta(0), GUANGDONG, 0),
        (SECOND, GUANGDONG, 15),
        (SECOND, ZHEJIANG, 0),
        (30 * DAY, ZHEJIANG, 0),
        (30 * DAY + SECOND, ZHEJIANG, 4),
        (30 * DAY + SECOND, GUANGDONG, 15),
        (30 * DAY, None, 0),
        (30 * DAY + SECOND, None, 4),
        (-SECOND, GUANGDONG, 0),
    ],
)
def test_new_parties_after_acceptance_count_at_once_elsewhere_and_late_at_the_buyers(
    after, province, expected
):
    assert points("after_acceptance", look(1, ACCEPTED + after, province), **RECEIVED) == expected
    ended = RECEIVED | GONE
    assert points("after_acceptance", look(1, ACCEPTED + after, province), **ended) == 0
    assert points("after_acceptance", look(1, ACCEPTED + after, province)) == 0


def test_after_acceptance_provinces_and_late_parties_add_up():
    late = ACCEPTED + 40 * DAY
    finding = found(
        "after_acceptance",
        look(1, ACCEPTED - DAY, ZHEJIANG),
        look(2, ACCEPTED + DAY, GUANGDONG),
        look(3, ACCEPTED + 3 * DAY, GUANGDONG),
        look(4, ACCEPTED + 5 * DAY, SICHUAN),
        look(5, late, ZHEJIANG),
        look(6, late + 9 * DAY, None),
        **RECEIVED,
    )
    assert (finding.points, finding.evidence) == (2 * 15 + 2 * 4, (2, 3, 4, 5, 6))
    assert finding.figures == {"away": 3, "provinces": "广东省、四川省", "late": 2}


WAY = distance_km(ZHEJIANG, BEIJING) - T.travel_slack_km
JUST = timedelta(hours=WAY / T.travel_speed_km_h)
START = SENT + DAY


@pytest.mark.parametrize(
    ("apart", "values", "expected"),
    [
        (JUST - SECOND, {}, 10),
        (JUST + SECOND, {}, 0),
        (timedelta(0), {}, 10),
        (JUST - SECOND, {"life": Life.UNUSED}, 0),
        (JUST - SECOND, {"sent_at": None}, 10),
        (JUST - SECOND, {"sent_at": START - SECOND}, 10),
        (JUST - SECOND, {"sent_at": START}, 0),
        (JUST - SECOND, {"sent_at": START + SECOND}, 0),
    ],
)
def test_no_plant_travels_faster_than_a_lorry(apart, values, expected):
    looks = look(1, START, ZHEJIANG), look(2, START + apart, BEIJING)
    assert points("impossible_travel", *looks, **values) == expected


def test_the_speed_that_is_told_is_that_of_the_fastest_pair_and_never_less_than_a_minute_long():
    def speed(*looks):
        return found("impossible_travel", *looks).figures["speed_km_h"]

    assert speed(look(1, START, ZHEJIANG), look(2, START + HOUR, BEIJING)) == round(WAY)
    assert speed(look(1, START, ZHEJIANG), look(2, START, BEIJING)) == round(WAY * 60)
    slow_and_fast = [
        look(1, START, ZHEJIANG),
        look(2, START + HOUR, BEIJING),
        look(3, START + 30 * DAY, ZHEJIANG),
        look(4, START + 30 * DAY + 2 * HOUR, BEIJING),
    ]
    assert speed(*slow_and_fast) == round(WAY)
    assert speed(*reversed(slow_and_fast)) == round(WAY)


@pytest.mark.parametrize(
    "looks",
    [
        # Neighbours across a border.
        (look(1, START, BEIJING), look(2, START, TIANJIN)),
        # One and the same province.
        (look(1, START, ZHEJIANG), look(2, START, ZHEJIANG)),
        # One party that moved: a telephone in an aeroplane is no plant.
        (look(1, START, ZHEJIANG, who="a"), look(2, START + HOUR, BEIJING, who="a")),
        # Nobody can tell where.
        (look(1, START, ZHEJIANG), look(2, START, None)),
        (look(1, START, None), look(2, START, None)),
    ],
)
def test_what_explains_itself_is_no_impossible_travel(looks):
    assert points("impossible_travel", *looks) == 0


def test_every_pair_of_parties_counts_once_with_the_looks_that_show_it():
    looks = [
        look(1, START, ZHEJIANG),
        look(2, START + HOUR, BEIJING),
        look(3, START + 9 * DAY, ZHEJIANG, who="party 1"),
        look(4, START + 9 * DAY + HOUR, BEIJING, who="party 2"),
    ]
    assert found("impossible_travel", *looks[:2]).evidence == (1, 2)
    repeated = found("impossible_travel", *looks)
    assert (repeated.points, repeated.figures["pairs"]) == (10, 1)
    third = found("impossible_travel", *looks[:2], look(5, START + 2 * HOUR, GUANGDONG))
    assert (third.points, third.figures["pairs"], third.evidence) == (20, 2, (1, 2, 5))


@pytest.mark.parametrize(
    ("parties", "is_bundle", "place", "expected"),
    [
        (3, False, ZHEJIANG, 0),
        (4, False, ZHEJIANG, 8),
        (5, False, ZHEJIANG, 16),
        (5, True, ZHEJIANG, 0),
        (6, True, ZHEJIANG, 8),
        (3, False, None, 0),
        (4, False, None, 25),
        (5, False, None, 50),
    ],
)
def test_more_parties_than_a_plants_way_explains(parties, is_bundle, place, expected):
    looks = [look(number, SENT + 9 * number * DAY, place) for number in range(1, parties + 1)]
    assert points("too_many", *looks, is_bundle=is_bundle) == expected


def test_one_party_with_a_place_makes_the_others_count_as_usual():
    looks = [look(number, SENT + 9 * number * DAY, None) for number in range(1, 5)]
    seen_once = [*looks[:3], look(4, SENT + 36 * DAY, ZHEJIANG)]
    assert (points("too_many", *looks), points("too_many", *seen_once)) == (25, 8)


@pytest.mark.parametrize(
    ("last", "provinces", "expected"),
    [
        (7 * DAY, (ZHEJIANG, GUANGDONG, SICHUAN), 10),
        (7 * DAY + SECOND, (ZHEJIANG, GUANGDONG, SICHUAN), 0),
        (7 * DAY, (ZHEJIANG, GUANGDONG, GUANGDONG), 0),
        (7 * DAY, (ZHEJIANG, GUANGDONG, None), 0),
    ],
)
def test_three_provinces_within_a_week_are_too_many(last, provinces, expected):
    moments = (timedelta(0), 3 * DAY, last)
    looks = [
        look(number, START + after, province)
        for number, (after, province) in enumerate(zip(moments, provinces, strict=True))
    ]
    assert points("too_many", *looks) == expected


def test_a_week_may_begin_with_any_party():
    looks = [look(9, START, ZHEJIANG)] + [
        look(number, START + (30 + number) * DAY, place)
        for number, place in enumerate((ZHEJIANG, GUANGDONG, SICHUAN))
    ]
    finding = found("too_many", *looks)
    assert finding.figures == {"parties": 4, "expected": 3, "provinces_in_a_week": 3}
    assert finding.points == 8 + 10


def entry(number, who, *, right, network=None, agent=None):
    return InnerAttempt(number, T0, who, right, network or who, agent or who)


@pytest.mark.parametrize(("networks", "expected"), [(0, 0), (1, 0), (2, 0), (3, 10), (4, 20), (7, 50)])
def test_wrong_entries_count_by_the_networks_they_come_from(networks, expected):
    tries = tuple(
        entry(n, f"device {n}", right=False, network=f"n {n % networks}") for n in range(networks * 9)
    )
    assert points("inner_code", inner=tries) == expected
    with_right = (*tries, entry(99, "a", right=True))
    assert points("inner_code", inner=with_right) == expected
    twice = (*with_right, entry(100, "b", right=True))
    assert points("inner_code", inner=twice) == expected + 100


@pytest.mark.parametrize("shared", [{"network": "home"}, {"agent": "one telephone"}])
def test_a_right_entry_from_one_network_or_one_telephone_is_one_persons(shared):
    tries = tuple(entry(n, f"device {n}", right=True, **shared) for n in range(9))
    assert points("inner_code", inner=tries) == 0


def test_a_wrong_try_by_another_party_is_not_a_second_right_one():
    tries = (entry(1, "a", right=True), entry(2, "b", right=False))
    assert points("inner_code", inner=tries) == 0


def report(number, network, day, proof=Proof.NONE):
    return PersonReport(number, T0 + day * DAY, network, proof)


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ((), 0),
        ((report(1, "a", 0),), 20),
        ((report(1, "a", 0), report(2, "a", 9)), 20),
        ((report(1, "a", 0), report(2, "b", 0)), 20),
        ((report(1, "a", 0), report(2, "b", 1)), 40),
        ((report(1, "a", 0), report(2, "b", 0.9)), 40),  # 08:00 and, in Shanghai, 05:36 of the next day
        (tuple(report(n, f"network {n}", n) for n in range(100)), 40),
        ((report(1, "a", 0, Proof.ORDER),), 30),
        ((report(1, "a", 0, Proof.ORDER), report(2, "b", 0, Proof.INNER)), 60),
        ((report(1, "a", 0, Proof.INNER), report(2, "a", 3, Proof.ORDER), report(3, "b", 0)), 50),
    ],
)
def test_strangers_reports_stay_below_a_suspicion_and_proof_counts(reports, expected):
    assert points("reported", reports=reports) == expected


@pytest.mark.parametrize(("others", "expected"), [(0, 0), (1, 5), (3, 15), (4, 15), (50, 15)])
def test_neighbours_strengthen_up_to_a_limit(others, expected):
    assert points("neighbours", reports=(report(1, "a", 0),), neighbours=others) == expected
    assert points("neighbours", neighbours=others) == 0


@pytest.mark.parametrize(
    ("given", "score"), [((), 0), ((20,), 20), ((40, 59), 99), ((40, 60), 100), ((60, 60), 100)]
)
def test_points_add_up_to_a_hundred_at_most(given, score):
    assert score_of(Finding("reported", number) for number in given) == score


@pytest.mark.parametrize(
    ("score", "alert"),
    [
        (0, Alert.QUIET),
        (19, Alert.QUIET),
        (20, Alert.NOTICE),
        (49, Alert.NOTICE),
        (50, Alert.SUSPECT),
        (100, Alert.SUSPECT),
    ],
)
def test_a_score_is_quiet_a_notice_or_a_suspicion(score, alert):
    assert alert_of(score, T) is alert


@pytest.mark.parametrize(("texts", "expected"), [(19, 0), (20, 20), (59, 20), (60, 50)])
def test_whoever_tries_numbers_is_slowed_down_first_and_then_looked_into(texts, expected):
    finding = unknown_burst(NetworkFacts(texts, (3, 4)), T)
    assert (finding.points if finding else 0) == expected
    assert finding is None or (finding.evidence, finding.figures) == ((3, 4), {"texts": texts})


def crowd(count, minutes):
    """So many parties, the last one `minutes` after the first."""
    step = timedelta(minutes=minutes) / (count - 1)
    return [look(number, START + number * step, None) for number in range(count)]


@pytest.mark.parametrize(
    ("count", "minutes", "parties", "in_crowd"),
    [(5, 60, 5, 0), (6, 120, 1, 5), (6, 121, 6, 0), (7, 121, 1, 6), (40, 60, 1, 39)],
)
def test_six_parties_within_two_hours_are_a_crowd_before_one_screen(count, minutes, parties, in_crowd):
    seen = count_parties(crowd(count, minutes), T, at=T0 + 400 * DAY)
    assert (len(seen.parties), seen.crowd) == (parties, in_crowd)


@pytest.mark.parametrize(
    ("after", "counted"), [(10 * DAY, 1), (10 * DAY + SECOND, 2), (40 * DAY, 2), (DAY, 1)]
)
def test_a_straggler_of_the_days_after_belongs_to_the_crowd(after, counted):
    together = crowd(20, 60)  # one in twenty may come late
    late = look(90, together[-1].first_at + after, GUANGDONG)
    assert len(count_parties([*together, late], T, at=T0 + 400 * DAY).parties) == counted
    too_many_late = [look(91, together[-1].first_at + after + HOUR, SICHUAN)]
    assert len(count_parties([*together, late, *too_many_late], T, at=T0 + 400 * DAY).parties) == counted + 1


def test_who_came_before_a_crowd_is_not_of_it():
    before = look(90, START - DAY, GUANGDONG)
    seen = count_parties([before, *crowd(20, 60)], T, at=T0 + 400 * DAY)
    assert [party.province for party in seen.parties] == [GUANGDONG, None]
    assert [party.first_at for party in seen.parties] == [START - DAY, START]


def test_newcomers_may_be_a_gathering_crowd_whatever_came_before_them():
    end = START + 100 * DAY
    newcomers = [look(80, end, ZHEJIANG), look(81, end + SECOND, GUANGDONG)]
    apart = [look(number, START + number * DAY, SICHUAN) for number in range(5)]
    for before, counted in ((apart, 6), (crowd(20, 60), 2)):
        assert len(count_parties([*before, *newcomers], T, at=end + HOUR).parties) == counted
        assert len(count_parties([*before, *newcomers], T, at=end + DAY).parties) == counted + 1


@pytest.mark.parametrize(("judged_after", "counted"), [(2 * HOUR - SECOND, 1), (2 * HOUR, 2), (3 * HOUR, 2)])
def test_of_parties_that_may_be_a_gathering_crowd_only_the_first_counts_yet(judged_after, counted):
    looks = [look(1, START, ZHEJIANG), look(2, START + SECOND, GUANGDONG)]
    assert len(count_parties(looks, T, at=START + judged_after).parties) == counted
