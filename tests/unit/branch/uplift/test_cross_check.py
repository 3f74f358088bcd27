"""Agreement with diff-diff 3.13, which was written by others.

It has no Poisson imputation by that name. Its saturated Poisson event study (`WooldridgeDiD`, method
"poisson") is the same estimator: every cohort and month after the authorisation has a level of its own, so
those cells tell nothing about the common part, which is then fitted on untouched cells alone. It has an
effect for each cohort where ours has one for each grower; when every month is covered the growers' effects
of a cohort add up to the cohort's, and both predict the same total. For grower by calendar-month effects
the likelihood falls apart by calendar month, so it is asked once per calendar month, with years as periods.
Panels with holes, where the totals differ, go through its Poisson solver with our dummies written out.
"""

import numpy as np
import pandas as pd
import pytest
from diff_diff import WooldridgeDiD
from diff_diff.linalg import solve_poisson

from branch.uplift.controlled import by_event
from branch.uplift.estimation import estimate
from branch.uplift.panel import Panel, UpliftSettings

SEEDS = range(10)
GROWERS = 24


def random_panel(seed, *, months, first_start, hole_share=0.0):
    """Sales with growers' sizes, common shocks, and effects that differ by grower."""
    random = np.random.default_rng(seed)
    starts = np.where(np.arange(GROWERS) < 15, random.integers(first_start, months - 1, GROWERS), months)
    mean = np.exp(random.normal(3.0, 0.7, (GROWERS, 1)) + random.normal(0.0, 0.4, months))
    outcome = random.poisson(mean * np.exp(random.normal(0.0, 0.3, (GROWERS, months)))) + 1.0
    outcome *= np.where(np.arange(months) >= starts[:, None], random.uniform(0.8, 1.8, (GROWERS, 1)), 1.0)
    outcome[random.random(outcome.shape) < hole_share] = np.nan
    return Panel(outcome, starts, int(random.integers(1, 13)))


def long_table(outcome, starts):
    """The panel as the other library reads it: periods from 1, first treated period 0 for never."""
    months = outcome.shape[1]
    rows, columns = np.nonzero(~np.isnan(outcome))
    first = np.where(starts >= months, 0, starts + 1)
    return pd.DataFrame(
        {"grower": rows, "month": columns + 1, "sales": outcome[rows, columns], "first": first[rows]}
    )


def their_effects(table, *, anticipation=0, exovar=None):
    """[(months since, cells, effect per cell, actual)] of every cohort and month from the authorisation on."""
    model = WooldridgeDiD(method="poisson", anticipation=anticipation, rank_deficient_action="error")
    names = {"outcome": "sales", "unit": "grower", "time": "month", "first_treat": "first"}
    found = model.fit(table, **names, exovar=exovar)
    cells = table.groupby(["first", "month"])["sales"].agg(["size", "sum"])
    return [
        (month - first, *cells.loc[(first, month)], effect["att"])
        for (first, month), effect in found.group_time_effects.items()
        if month >= first
    ]


def gain_and_actual(effects):
    return sum(size * each for _, size, _, each in effects), sum(actual for _, _, actual, _ in effects)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_effect_per_grower_agrees(seed):
    panel = random_panel(seed, months=18, first_start=8)
    anticipation = seed % 3
    settings = UpliftSettings(
        season="none", anticipation=anticipation, least_history=1, least_month_comparisons=1
    )
    ours = estimate(panel, slice(0, 18), settings)
    gain, actual = gain_and_actual(
        their_effects(long_table(panel.outcome, panel.starts), anticipation=anticipation)
    )
    assert ours.actual == pytest.approx(actual, rel=1e-12)
    assert ours.gain == pytest.approx(gain, rel=1e-6)
    assert ours.ratio == pytest.approx(actual / (actual - gain), rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_effects_by_calendar_month_agree(seed):
    panel = random_panel(seed, months=60, first_start=30)
    settings = UpliftSettings(anticipation=0, least_month_comparisons=1)
    ours = estimate(panel, slice(0, 60), settings)
    assert ours.season_used == "month"
    gain = actual = 0.0
    for month in range(12):
        first_year = np.minimum(np.ceil((panel.starts - month) / 12).astype(int), 5)
        part = gain_and_actual(their_effects(long_table(panel.outcome[:, month::12], first_year)))
        gain, actual = gain + part[0], actual + part[1]
    assert ours.actual == pytest.approx(actual, rel=1e-12)
    assert ours.gain == pytest.approx(gain, rel=1e-6)
    assert ours.ratio == pytest.approx(actual / (actual - gain), rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_panels_with_holes_agree_with_its_solver(seed):
    panel = random_panel(seed, months=48, first_start=30, hole_share=0.06)
    settings = UpliftSettings(least_history=1, least_month_comparisons=1, block_fallback=False)
    ours = estimate(panel, slice(0, 48), settings)
    untouched = panel.untouched(1)
    predicted = 0.0
    for month in range(12):
        columns = np.arange(month, 48, 12)
        outcome, known = panel.outcome[:, columns], untouched[:, columns]
        based = known.any(axis=1)[:, None] & known.any(axis=0)[None, :]
        asked = based & ~np.isnan(outcome) & (panel.since_start[:, columns] >= 0)
        growers, years = np.flatnonzero(known.any(axis=1)), np.flatnonzero(known.any(axis=0))

        def design(cells, growers=growers, years=years):
            row, year = np.nonzero(cells)
            dummies = [np.ones((len(row), 1)), row[:, None] == growers[1:], year[:, None] == years[1:]]
            return np.concatenate(dummies, axis=1).astype(float)

        coefficients, _ = solve_poisson(
            design(known), outcome[known], rank_deficient_action="error", tol=1e-12
        )
        predicted += np.exp(design(asked) @ coefficients).sum()
    assert ours.excluded["unconnected"] == 0
    assert ours.predicted == pytest.approx(predicted, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_controls_agree(seed):
    random = np.random.default_rng(seed)
    panel = random_panel(seed, months=8, first_start=4)
    starts = np.where(panel.starts < 8, np.where(np.arange(GROWERS) < 8, 4, 6), 8)
    panel, land = panel.but(starts=starts), random.normal(0.0, 0.5, GROWERS)
    table = long_table(panel.outcome, starts)
    table["land"] = land[table["grower"]]
    theirs = their_effects(table, exovar=["land"])
    for ours in by_event(panel, land[:, None]):
        same = [(size, each) for since, size, _, each in theirs if since == ours.since]
        assert ours.cells == sum(size for size, _ in same)
        assert ours.difference == pytest.approx(
            sum(size * each for size, each in same) / ours.cells, rel=1e-6
        )
