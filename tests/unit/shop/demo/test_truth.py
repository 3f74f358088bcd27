"""What the estimator makes of the invented town, whose true effect is known. Pure: plan, facts, panel, estimate."""

from datetime import date

import numpy as np
import pytest

from branch.uplift.estimation import estimate
from branch.uplift.panel import Panel
from core.clock import local_day
from shop.demo.rules.plan import plan_town
from shop.demo.rules.truth import EFFECT
from shop.demo.service.sales_history import facts, targets

THIRD_YEAR = 2025
FIRST_YEAR = THIRD_YEAR - 2
LAST_WHOLE_MONTH_ENDS = date(THIRD_YEAR + 1, 11, 1)
WINDOWS = {
    "the third year": (24, 36),
    "the running year": (36, 46),
    "a season": (44, 46),
    "a month": (45, 46),
}

pytestmark = pytest.mark.slow


def column(day):
    return (day.year - FIRST_YEAR) * 12 + day.month - 1


def town(effect, *, until):
    """The town's months in fen, over all channels; months before a nursery's records are missing."""
    plan = plan_town("town", third_year=THIRD_YEAR)
    sales = np.zeros((len(plan.nurseries), column(until)))
    for row, nursery in enumerate(plan.nurseries):
        sales[row, : column(nursery.records_since)] = np.nan
    for year in [year for year in targets(THIRD_YEAR) if date(year.year, 1, 1) < until]:
        rows = range(len(plan.nurseries))
        for fact in facts(plan, year, rows, until=until, effect=effect):
            net = fact.gross_minor - fact.discount_minor - fact.refund_minor
            sales[fact.grower_id, column(local_day(fact.occurred_at))] += net
    starts = np.array([column(n.joined) if n.joined else 10_000 for n in plan.nurseries])
    return Panel(sales, starts, 1)


@pytest.fixture(scope="module")
def as_it_is():
    return town(EFFECT, until=LAST_WHOLE_MONTH_ENDS)


@pytest.fixture(scope="module")
def without_effect():
    return town(0.0, until=date(THIRD_YEAR + 1, 1, 1))


@pytest.mark.parametrize("months", WINDOWS.values(), ids=WINDOWS)
def test_the_interval_covers_the_true_effect(as_it_is, months):
    found = estimate(as_it_is, slice(*months))

    assert found.low <= 1 + EFFECT <= found.high


@pytest.mark.parametrize("months", [(24, 36), (32, 36)], ids=["the third year", "its last months"])
def test_the_interval_covers_nothing_where_there_is_no_effect(without_effect, months):
    found = estimate(without_effect, slice(*months))

    assert found.low <= 1 <= found.high


def test_a_year_is_known_to_within_five_points_and_is_told_from_none(as_it_is):
    found = estimate(as_it_is, slice(24, 36))

    assert found.percent_high - found.percent_low < 10
    assert found.percent_low > 0


def test_the_town_grows_by_as_much_with_the_effect_as_without(as_it_is, without_effect):
    """The year's growth of 30 % cannot tell what the mark did: it is the same in both towns."""
    for panel in (as_it_is, without_effect):
        last, before = panel.outcome[:, 24:36].sum(), panel.outcome[:, 12:24].sum()
        assert last / before - 1 == pytest.approx(0.312, abs=1e-6)


def test_the_town_is_large_enough_for_every_gate_of_size(as_it_is):
    found = estimate(as_it_is, slice(36, 46))

    assert found.treated >= 20
    assert found.comparisons >= 10
    assert found.effective_growers >= 10
    assert found.coverage >= 0.8
    assert not found.excluded or sum(found.excluded.values()) == 0
    assert not found.uncompared_months
    assert not found.short_history
