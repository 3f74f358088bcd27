"""The rules about a licensee's season, by table."""

from dataclasses import replace

import pytest

from traceability.alarms.rules.facts import LicenseeFacts
from traceability.alarms.rules.licensees import judge_licensee
from traceability.alarms.rules.thresholds import DEFAULTS

HUBEI, ZHEJIANG, GUANGDONG, SICHUAN = "湖北省", "浙江省", "广东省", "四川省"
QUIET = LicenseeFacts(home=HUBEI, quota_plants=1000, activated_plants=400, season_elapsed=0.5)


def fired(**values):
    return {one.rule for one in judge_licensee(replace(QUIET, **values), DEFAULTS)}


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({}, set()),
        ({"activated_plants": 1001}, {"beyond_balance"}),
        ({"refused_tries": 2, "refused_plants": 900}, set()),
        ({"refused_tries": 3, "refused_plants": 9}, {"beyond_balance"}),
        ({"activated_plants": 960, "season_elapsed": 0.3}, {"quota_pace"}),
        ({"activated_plants": 960, "season_elapsed": 0.6}, set()),
        ({"season_elapsed": 0.3, "peer_paces": (0.1, 0.12, 0.11, 0.09, 0.1)}, {"quota_pace"}),
        ({"season_elapsed": 0.3, "peer_paces": (0.1, 0.6, 0.3, 0.5, 0.2)}, set()),
        ({"season_elapsed": 0.3, "peer_paces": (0.1, 0.12)}, set()),
        ({"sent_plants": 500, "sold_plants": 500}, set()),
        ({"sent_plants": 500, "sold_plants": 380}, {"sales_gap"}),
        ({"sent_plants": 2000, "sold_plants": 1890}, set()),
        ({"odd_hour_codes": 200}, {"odd_hours"}),
        # Labels given away: they come up all over the country, and nothing was sold there.
        (
            {"surfaced_unsold": 12, "surfaced_by_batch": ({GUANGDONG: 6, SICHUAN: 6},)},
            {"surfaced_where_not_sold"},
        ),
        (
            {
                "surfaced_unsold": 40,
                "surfaced_by_batch": ({GUANGDONG: 20, SICHUAN: 20},),
                "sold_without_code_by_province": {GUANGDONG: 5, SICHUAN: 5},
            },
            {"surfaced_unsold"},
        ),
        # The same codes after orders of an outside shop to the same provinces.
        (
            {
                "surfaced_unsold": 12,
                "surfaced_by_batch": ({GUANGDONG: 6, SICHUAN: 6},),
                "sold_without_code_by_province": {GUANGDONG: 20, SICHUAN: 20},
            },
            set(),
        ),
        # A dealer in Zhejiang whose customers live elsewhere too.
        (
            {
                "surfaced_unsold": 30,
                "surfaced_by_batch": ({ZHEJIANG: 20, GUANGDONG: 6, SICHUAN: 4},),
                "sold_without_code_by_province": {ZHEJIANG: 100},
            },
            set(),
        ),
        # Orders that name no province may have gone anywhere.
        (
            {
                "surfaced_unsold": 12,
                "surfaced_by_batch": ({GUANGDONG: 6, SICHUAN: 6},),
                "sold_without_code_by_province": {"": 40},
            },
            set(),
        ),
        # At home everybody may look.
        ({"surfaced_unsold": 40, "surfaced_by_batch": ({HUBEI: 40},)}, set()),
    ],
)
def test_a_season_is_doubted_for_what_the_rule_names(values, rules):
    assert fired(**values) == rules


def test_who_is_refused_again_and_again_is_on_notice_and_who_has_more_is_suspect():
    tried = replace(QUIET, refused_tries=4, refused_plants=200, refused_rows=(7, 9))
    [notice] = judge_licensee(tried, DEFAULTS)
    assert (notice.points, notice.evidence) == (DEFAULTS.notice_score, (7, 9))
    assert notice.figures == {"tries": 4, "plants": 200}
    [suspect] = judge_licensee(replace(tried, activated_plants=1_001), DEFAULTS)
    assert (suspect.points, suspect.figures) == (DEFAULTS.suspect_score, {"over": 1})
