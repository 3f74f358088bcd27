"""County teen employment and minimum wages (mpdta), the data set of the literature on staggered dates.

The Poisson event study is that of the R package etwfe with lpop as control; the group-time effects are
those printed by the R package did. See SOURCES.md of the vectors.
"""

import json

import numpy as np
import pandas as pd
import pytest
from diff_diff import CallawaySantAnna

from branch.uplift.controlled import by_event
from branch.uplift.estimation import estimate
from branch.uplift.panel import Panel, UpliftSettings
from tests.published.vectors import vectors

FIRST, YEARS = 2003, 5


@pytest.fixture(scope="module")
def expected():
    return json.loads((vectors("uplift") / "expected.json").read_text())


@pytest.fixture(scope="module")
def counties():
    return pd.read_csv(vectors("uplift") / "mpdta.csv")


def panel_of(counties, outcome):
    wide = outcome.groupby([counties["countyreal"], counties["year"]]).first().unstack("year")  # noqa: PD010 - a series by two keys, not a table
    first = counties.groupby("countyreal")["first.treat"].first().to_numpy()
    starts = np.where(first == 0, YEARS, first - FIRST).astype(np.int64)
    return Panel(wide.to_numpy(), starts, 1), counties.groupby("countyreal")[["lpop"]].first().to_numpy()


def test_the_poisson_event_study_with_the_published_control(counties, expected):
    panel, lpop = panel_of(counties, np.exp(counties["lemp"]))
    assert panel.outcome.shape == (500, YEARS)
    effects = {str(effect.since): effect for effect in by_event(panel, lpop)}
    assert {since: effect.difference for since, effect in effects.items()} == pytest.approx(
        expected["mpdta_etwfe_poisson_lpop_event_response"], abs=5e-5
    )
    assert {since: effect.log_difference for since, effect in effects.items()} == pytest.approx(
        expected["mpdta_etwfe_poisson_lpop_event_link"], abs=5e-5
    )


def test_the_imputation_with_county_and_year_effects(counties, expected):
    panel, _ = panel_of(counties, np.exp(counties["lemp"]))
    settings = UpliftSettings(anticipation=0, season="none", least_history=1)
    found = estimate(panel, slice(0, YEARS), settings)
    name = "mpdta_poisson_unitFE_yearFE_imputation_{}_measured_here_3ways"
    assert found.gain / found.cells == pytest.approx(expected[name.format("att")], abs=1e-8)
    assert found.ratio - 1 == pytest.approx(expected[name.format("pct")], abs=1e-9)


def test_the_group_time_effects_by_the_cross_check_library(counties, expected):
    found = CallawaySantAnna(control_group="never_treated", base_period="varying").fit(
        counties, outcome="lemp", unit="countyreal", time="year", first_treat="first.treat"
    )
    for group, years in expected["mpdta_cs_never_treated_no_covariates_att_gt"].items():
        for year, effect in years.items():
            assert found.group_time_effects[float(group), int(year)]["effect"] == pytest.approx(
                effect, abs=5.1e-5
            )
    events = found.aggregate("event_study")
    dynamic = {str(int(since)): effect for since, effect in zip(events.event_time, events.att, strict=True)}
    groups = found.aggregate("group")
    by_group = {str(int(group)): effect for group, effect in zip(groups.label, groups.att, strict=True)}
    for published, computed in (("mpdta_cs_dynamic", dynamic), ("mpdta_cs_group", by_group)):
        printed = {name: effect for name, effect in expected[published].items() if name != "overall"}
        assert computed == pytest.approx(printed, abs=5.1e-5)
