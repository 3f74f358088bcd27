"""Each rule about a licensee's season at the edge of what it names."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from traceability.alarms.rules.facts import LicenseeFacts, Look
from traceability.alarms.rules.licensees import judge_licensee, where_surfaced
from traceability.alarms.rules.thresholds import DEFAULTS as T

HUBEI, ZHEJIANG, GUANGDONG, SICHUAN = "湖北省", "浙江省", "广东省", "四川省"
QUIET = LicenseeFacts(home=HUBEI, quota_plants=1000, activated_plants=400, season_elapsed=0.5)


def found(rule, **values):
    return next((one for one in judge_licensee(replace(QUIET, **values), T) if one.rule == rule), None)


@pytest.mark.parametrize(("activated", "over"), [(999, None), (1000, None), (1001, 1), (1500, 500)])
def test_not_one_plant_more_than_the_land_was_approved_for(activated, over):
    finding = found("beyond_balance", activated_plants=activated)
    assert (finding.figures["over"] if finding else None) == over
    assert finding is None or finding.points == 50


@pytest.mark.parametrize(("tries", "noticed"), [(2, False), (3, True)])
def test_three_refusals_are_a_notice(tries, noticed):
    assert (found("beyond_balance", refused_tries=tries) is not None) == noticed


@pytest.mark.parametrize(
    ("activated", "season", "noticed"),
    [
        (949, 0.3, False),
        (950, 0.3, True),
        (950, 0.49, True),
        (950, 0.5, False),
        (1000, 0.9, False),
    ],
)
def test_a_quota_is_nearly_used_up_before_the_season_is_half_over(activated, season, noticed):
    finding = found("quota_pace", activated_plants=activated, season_elapsed=season)
    assert (finding is not None) == noticed
    assert finding is None or finding.figures == {
        "used_percent": activated // 10,
        "season_percent": round(season * 100),
    }


def test_without_quota_there_is_no_pace():
    assert found("quota_pace", quota_plants=0, activated_plants=0, season_elapsed=0.1) is None


@pytest.mark.parametrize(
    ("peers", "noticed"),
    [
        (
            (0.34,) * 5,
            False,
        ),  # 0.40 is exactly three times the least spread of 0.02 ahead of them, within rounding
        ((0.33,) * 5, True),
        ((0.33,) * 4, False),
        ((0.35,) * 5, False),
        ((0.1, 0.2, 0.3, 0.4, 0.5), False),
        ((0.9,) * 5, False),
    ],
)
def test_far_ahead_of_the_neighbours_needs_enough_of_them(peers, noticed):
    slightly_under = 399 if peers == (0.34,) * 5 else 400
    finding = found("quota_pace", activated_plants=slightly_under, season_elapsed=0.3, peer_paces=peers)
    assert (finding is not None) == noticed


@pytest.mark.parametrize(
    ("codes", "sold", "suspected"),
    [
        (15, 0, False),
        (16, 0, True),
        # Sold elsewhere: as many, and three times the root of it.
        (28, 16, False),
        (29, 16, True),
        (40, 25, False),
        (41, 25, True),
    ],
)
def test_more_codes_come_up_than_were_sold_there(codes, sold, suspected):
    finding = found(
        "surfaced_unsold",
        surfaced_by_batch=({GUANGDONG: codes, HUBEI: 500},),
        sold_without_code_by_province={GUANGDONG: sold, HUBEI: 900},
        evidence=(3,),
    )
    assert (finding is not None) == suspected
    if finding:
        assert (finding.points, finding.evidence) == (50, (3,))
        assert finding.figures == {"codes": codes, "sold": sold}


def test_a_code_stands_for_several_plants():
    values = {"surfaced_by_batch": ({GUANGDONG: 29},), "sold_without_code_by_province": {GUANGDONG: 160}}
    assert found("surfaced_unsold", plants_per_code=10.0, **values).figures["sold"] == 16
    assert found("surfaced_unsold", plants_per_code=1.0, **values) is None
    assert found("surfaced_unsold", plants_per_code=0.1, **values) is None  # never less than one plant


def test_batches_and_provinces_add_up_and_home_is_left_out():
    batches = ({GUANGDONG: 5, HUBEI: 90}, {SICHUAN: 6}, {ZHEJIANG: 5})
    assert found("surfaced_unsold", surfaced_by_batch=batches).figures["codes"] == 16
    assert found("surfaced_unsold", surfaced_by_batch=batches[:2]) is None


def strange(batches, *, activated=400, **values):
    finding = found(
        "surfaced_where_not_sold", surfaced_by_batch=batches, activated_plants=activated, **values
    )
    return finding.figures if finding else None


@pytest.mark.parametrize(
    ("codes", "activated", "suspected"),
    [
        (4, 0, False),
        (5, 0, True),
        (5, 333, True),  # fifteen in a thousand
        (5, 334, False),
        (15, 1000, True),
        (14, 1000, False),
    ],
)
def test_enough_codes_come_up_where_nothing_was_sold(codes, activated, suspected):
    assert (strange(({GUANGDONG: codes},), activated=activated) is not None) == suspected


@pytest.mark.parametrize(("elsewhere", "suspected"), [(15, True), (16, False)])
def test_a_quarter_of_what_comes_up_away_from_home_is_enough(elsewhere, suspected):
    """Ten provinces with sales, so that no batch is a delivery to one dealer."""
    names = [f"province {number}" for number in range(elsewhere)]
    batch = {GUANGDONG: 5} | dict.fromkeys(names, 1)
    figures = strange((batch,), activated=0, sold_without_code_by_province=dict.fromkeys(names, 50))
    assert figures == ({"codes": 5, "of": 20, "provinces": GUANGDONG} if suspected else None)


@pytest.mark.parametrize(("at_the_dealers", "suspected"), [(39, True), (40, False)])
def test_a_batch_that_came_up_mostly_where_there_was_a_sale_is_a_delivery(at_the_dealers, suspected):
    batch = {ZHEJIANG: at_the_dealers, GUANGDONG: 100 - at_the_dealers}
    figures = strange((batch,), sold_without_code_by_province={ZHEJIANG: 1})
    assert (figures is not None) == suspected


@pytest.mark.parametrize(("unknown", "left"), [(0, 9), (4, 5), (5, None)])
def test_a_sale_to_nobody_knows_where_speaks_for_the_licensee(unknown, left):
    figures = strange(({GUANGDONG: 6, SICHUAN: 3},), activated=0, sold_without_code_by_province={"": unknown})
    assert (figures["codes"] if figures else None) == left
    assert figures is None or figures["provinces"] == "、".join(sorted([GUANGDONG, SICHUAN]))


@pytest.mark.parametrize(("plants_per_code", "left"), [(0.5, None), (1.0, None), (10.0, 5)])
def test_a_sale_counts_by_the_plants_that_a_code_stands_for(plants_per_code, left):
    values = {"sold_without_code_by_province": {"": 40}, "plants_per_code": plants_per_code}
    figures = strange(({GUANGDONG: 9},), activated=3_000, **values)
    assert (figures["codes"] if figures else None) == left


def test_of_provinces_with_a_sale_the_one_with_most_codes_tells_a_delivery():
    batch = {ZHEJIANG: 40, SICHUAN: 1, GUANGDONG: 59}
    assert strange((batch,), sold_without_code_by_province={ZHEJIANG: 1, SICHUAN: 1}) is None


T0 = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("provinces", "surfaced"),
    [
        ([GUANGDONG, SICHUAN], GUANGDONG),
        ([None, SICHUAN], SICHUAN),
        ([None, None], None),
        ([], None),
        ([ZHEJIANG] * 6, None),  # a crowd before a screen
        ([ZHEJIANG] * 5, ZHEJIANG),
    ],
)
def test_where_a_code_came_up_first(provinces, surfaced):
    looks = [
        Look(number, T0 + timedelta(minutes=number), T0, number, number, number, number, province)
        for number, province in enumerate(provinces)
    ]
    assert where_surfaced(looks, T, at=T0 + timedelta(days=9)) == surfaced


def test_a_sale_of_nothing_is_no_sale():
    assert strange(({GUANGDONG: 9},), sold_without_code_by_province={GUANGDONG: 0}) is not None
    assert strange(({GUANGDONG: 9},), sold_without_code_by_province={GUANGDONG: 1}) is None


@pytest.mark.parametrize(
    ("sent", "sold", "noticed"),
    [
        (1000, 900, True),
        (1000, 901, False),
        (1010, 910, False),  # a hundred are less than a tenth
        (100, 0, True),
        (99, 0, False),
        (900, 1000, False),
        (0, 0, False),
    ],
)
def test_a_tenth_and_at_least_a_hundred_plants_left_without_a_sale(sent, sold, noticed):
    finding = found("sales_gap", sent_plants=sent, sold_plants=sold, accepted_plants=7)
    assert (finding is not None) == noticed
    assert finding is None or finding.figures == {
        "activated": 400,
        "sent": sent,
        "accepted": 7,
        "sold": sold,
    }


@pytest.mark.parametrize(("codes", "noticed"), [(199, False), (200, True)])
def test_two_hundred_codes_at_night_are_a_notice(codes, noticed):
    finding = found("odd_hours", odd_hour_codes=codes)
    assert (finding.points if finding else 0) == (20 if noticed else 0)
