import dataclasses
import time

import numpy as np
import pytest

from branch.uplift.assessment import assess
from branch.uplift.estimation import estimate
from branch.uplift.gates import gates, wording
from branch.uplift.panel import Panel, UpliftSettings
from tests.unit.branch.uplift.panels import exact_panel

WINDOW = slice(24, 46)


def town(seed=3, effect=1.3, noise=0.25, **others):
    return exact_panel(growers=60, joiners=40, effect=effect, noise=noise, seed=seed, spread=0.4, **others)


def closed(assessment):
    return {gate.code for gate in assessment.closed}


def test_with_every_gate_open_there_is_a_headline():
    found = assess(town(), WINDOW)
    assert closed(found) == set()
    assert found.wording == "effect"
    assert found.headline is found.estimate
    alone = estimate(town(), WINDOW)
    assert (found.estimate.ratio, found.estimate.low) == pytest.approx((alone.ratio, alone.low), rel=1e-12)
    assert {gate.code for gate in found.gates} == {
        "G1.history", "G1.treated", "G1.comparisons", "G1.effective", "G1.coverage", "G1.channels",
        "G2.pretrend", "G2.size", "G3.zero", "G4.width", "G5.one_grower", "G6.provisional",
    }  # fmt: skip


def test_a_closed_gate_takes_the_number_from_the_headline_and_names_itself():
    open_month = assess(town(), WINDOW, provisional=True)
    assert closed(open_month) == {"G6.provisional"}
    assert (open_month.wording, open_month.headline, open_month.headline_allowed) == (
        "preliminary",
        None,
        False,
    )
    assert open_month.estimate is not None


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"least_treated": 41}, "G1.treated"),
        ({"least_comparisons": 61}, "G1.comparisons"),
        ({"least_effective": 41.0}, "G1.effective"),
        ({"least_base": 1e12}, "G1.base"),
        ({"widest": 0.01}, "G4.width"),
    ],
)
def test_thresholds_are_settings_and_come_back_with_the_gate(settings, code):
    found = assess(town(), WINDOW, UpliftSettings(**settings))
    assert closed(found) == {code}
    assert found.wording == "insufficient"
    [gate] = found.closed
    assert gate.threshold == next(iter(settings.values()))


def test_unknown_channels_close_their_gate():
    found = assess(town(), WINDOW, channels_unknown=11)
    assert closed(found) == {"G1.channels"}
    assert next(gate for gate in found.gates if gate.code == "G1.channels").value == pytest.approx(40 / 51)


def test_uncovered_months_of_authorised_growers_close_the_coverage_gate():
    panel = town()
    outcome = panel.outcome.copy()
    outcome[:10, 38:] = np.nan
    outcome[10:20, 40:] = np.nan
    found = assess(panel.but(outcome=outcome), WINDOW)
    assert found.estimate.coverage < 0.8
    assert closed(found) == {"G1.coverage"}


def test_without_an_effect_no_clear_change_is_found():
    found = assess(town(effect=1.0), WINDOW)
    assert "G3.zero" in closed(found)
    assert found.wording == "no_clear_change"


def test_a_clear_fall_is_as_clear_as_a_rise_and_an_unclear_rise_is_not_one():
    fall = assess(town(effect=0.7), WINDOW)
    [gate] = [gate for gate in fall.gates if gate.code == "G3.zero"]
    assert (gate.passed, gate.value, gate.threshold) == (True, fall.estimate.high, 1.0)
    assert fall.estimate.high < 1
    tried = (assess(town(seed, 1.0), WINDOW) for seed in range(30))
    rise = next(found for found in tried if 1 < found.estimate.ratio < 1.02)
    assert rise.estimate.low < 1
    assert "G3.zero" in closed(rise)


@pytest.mark.parametrize(("ratio", "low", "high"), [(1.1, 1.0, 1.2), (0.9, 0.8, 1.0), (1.0, 1.0, 1.0)])
def test_an_interval_that_ends_exactly_at_no_change_is_not_clear(ratio, low, high):
    found = dataclasses.replace(estimate(town(), WINDOW), ratio=ratio, low=low, high=high)
    told = gates(found, None, UpliftSettings(), provisional=False, channels_unknown=0, authorised=40)
    [gate] = [gate for gate in told if gate.code == "G3.zero"]
    assert (gate.passed, gate.value) == (False, 1.0)


def test_the_month_before_the_authorisation_is_no_part_of_the_placebo():
    panel = town(noise=0.0)
    rushed = panel.outcome.copy()
    rushed[np.arange(40), panel.starts[:40] - 1] *= 50
    assert assess(panel.but(outcome=rushed), WINDOW).placebo.blocks[0].ratio == pytest.approx(1.0, abs=1e-9)


def test_one_grower_who_carries_the_effect_closes_its_gate_and_the_rest_is_given_without_it():
    panel = town(effect=1.3, noise=0.1)
    outcome = panel.outcome.copy()
    giant = outcome[5] * 150
    outcome[5] = giant
    found = assess(panel.but(outcome=outcome), WINDOW, UpliftSettings(least_effective=1.0))
    assert found.estimate.largest_grower == 5
    assert found.estimate.largest_share > 0.4
    assert found.wording == "one_grower"
    assert found.leave_out.without_largest.treated == 39
    assert found.leave_out.lowest < found.estimate.ratio < found.leave_out.highest


