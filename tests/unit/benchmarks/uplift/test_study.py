"""The simulation study with a few seeds: directions, not figures. The figures stand in docs/uplift.md."""

import numpy as np
import pytest

from benchmarks.uplift import naive, table
from benchmarks.uplift.scenarios import LAST_YEAR, SCENARIOS, by_name
from benchmarks.uplift.study import NAIVE, look, summarise
from benchmarks.uplift.worlds import MONTHS, World, draw

SEEDS = range(3)
WINDOW = slice(*LAST_YEAR)


def summary(name):
    scenario = by_name(name)
    return summarise(scenario, [look(scenario, seed) for seed in SEEDS])


def test_a_seed_is_always_the_same_town_and_another_seed_another():
    one, again, other = (draw(World(gaps=0.1), seed).outcome for seed in (1, 1, 2))

    assert np.array_equal(one, again, equal_nan=True)
    assert not np.array_equal(one, other, equal_nan=True)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_town_has_as_many_joiners_as_its_world_says(scenario):
    town = draw(scenario.world, 0)

    assert town.outcome.shape == (scenario.world.growers, MONTHS)
    assert (town.starts < MONTHS).sum() == scenario.world.joiners
    assert town.starts.min() >= scenario.world.first_start
    assert town.starts[town.starts < MONTHS].max() <= scenario.world.last_start


def test_missing_months_are_missing_and_not_without_sales():
    town = draw(by_name("missing months").world, 0)

    assert 0.08 < np.isnan(town.outcome).mean() < 0.2
    assert not np.isnan(draw(World(), 0).outcome).any()


def test_effect_brushing_and_spill_over_move_the_sales_they_should():
    plain = draw(World(effect=0.0), 4)
    member = np.arange(MONTHS) >= plain.starts[:, None]

    def moved(**changes):
        other = draw(World(**{"effect": 0.0, **changes}), 4).outcome
        return tuple(other[cells].sum() / plain.outcome[cells].sum() - 1 for cells in (member, ~member))

    assert moved(effect=0.15) == pytest.approx((0.15, 0.0), abs=0.02)
    assert moved(brushers=1.0, brushed=0.25) == pytest.approx((0.25, 0.0), abs=0.02)
    assert moved(brushers=1.0, brushed=0.25, brushing_flagged=True) == pytest.approx((0.0, 0.0), abs=0.02)
    members, others = moved(spill_over=-0.5)
    assert members == pytest.approx(0.0, abs=0.02)
    assert others < -0.05


def test_without_an_effect_the_estimate_says_none_and_members_sales_say_they_doubled():
    found = summary("no effect")

    assert abs(found.mean) < 0.08
    assert found.headlines == 0
    assert found.closed["G3.zero"] == len(SEEDS)
    assert dict(zip([name for name, _figure in NAIVE], found.naive, strict=True))["members' sales"] > 1


def test_large_growers_first_deceive_an_imputation_in_yuan_but_not_the_estimate():
    found = summary("big growers first")

    assert abs(found.bias_log) < 0.08
    assert found.naive[3] > found.mean + 0.08


def test_brushing_without_the_flag_is_taken_for_an_effect():
    assert summary("brushed orders, not flagged").mean > summary("brushed orders, flagged").mean + 0.03


def test_where_everybody_joined_there_is_no_estimate():
    found = summary("everybody joined")

    assert found.estimates == 0
    assert found.refused == {"no_comparison": len(SEEDS)}
    assert np.isnan(found.coverage)


def test_without_the_gates_the_estimate_is_the_same():
    scenario = by_name("+15 %")
    whole, bare = look(scenario, 1), look(scenario, 1, with_gates=False)

    assert (whole.ratio, whole.low, whole.high, whole.naive) == (bare.ratio, bare.low, bare.high, bare.naive)
    assert (bare.closed, bare.wording, bare.headline) == ((), "", False)
    assert look(by_name("everybody joined"), 1, with_gates=False).refused == "no_comparison"


def test_naive_figures_are_what_their_names_say():
    town = draw(World(), 0)
    now, before = town.outcome[:, 36:48].sum(), town.outcome[:, 24:36].sum()

    assert naive.year_on_year_of_all(town, WINDOW) == pytest.approx(now / before - 1)
    members = town.starts < MONTHS
    assert naive.like_for_like(town, WINDOW) == pytest.approx(
        town.outcome[members, 36:48].sum() / town.outcome[members, 24:36].sum() - 1
    )
    assert naive.year_on_year_of_members(town, WINDOW) > naive.like_for_like(town, WINDOW)


def test_the_tables_hold_a_row_a_scenario_and_name_what_is_outside_of_the_promise():
    rows = [summary(name) for name in ("no effect", "everybody joined")]

    for made in (table.estimates(rows), table.beside_naive(rows), table.gates(rows)):
        lines = made.splitlines()
        assert len(lines) == 4
        assert len({line.count("|") for line in lines}) == 1
    assert "refused" in table.beside_naive(rows)
    assert [one.split(":")[0] for one in table.outside(rows)] == ["no effect"], "3 of 3 are not 93 to 97 %"
    assert table.outside(rows, by_errors=2.0) == [], "three seeds cannot tell"
    assert table.percent(-0.0001) == "0.0 %"
