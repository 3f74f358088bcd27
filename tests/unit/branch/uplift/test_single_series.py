"""One series: interrupted (C1), synthetic comparison (C3), seasonal adjustment (D4)."""

import numpy as np
import pytest

from branch.uplift.interrupted import interrupted
from branch.uplift.panel import Refused
from branch.uplift.seasonal import seasonally_adjust
from branch.uplift.synthetic import simplex_mixtures, synthetic
from tests.unit.branch.uplift.panels import SPRING


def refused(code, function, *arguments):
    with pytest.raises(Refused) as refusal:
        function(*arguments)
    assert refusal.value.code == code


def waves(months, first_month=1):
    angle = 2 * np.pi * (np.arange(months) + first_month - 1) / 12
    return np.exp(0.6 * np.sin(angle) - 0.3 * np.cos(2 * angle))


def one_date(months=48, start=30, *, level=1.2, slope=1.0, noise=0.0, seed=0):
    time = np.arange(months)
    random = np.random.default_rng(seed)
    mean = 5000 * waves(months) * 1.08 ** (time / 12)
    mean = mean * np.where(time >= start, level * slope ** ((time - start) / 12), 1.0)
    return mean * np.exp(noise * random.normal(size=months))


def test_a_change_at_one_date_is_found_exactly_without_noise():
    found = interrupted(one_date(level=1.2, slope=1.1), 30, 1)
    assert found.level[0] == pytest.approx(1.2, rel=1e-6)
    assert found.slope[0] == pytest.approx(1.1, rel=1e-6)
    assert 1.2 < found.ratio < 1.2 * 1.1**1.5
    assert found.actual / found.predicted == pytest.approx(found.ratio, rel=1e-9)
    assert (found.months_before, found.months_after) == (30, 18)


def test_the_interval_of_one_date_holds_the_truth_about_as_often_as_it_says():
    found = [interrupted(one_date(noise=0.15, seed=seed), 30, 1) for seed in range(100)]
    held = [each.low < 1.2 < each.high for each in found]
    assert 88 <= sum(held) <= 100


def test_a_month_not_covered_is_left_out_of_the_series():
    series = one_date(level=1.2)
    series[[3, 17, 40]] = np.nan
    found = interrupted(series, 30, 1)
    assert found.ratio == pytest.approx(1.2, rel=1e-6)
    assert (found.months_before, found.months_after) == (28, 17)
    assert np.isfinite(found.without).all()


def test_the_unit_of_sales_does_not_matter_to_one_series():
    yuan, fen = interrupted(one_date(noise=0.2), 30, 1), interrupted(100 * one_date(noise=0.2), 30, 1)
    assert (fen.ratio, fen.low, fen.high) == pytest.approx((yuan.ratio, yuan.low, yuan.high), rel=1e-6)
    assert fen.predicted == pytest.approx(100 * yuan.predicted, rel=1e-6)


def test_too_short_a_series_is_refused_by_name():
    refused("too_few_before", interrupted, one_date()[7:], 23, 8)
    refused("too_few_after", interrupted, one_date()[:41], 30, 1)
    refused("nothing_sold", interrupted, np.zeros(48), 30, 1)
    springs = np.where(np.isin(np.arange(160) % 12, [2, 3, 4]), 100.0, np.nan)
    refused("unconnected", interrupted, springs, 100, 1)


def donors(count=25, months=48, *, noise=0.05, seed=1):
    random = np.random.default_rng(seed)
    factors = np.exp(0.2 * random.normal(size=(3, months)))
    mixture = random.dirichlet(np.ones(3), count)
    season = np.stack([np.roll(SPRING, shift)[np.arange(months) % 12] for shift in (0, 1, 6)])
    size = np.exp(random.normal(7, 1, count))[:, None]
    return size * (mixture @ (season * factors)) * np.exp(noise * random.normal(size=(count, months)))


def test_a_flagship_is_compared_with_its_mixture():
    others = donors()
    scaled = others / others[:, :30].mean(axis=1, keepdims=True)
    flagship = 90000 * (0.5 * scaled[2] + 0.3 * scaled[7] + 0.2 * scaled[11])
    flagship[30:] *= 1.3
    found = synthetic(flagship, others, 30)
    assert found.ratio == pytest.approx(1.3, abs=0.01)
    assert found.weights[[2, 7, 11]] == pytest.approx([0.5, 0.3, 0.2], abs=0.02)
    assert found.weights.sum() == pytest.approx(1.0)
    assert found.weights.min() >= 0
    assert found.predicted == pytest.approx(found.comparison[30:].sum())


