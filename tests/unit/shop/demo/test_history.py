"""The invented town's sales: totals to the fen, licences that begin on the first, and an effect that is exactly known."""

from datetime import date
from random import Random

import pytest

from core.clock import local_day
from shop.demo.rules.plan import plan_town
from shop.demo.rules.truth import EFFECT, SEASONS, weights
from shop.demo.service.sales_history import facts, targets

THIRD_YEAR = 2025
TOWN = plan_town("town", third_year=THIRD_YEAR)
SMALL = plan_town("small", third_year=THIRD_YEAR)


def history(plan, year, until):
    return list(facts(plan, year, [n.number for n in plan.nurseries], until=until))


@pytest.mark.parametrize("year", targets(THIRD_YEAR), ids=lambda year: str(year.year))
def test_a_year_amounts_to_its_targets_to_the_plant_and_the_fen(year):
    made = history(SMALL, year, date(year.year + 1, 1, 1))
    net = sum(fact.gross_minor - fact.discount_minor - fact.refund_minor for fact in made)

    assert net == round(year.net_minor * SMALL.scale)
    assert sum(fact.plants for fact in made if fact.kind == "sale") == round(year.plants * SMALL.scale)


def test_the_past_does_not_change_when_the_town_is_loaded_later():
    year = targets(THIRD_YEAR)[-1]
    in_june, in_october = (history(SMALL, year, date(year.year, month, 1)) for month in (6, 10))

    assert in_june == [fact for fact in in_october if local_day(fact.occurred_at) < date(year.year, 6, 1)]
    assert 0 < len(in_june) < len(in_october)


def test_an_authorised_month_weighs_the_effect_more_and_no_other_month_does():
    with_effect, without = (
        weights(TOWN.nurseries, THIRD_YEAR, Random(5), effect=effect)  # noqa: S311 - the same noise twice
        for effect in (EFFECT, 0.0)
    )
    months = [(nursery, month) for nursery in TOWN.nurseries for month in range(1, 13)]
    for (nursery, month), more, plain in zip(months, with_effect, without, strict=True):
        expected = 1 + EFFECT if nursery.has_joined(date(THIRD_YEAR, month, 1)) else 1
        assert more / plain == pytest.approx(expected, rel=1e-3)


def test_licences_begin_on_the_first_of_a_month_two_years_or_more_after_the_records_do():
    joined = [nursery.joined for nursery in TOWN.nurseries if nursery.joined]

    assert {day.day for day in joined} == {1}
    assert min(joined) == date(THIRD_YEAR, 1, 1)
    assert max(joined) < date(THIRD_YEAR + 1, 12, 1)
    assert len({(day.year, day.month) for day in joined}) >= 15, "staggered, not at once"


def test_enough_growers_of_every_size_are_left_to_compare_with():
    never = [nursery for nursery in TOWN.nurseries if nursery.joined is None]
    late = [nursery for nursery in TOWN.nurseries if nursery.joined and nursery.joined.year > THIRD_YEAR]

    assert len(never) == 18
    assert len(never) + len(late) == 60
    assert min(nursery.number for nursery in never + late) < 75


def test_large_growers_join_first_on_the_whole():
    mean = {
        year: sum(n.weight for n in TOWN.nurseries if n.joined and n.joined.year == year)
        / sum(1 for n in TOWN.nurseries if n.joined and n.joined.year == year)
        for year in (THIRD_YEAR, THIRD_YEAR + 1)
    }

    assert mean[THIRD_YEAR] > 1.5 * mean[THIRD_YEAR + 1]


def test_some_have_no_records_of_the_first_spring():
    made = history(SMALL, targets(THIRD_YEAR)[0], date(THIRD_YEAR - 1, 1, 1))
    first = {
        n.number: min(local_day(f.occurred_at) for f in made if f.grower_id == n.number)
        for n in SMALL.nurseries
    }

    assert {number for number, day in first.items() if day >= date(THIRD_YEAR - 2, 5, 1)} == {8}
    assert all(day >= n.records_since for n, day in zip(SMALL.nurseries, first.values(), strict=True))


def test_spring_belongs_to_bare_root_stock_and_autumn_to_pots():
    assert max(SEASONS["jingui"]) == SEASONS["jingui"][2]
    assert max(SEASONS["sijigui"]) == SEASONS["sijigui"][10]
    assert all(len(season) == 12 for season in SEASONS.values())


def test_new_channels_take_from_old_ones_so_that_only_all_of_them_show_the_effect():
    year = targets(THIRD_YEAR)[-1]
    made = history(SMALL, year, date(year.year + 1, 1, 1))
    pioneer = [fact for fact in made if fact.grower_id == 1 and fact.kind == "sale"]

    assert {fact.channel for fact in pioneer} == {"shop", "taobao", "website"}
    assert not [fact for fact in made if fact.grower_id == 10 and fact.channel == "shop"], "never authorised"
