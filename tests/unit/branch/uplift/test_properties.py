"""What must not change the estimate, each in the sense in which it is true.

Scaling all sales and permuting growers: of everything. Permuting months: of whole years before the first
authorisation (later columns cannot be exchanged without changing who is authorised when), of names of
calendar months, and of any columns in the fit itself. Adding an untouched grower: of everything, when it
adds no information (nothing covered, or nothing ever sold); of the estimate, not of its interval, when its
sales are in proportion to the fitted months, in whatever proportion by season. Any other grower is evidence
about the market and rightly moves the estimate. Keeping one grower's books as two in fixed shares: of the
estimate. Splitting a fact into two happens before a panel is built and is tested there.
"""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from branch.uplift.assessment import assess
from branch.uplift.estimation import counterfactual_for, estimate
from branch.uplift.panel import Panel, Refused, UpliftSettings
from branch.uplift.proportional import fit_season
from tests.examples import examples

pytestmark = pytest.mark.slow

BASICS = UpliftSettings(block_fallback=False)
FIRST_START = 26


@st.composite
def panels(draw):
    """Panels with seasons, holes, months without sales and effects; never all growers authorised."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    growers, months = draw(st.integers(14, 24)), draw(st.integers(38, 50))
    joiners = draw(st.integers(4, growers - 6))
    starts = np.where(np.arange(growers) < joiners, random.integers(FIRST_START, months - 2, growers), months)
    season = np.exp(random.normal(0.0, 0.8, (growers, 12)))[:, np.arange(months) % 12]
    outcome = (
        np.exp(random.normal(5.0, 1.0, (growers, 1)) + random.normal(0.0, 0.3, (growers, months))) * season
    )
    outcome[random.random(outcome.shape) < draw(st.sampled_from([0.0, 0.05, 0.2]))] = 0.0
    outcome[random.random(outcome.shape) < draw(st.sampled_from([0.0, 0.1]))] = np.nan
    panel = Panel(outcome, starts, draw(st.integers(1, 12)))
    try:
        found(panel)
    except Refused:
        reject()
    return panel


def found(panel, columns=slice(FIRST_START, None)):
    return estimate(panel, columns, BASICS)


def same(one, other, *, scale=1.0, but=()):
    left, right = dataclasses.asdict(one), dataclasses.asdict(other)
    for name in left.keys() - set(but):
        expected = left[name] * scale if name in {"actual", "predicted"} else left[name]
        if isinstance(expected, float):
            expected = pytest.approx(expected, rel=1e-7, abs=1e-9)
        assert right[name] == expected, name


def with_row(panel, sales):
    outcome = np.concatenate([panel.outcome, sales[None, :]])
    return Panel(outcome, np.append(panel.starts, panel.months), panel.first_month)


@settings(max_examples=examples(25))
@given(panels(), st.floats(1e-4, 1e6))
def test_scaling_all_sales_changes_nothing(panel, scale):
    same(found(panel), found(panel.but(outcome=panel.outcome * scale)), scale=scale)


@settings(max_examples=examples(25))
@given(panels(), st.randoms(use_true_random=False))
def test_permuting_growers_changes_nothing(panel, random):
    order = list(range(panel.growers))
    random.shuffle(order)
    shuffled = found(Panel(panel.outcome[order], panel.starts[order], panel.first_month))
    same(found(panel), shuffled, but={"largest_grower", "new_sellers", "short_history"})
    assert order[shuffled.largest_grower] == found(panel).largest_grower


@settings(max_examples=examples(25))
@given(panels(), st.integers(1, 12))
def test_exchanging_years_before_anybody_is_authorised_or_renaming_months_changes_nothing(panel, first_month):
    outcome = panel.outcome.copy()
    outcome[:, :12], outcome[:, 12:24] = panel.outcome[:, 12:24], panel.outcome[:, :12]
    same(found(panel), found(panel.but(outcome=outcome)))
    same(found(panel), found(dataclasses.replace(panel, first_month=first_month)))


@settings(max_examples=examples(25))
@given(panels(), st.randoms(use_true_random=False))
def test_permuting_the_columns_of_a_season_permutes_its_fit(panel, random):
    columns = list(range(0, panel.months, 12))
    order = list(range(len(columns)))
    random.shuffle(order)
    weights = np.ones((1, panel.growers))
    untouched = panel.untouched(1)[:, columns]
    outcome = panel.outcome[:, columns]
    straight, moved = (
        fit_season(outcome, untouched, weights),
        fit_season(outcome[:, order], untouched[:, order], weights),
    )
    expected = np.where(straight.based(0), np.outer(straight.grower[0], straight.month[0]), np.nan)
    computed = np.where(moved.based(0), np.outer(moved.grower[0], moved.month[0]), np.nan)
    np.testing.assert_allclose(computed, expected[:, order], rtol=1e-7)


@settings(max_examples=examples(25))
@given(panels(), st.sampled_from(["not covered", "no sales"]), st.integers(0, 49))
def test_adding_a_grower_who_says_nothing_changes_nothing(panel, kind, covered):
    sales = np.full(panel.months, np.nan)
    if kind == "no sales":
        sales[: min(covered, panel.months)] = 0.0
    same(found(panel), found(with_row(panel, sales)))


@settings(max_examples=examples(25))
@given(panels(), st.lists(st.floats(0.01, 100.0), min_size=12, max_size=12))
def test_adding_a_grower_in_proportion_to_the_fitted_months_leaves_the_estimate(panel, sizes):
    chosen, _ = counterfactual_for(panel, slice(FIRST_START, None), BASICS)
    sales = np.full(panel.months, np.nan)
    for columns, fit, size in zip(chosen.season_columns, chosen.whole, sizes, strict=True):
        # Only the months of one connected set have a common scale.
        linked = fit.month_set[0] == np.bincount(fit.month_set[0]).argmax()
        sales[columns[linked]] = size * fit.month[0][linked]
    before, after = found(panel), found(with_row(panel, sales))
    assert after.ratio == pytest.approx(before.ratio, rel=1e-7)
    assert after.predicted == pytest.approx(before.predicted, rel=1e-7)


@settings(max_examples=examples(25))
@given(panels(), st.floats(0.05, 0.95), st.integers(0, 13))
def test_one_growers_books_kept_as_two_leave_the_estimate(panel, share, row):
    outcome = np.concatenate([panel.outcome, panel.outcome[row : row + 1] * (1 - share)])
    outcome[row] *= share
    twice = Panel(outcome, np.append(panel.starts, panel.starts[row]), panel.first_month)
    before, after = found(panel), found(twice)
    # Twice as many growers may lift a month over the number of comparisons it needs.
    if before.excluded["no_comparison"] == after.excluded["no_comparison"]:
        assert after.ratio == pytest.approx(before.ratio, rel=1e-7)
        assert after.predicted == pytest.approx(before.predicted, rel=1e-7)


@settings(max_examples=examples(25))
@given(panels(), st.floats(0.2, 5.0))
def test_a_further_effect_multiplies_the_ratio(panel, effect):
    authorised = panel.since_start >= 0
    raised = found(panel.but(outcome=np.where(authorised, panel.outcome * effect, panel.outcome)))
    assert raised.ratio == pytest.approx(found(panel).ratio * effect, rel=1e-7)
    assert raised.se_log == pytest.approx(found(panel).se_log, rel=1e-6)


@settings(max_examples=examples(25))
@given(panels(), st.integers(FIRST_START, 36))
def test_all_authorised_at_once_is_refused(panel, start):
    at_once = panel.but(starts=np.full(panel.growers, start))
    with pytest.raises(Refused) as refusal:
        found(at_once)
    assert refusal.value.code == "all_at_once"
    answer = assess(at_once, slice(FIRST_START, None))
    assert (answer.refusal, answer.headline) == ("all_at_once", None)
