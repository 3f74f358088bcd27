"""A small season with known truth: the rules find the copies and leave the honest alone."""

import pytest

from benchmarks.alarms.seasons import Scale, run_season, run_seasons
from benchmarks.alarms.table import lines, sum_up, target_lines
from benchmarks.alarms.tuning import TUNING_SEEDS
from traceability.alarms.rules.thresholds import DEFAULTS

pytestmark = pytest.mark.slow

SMALL = Scale(growers=10, clone_batches=5, resellers=1, scrapers=2)


@pytest.fixture(scope="module")
def summary():
    return sum_up(run_seasons(range(101, 104), DEFAULTS, SMALL, places=True))


def test_copies_are_found_early_and_honest_codes_left_alone(summary):
    assert summary.genuine_codes > 8_000
    assert summary.false_per_thousand < 1
    assert len(summary.real_clones) == 15
    assert summary.clone_recall >= 0.9
    assert summary.resale_recall >= 2 / 3
    assert sum(texts is not None for texts in summary.scrapers) >= 5
    assert summary.false_networks == 0


def test_strangers_make_no_page_warn_and_people_hear_of_few_attacks(summary):
    """Before, every attacked label's page warned, and most copied codes' pages; now people come first."""
    attacked = summary.pages.griefed
    assert attacked.codes == 3 * SMALL.griefers
    assert attacked.warned_before == attacked.codes
    assert attacked.warned_now == 0
    assert summary.pages.honest.warned_now <= summary.pages.honest.codes / 10_000
    assert summary.pages.copied.with_case >= 0.2 * summary.pages.copied.codes
    for kind in ("devices", "botnet"):
        labels, cases = summary.griefed[kind]
        assert cases == 0 < labels, "masses within hours or from one network are no pattern of copies"


def test_the_table_says_what_was_missed(summary):
    text = "\n".join([*lines(summary), *target_lines(summary)])
    assert f"{summary.genuine_codes:,}" in text
    assert text.count("met   ") + text.count("MISSED") == 4


def test_without_points_nothing_is_found(summary):
    deaf = type(DEFAULTS)(notice_score=999_998, suspect_score=999_999)
    missed = sum_up([run_season(101, deaf, SMALL, places=True)])
    assert missed.clone_recall == 0 < summary.clone_recall
    assert "MISSED" in "\n".join(target_lines(missed))


def test_the_same_seed_is_the_same_season_and_tuning_has_seeds_of_its_own():
    one, other = (run_season(7, DEFAULTS, Scale(6, 1, 1, 1), places=True) for _ in range(2))
    assert one == other
    assert set(TUNING_SEEDS).isdisjoint(range(1, 10_000))
