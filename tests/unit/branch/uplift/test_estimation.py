import time

import numpy as np
import pytest

from branch.uplift.estimation import estimate
from branch.uplift.panel import Panel, Refused, UpliftSettings
from tests.unit.branch.uplift.panels import exact_panel

WINDOW = slice(24, 46)


def with_cells(panel, changes):
    outcome = panel.outcome.copy()
    for (row, column), value in changes.items():
        outcome[row, column] = value
    return panel.but(outcome=outcome)


def test_an_effect_without_noise_is_found_exactly():
    found = estimate(exact_panel(effect=1.15), WINDOW)
    assert found.ratio == pytest.approx(1.15, abs=1e-9)
    assert found.se_log < 1e-9
    assert found.gain == pytest.approx(found.actual - found.actual / 1.15)
    assert found.percent == pytest.approx(15.0, abs=1e-7)


def test_the_interval_has_the_width_of_its_error():
    found = estimate(exact_panel(noise=0.3), WINDOW)
    assert found.clusters == 30
    assert np.log(found.high / found.low) == pytest.approx(2 * 2.045230 * found.se_log, rel=1e-6)
    assert found.gain_low == pytest.approx(found.predicted * (found.low - 1))


def test_the_jackknife_is_what_leaving_each_grower_out_gives():
    panel = exact_panel(noise=0.3)
    found = estimate(panel, WINDOW)
    without = []
    for row in range(panel.growers):
        others = np.arange(panel.growers) != row
        part = Panel(panel.outcome[others], panel.starts[others], panel.first_month)
        without.append(np.log(estimate(part, WINDOW).ratio))
    spread = np.array(without) - np.mean(without)
    assert found.se_log == pytest.approx(np.sqrt(29 / 30 * (spread**2).sum()), rel=1e-7)


def test_a_cell_without_a_base_is_left_out_and_counted():
    panel = exact_panel()
    marches = {(0, column): np.nan for column in (2, 14)}
    found = estimate(with_cells(panel, marches), WINDOW)
    start = int(panel.starts[0])
    lost = sum(1 for column in (26, 38) if column >= start)
    assert lost > 0
    assert found.excluded["no_base"] == lost
    assert found.ratio == pytest.approx(1.15, abs=1e-9)


def test_a_season_without_sales_gives_no_base_and_is_not_taken_for_zero():
    panel = exact_panel()
    start = int(panel.starts[0])
    changes = {(0, column): 0.0 for column in range(start - 1) if column % 12 == 2}
    found = estimate(with_cells(panel, changes), WINDOW)
    assert found.excluded["zero_base"] == sum(1 for column in range(start, 46) if column % 12 == 2)
    assert found.ratio == pytest.approx(1.15, abs=1e-9)


def test_refunds_beyond_sales_count_in_sums_and_give_no_negative_base():
    panel = exact_panel()
    start = int(panel.starts[0])
    marches = [column for column in range(start - 1) if column % 12 == 2]
    refunded = {(0, column): -5.0 for column in marches[1:]} | {(0, marches[0]): 1.0}
    found = estimate(with_cells(panel, refunded), WINDOW)
    assert found.excluded["zero_base"] == sum(1 for column in range(start, 46) if column % 12 == 2)
    assert found.ratio == pytest.approx(1.15, abs=1e-9)
    # A whole month of refunds has no factor and no weight.
    lost = {(row, 2): -10.0 for row in range(29)} | {(29, 2): 5.0}
    assert estimate(with_cells(panel, lost), WINDOW).ratio == pytest.approx(1.15, abs=1e-9)


def test_a_grower_without_any_sales_before_is_a_new_seller():
    panel = exact_panel()
    start = int(panel.starts[3])
    found = estimate(with_cells(panel, {(3, column): 0.0 for column in range(start)}), WINDOW)
    assert found.new_sellers == (3,)
    assert found.treated == 17


def test_a_month_not_covered_is_missing_and_not_zero():
    panel = exact_panel()
    start = int(panel.starts[0])
    found = estimate(with_cells(panel, {(0, start): np.nan, (0, start + 1): np.nan}), WINDOW)
    assert found.excluded["uncovered"] == 2
    assert found.coverage < 1
    assert found.ratio == pytest.approx(1.15, abs=1e-9)


def test_anticipation_is_neither_before_nor_after():
    panel = exact_panel()
    rushed = with_cells(panel, {(row, int(panel.starts[row]) - 1): 1e9 for row in range(18)})
    assert estimate(rushed, WINDOW).ratio == pytest.approx(1.15, abs=1e-9)
    assert estimate(rushed, WINDOW, UpliftSettings(anticipation=0)).ratio < 1.0


def test_a_month_in_which_everybody_is_authorised_has_no_counterfactual():
    panel = exact_panel(growers=20, joiners=20)
    last = int(panel.starts.max())
    found = estimate(panel, WINDOW)
    assert set(range(last, 46)) <= set(found.uncompared_months)
    assert "months_without_comparison" in found.warnings
    assert found.excluded["no_comparison"] > 0
    assert found.ratio == pytest.approx(1.15, abs=1e-9)
    with pytest.raises(Refused) as refusal:
        estimate(panel, slice(last, 46))
    assert refusal.value.code == "no_comparison"