def test_sides_that_parted_before_the_authorisation_are_told():
    panel = town(noise=0.05)
    since = np.arange(46)[None, :] - panel.starts[:, None]
    rising = (panel.starts < 46)[:, None] & (since >= -12)
    found = assess(panel.but(outcome=np.where(rising, panel.outcome * 1.4, panel.outcome)), WINDOW)
    assert {"G2.pretrend"} <= closed(found)
    assert found.wording == "pretrend"
    assert found.placebo.blocks[0].ratio == pytest.approx(1.4, rel=0.05)
    assert found.band.low < 1 < found.band.high


def test_without_a_year_to_spare_there_is_no_placebo_and_no_headline():
    panel = town()
    late = Panel(panel.outcome[:, 10:], np.maximum(panel.starts - 10, 0), 11)
    found = assess(late.but(starts=np.where(late.starts < 36, 14, 36)), slice(14, 36))
    assert found.placebo is None
    assert "G2.pretrend" in closed(found)
    assert found.wording == "insufficient"


def test_event_blocks_hold_whole_years_of_growers_who_have_them():
    panel = town(effect=1.15, noise=0.0)
    found = assess(panel, WINDOW)
    [first] = found.events
    assert (first.first, first.last) == (0, 11)
    whole = int((panel.starts[:40] + 12 <= 46).sum())
    assert (first.growers, first.incomplete) == (whole, 40 - whole)
    assert first.ratio == pytest.approx(1.15, abs=1e-9)
    assert [block.first for block in found.placebo.blocks] == [-12, -24]
    assert found.placebo.blocks[0].ratio == pytest.approx(1.0, abs=1e-9)


def test_a_later_year_is_its_own_block():
    panel = town(effect=1.15, noise=0.0, months=58)
    found = assess(panel, slice(24, 58))
    assert [block.first for block in found.events] == [0, 12]
    assert all(block.ratio == pytest.approx(1.15, abs=1e-9) for block in found.events)


def test_figures_on_one_or_two_growers_are_held_back():
    panel = town(effect=1.15, noise=0.0)
    starts = np.where(np.arange(60) < 2, 26, np.where(np.arange(60) < 40, 40, 46))
    held = assess(panel.but(starts=starts), WINDOW).events[0]
    assert (held.growers, held.suppressed, held.ratio) == (2, True, None)
    two = assess(panel.but(starts=np.where(np.arange(60) < 2, 26, 46)), WINDOW)
    assert (two.refusal, two.estimate, two.wording, two.headline) == ("suppressed", None, "refused", None)


def test_a_refusal_is_an_answer():
    panel = town()
    found = assess(panel.but(starts=np.full(60, 30)), WINDOW)
    assert (found.refusal, found.wording, found.gates, found.headline) == ("all_at_once", "refused", (), None)


def test_the_detectable_size_is_what_the_power_of_the_settings_asks():
    before = assess(town(), WINDOW).placebo
    # 1.672 and 0.848 are Student's two-sided 10 % and one-sided 20 % points with 59 degrees of freedom.
    at_ninety = assess(town(), WINDOW, UpliftSettings(confidence=0.9)).placebo
    assert np.log(at_ninety.detectable) == pytest.approx((1.6711 + 0.8478) * before.errors[0], rel=1e-4)
    assert before.detectable > at_ninety.detectable


def test_the_band_widens_with_the_break_allowed():
    panel = town()
    none = assess(panel, WINDOW, UpliftSettings(trend_break=0.0))
    assert none.band.low == pytest.approx(none.estimate.low)
    assert none.band.high == pytest.approx(none.estimate.high)
    once = assess(panel, WINDOW).band
    assert once.low < none.band.low
    assert once.high > none.band.high
    assert 1 < once.years < 2


def test_the_gravest_reason_speaks():
    gates = {gate.code: gate for gate in assess(town(), WINDOW).gates}

    def with_closed(*codes):
        return wording(
            tuple(
                dataclasses.replace(gate, passed=False) if code in codes else gate
                for code, gate in gates.items()
            )
        )

    assert with_closed() == "effect"
    assert with_closed("G6.provisional") == "preliminary"
    assert with_closed("G6.provisional", "G5.one_grower") == "one_grower"
    assert with_closed("G5.one_grower", "G2.size") == "pretrend"
    assert with_closed("G2.size", "G3.zero") == "no_clear_change"
    assert with_closed("G3.zero", "G2.pretrend") == "pretrend"
    assert with_closed("G2.pretrend", "G4.width") == "insufficient"


def test_an_assessment_of_the_towns_size_takes_about_a_second_at_most():
    panel = exact_panel(growers=150, joiners=100, noise=0.35)
    assess(panel, WINDOW)
    began = time.process_time()
    assess(panel, WINDOW)
    assert time.process_time() - began < 1.5