def test_a_real_change_stands_out_among_the_placebos_and_none_does_not():
    others = donors(40, noise=0.1)
    flagship, rest = others[0] * 3, others[1:]
    quiet = synthetic(flagship, rest, 30)
    loud = synthetic(np.where(np.arange(48) >= 30, flagship * 1.6, flagship), rest, 30)
    assert quiet.p_value > 0.1
    assert quiet.low < 1 < quiet.high
    assert loud.p_value == pytest.approx(1 / (1 + len(loud.placebo_ratios)))
    assert loud.low > 1
    assert loud.ratio == pytest.approx(1.6 * quiet.ratio)


def test_mixtures_are_the_least_squares_on_the_simplex():
    series = donors(12)[:, :30]
    series = series / series.mean(axis=1, keepdims=True)
    weights = simplex_mixtures(series)
    assert weights.sum(axis=1) == pytest.approx(1.0)
    assert weights.min() >= 0
    assert np.diag(weights) == pytest.approx(0.0)
    assert weights[:, 0] == pytest.approx(0.0)  # the unit under study is in nobody's mixture
    # At the least squares no other donor promises a lower error than those that carry weight.
    for row in range(12):
        slopes = (weights[row] @ series - series[row]) @ series.T
        carrying = weights[row] > 1e-6
        others = (np.arange(12) != row) & (np.arange(12) != 0)
        assert np.ptp(slopes[carrying]) < 1e-3
        assert slopes[others].min() > slopes[carrying].min() - 1e-3


def test_a_comparison_that_cannot_be_made_is_refused_by_name():
    others = donors()
    flagship = others[0] * 2
    refused("too_few_before", synthetic, flagship, others, 23)
    refused("too_few_after", synthetic, flagship, others, 48)
    refused("too_few_donors", synthetic, flagship, others[:19], 30)
    holed = others.copy()
    holed[:6, 5] = np.nan
    refused("too_few_donors", synthetic, flagship, holed, 30)
    refused("uncovered", synthetic, np.where(np.arange(48) == 4, np.nan, flagship), others, 30)
    refused("nothing_sold", synthetic, np.where(np.arange(48) < 30, 0.0, flagship), others, 30)
    contrary = np.roll(SPRING, 3)[np.arange(48) % 12] ** 3
    refused("poor_fit", synthetic, contrary, others, 30)


def test_a_fixed_season_is_taken_out_exactly():
    months = 60
    season = SPRING / np.exp(np.log(SPRING).mean())
    level = 1000 * 1.1 ** (np.arange(months) / 12)
    found = seasonally_adjust(level * season[(np.arange(months) + 4 - 1) % 12], 4)
    assert found.factors == pytest.approx(season, rel=1e-9)
    assert found.adjusted == pytest.approx(level, rel=1e-9)
    assert found.trend[6:-6] == pytest.approx(level[6:-6], rel=1e-9)
    assert np.isnan(found.trend[:6]).all()
    assert np.isnan(found.trend[-6:]).all()


def test_the_factors_of_a_year_are_one_together():
    noisy = one_date(noise=0.3)
    found = seasonally_adjust(noisy, 1)
    assert np.log(found.factors).sum() == pytest.approx(0.0, abs=1e-12)
    assert found.adjusted * found.factors[np.arange(48) % 12] == pytest.approx(noisy)


def test_adjusting_needs_three_years_and_sales_in_every_month():
    refused("too_few_years", seasonally_adjust, np.ones(35), 1)
    refused("too_few_years", seasonally_adjust, np.where(np.arange(60) == 30, np.nan, 1.0), 1)
    refused("not_positive", seasonally_adjust, np.where(np.arange(40) == 30, 0.0, 1.0), 1)
    later = seasonally_adjust(np.where(np.arange(60) == 2, np.nan, 1.0), 1)
    assert np.isnan(later.adjusted[2])
    assert later.adjusted[3:] == pytest.approx(1.0)