def test_a_grower_who_never_sold_is_no_comparison():
    panel = exact_panel(growers=20, joiners=20)
    idle = Panel(np.concatenate([panel.outcome, np.zeros((2, 46))]), np.append(panel.starts, [46, 46]), 1)
    alone, beside = estimate(panel, WINDOW), estimate(idle, WINDOW)
    assert beside.uncompared_months == alone.uncompared_months != ()
    assert (beside.comparisons, beside.clusters) == (alone.comparisons, alone.clusters)


def test_all_authorised_at_once_is_refused_by_name():
    panel = exact_panel()
    with pytest.raises(Refused) as refusal:
        estimate(panel.but(starts=np.full(30, 30)), WINDOW)
    assert refusal.value.code == "all_at_once"


def test_what_cannot_be_put_in_ratios_is_refused_by_name():
    panel = exact_panel()
    nothing = np.where(panel.since_start >= 0, 0.0, panel.outcome)
    alone = np.where(np.arange(30) == 0, panel.starts, 46)
    fresh = np.where((panel.since_start < 0) & (panel.starts < 46)[:, None], 0.0, panel.outcome)
    for case, code in (
        (panel.but(outcome=nothing), "nothing_sold"),
        (panel.but(starts=alone), "rests_on_one_cluster"),
        (panel.but(outcome=fresh), "no_base"),
    ):
        with pytest.raises(Refused) as refusal:
            estimate(case, WINDOW)
        assert refusal.value.code == code


def test_nobody_authorised_is_refused_by_name():
    panel = exact_panel()
    with pytest.raises(Refused) as refusal:
        estimate(panel.but(starts=np.full(30, 46)), WINDOW)
    assert refusal.value.code == "nobody_authorised"


def test_villages_are_left_out_whole_and_few_of_them_are_refused():
    panel = exact_panel(noise=0.3)
    ten = Panel(panel.outcome, panel.starts, 1, np.arange(30) % 10)
    found = estimate(ten, WINDOW)
    assert found.clusters == 10
    assert np.log(found.high / found.low) == pytest.approx(2 * 2.262157 * found.se_log, rel=1e-6)
    with pytest.raises(Refused) as refusal:
        estimate(Panel(panel.outcome, panel.starts, 1, np.arange(30) % 7), WINDOW)
    assert refusal.value.code == "too_few_clusters"


def test_months_that_cannot_be_linked_are_said_to_be_unconnected():
    # Growers 0 and 1 were covered in the first March only, the others from the second one on.
    panel = exact_panel()
    outcome = panel.outcome.copy()
    outcome[:2, 3:] = np.where(np.arange(3, 46) % 12 == 2, np.nan, outcome[:2, 3:])
    outcome[2:, 2] = np.nan
    start = int(panel.starts[0])
    outcome[0, start:] = panel.outcome[0, start:]
    found = estimate(panel.but(outcome=outcome), WINDOW)
    assert found.excluded["unconnected"] == sum(1 for column in range(start, 46) if column % 12 == 2)
    assert found.ratio == pytest.approx(1.15, abs=1e-9)


def test_seasons_by_block_stand_in_with_a_warning_and_for_whole_years_only():
    panel = exact_panel()
    outcome = panel.outcome.copy()
    # Before, the joiners are covered in one month of each block only.
    outcome[:18, [column for column in range(25) if column % 12 not in {0, 1, 5, 8}]] = np.nan
    young = panel.but(outcome=outcome, starts=np.where(panel.starts < 46, 25, 46))
    settings = UpliftSettings(least_history=6)
    whole = estimate(young, slice(25, 37), settings)
    assert whole.season_used == "block"
    assert whole.warnings == ("season_blocks",)
    part = estimate(young, slice(25, 36), settings)
    assert part.season_used == "month"
    assert "blocks_need_whole_years" in part.warnings
    with pytest.raises(Refused) as refusal:
        estimate(young, slice(25, 36), UpliftSettings(season="block"))
    assert refusal.value.code == "blocks_need_whole_years"


def test_a_panel_of_the_towns_size_takes_well_under_a_second():
    panel = exact_panel(growers=150, joiners=100, noise=0.35)
    estimate(panel, WINDOW)
    began = time.process_time()
    estimate(panel, WINDOW)
    assert time.process_time() - began < 0.6


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": np.zeros(3)},
        {"outcome": np.full((2, 3), np.inf)},
        {"starts": np.zeros(3)},
        {"first_month": 0},
        {"clusters": np.zeros(3)},
    ],
)
def test_a_panel_whose_parts_do_not_fit_is_refused(wrong):
    right = {"outcome": np.ones((2, 3)), "starts": np.array([1, 3]), "first_month": 1}
    Panel(**right)
    with pytest.raises(ValueError):
        Panel(**(right | wrong))
