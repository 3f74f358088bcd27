from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.cart.rules import Offer, ProblemCode, group_by_grower, line_problem, price_line, rounded_weight_g
from shop.catalogue.rules.pricing import QuantityRule, Tier

OFFER = Offer(
    variant_id=1,
    sku="SKU000001",
    grower_id=1,
    grower_name="第一苗圃",
    grower_slug="first",
    lot_id=1,
    slug="listing",
    title="丹桂苗",
    grade="地径 3-4 cm",
    cultivar_group="dangui",
    cultivar="朱砂丹桂",
    root="bare_root",
    size_class="D3–4",
    unit="plant",
    plants_per_unit=1,
    rule=QuantityRule(10, 5),
    tiers=(Tier(10, 6_80), Tier(50, 6_00)),
    unit_weight_g=500,
    available=100,
    reason=None,
)


@pytest.mark.parametrize(
    ("changes", "quantity", "code", "suggested"),
    [
        ({}, 10, None, 0),
        ({}, 100, None, 0),
        ({"reason": "licence_not_valid"}, 10, ProblemCode.NOT_ON_SALE, 0),
        ({"available": 9}, 10, ProblemCode.SOLD_OUT, 0),
        ({"available": 0}, 7, ProblemCode.SOLD_OUT, 0),
        ({}, 7, ProblemCode.QUANTITY, 10),
        ({}, 12, ProblemCode.QUANTITY, 15),
        ({"available": 14}, 12, ProblemCode.QUANTITY, 10),
        ({}, 105, ProblemCode.SHORT, 100),
        ({"available": 23}, 25, ProblemCode.SHORT, 20),
    ],
)
def test_a_line_says_what_keeps_it_from_being_ordered(changes, quantity, code, suggested):
    problem = line_problem(replace(OFFER, **changes), quantity)
    assert (problem.code if problem else None) == code
    assert (problem.suggested if problem else 0) == suggested


@given(available=st.integers(0, 200), quantity=st.integers(1, 300))
def test_what_is_suggested_can_be_ordered(available, quantity):
    offer = replace(OFFER, available=available)
    problem = line_problem(offer, quantity)
    if problem is not None and problem.suggested:
        assert line_problem(offer, problem.suggested) is None


def test_the_hint_names_the_next_tier_only_where_it_costs_less_and_is_there():
    hint = price_line(OFFER, 45).hint
    assert hint is not None
    assert (hint.from_quantity, hint.total_minor, hint.saves_minor) == (50, 300_00, 6_00)
    assert price_line(OFFER, 40).hint is None
    assert price_line(replace(OFFER, available=49), 45).hint is None
    assert price_line(OFFER, 50).hint is None


def test_a_line_below_the_minimum_is_priced_like_the_minimum():
    assert price_line(OFFER, 3).total_minor == 3 * 6_80


def test_lines_stand_together_by_grower_with_their_own_freight():
    other = replace(OFFER, variant_id=2, grower_id=2, grower_name="第二苗圃")
    lines = [price_line(OFFER, 10), price_line(other, 10), price_line(replace(OFFER, variant_id=3), 20)]
    basket = group_by_grower(lines, {1: 8_00, 2: 9_00}, province_code="420000")
    assert [group.grower_id for group in basket.groups] == [1, 2]
    assert [group.weight_g for group in basket.groups] == [15_000, 5_000]
    assert basket.goods_minor == 40 * 6_80
    assert basket.total_minor == 40 * 6_80 + 17_00
    assert basket.orderable


def test_without_a_province_there_is_no_total_but_nothing_is_wrong():
    basket = group_by_grower([price_line(OFFER, 10)], {}, province_code=None)
    assert basket.freight_minor is None
    assert basket.total_minor is None
    assert basket.orderable


def test_a_grower_who_does_not_deliver_there_stops_the_order():
    basket = group_by_grower([price_line(OFFER, 10)], {}, province_code="650000")
    assert basket.groups[0].undeliverable
    assert not basket.orderable


def test_an_empty_cart_is_not_orderable():
    assert not group_by_grower([], {}, province_code=None).orderable


def test_a_line_counts_plants_and_money_of_all_its_units():
    bundles = replace(OFFER, unit="bundle", plants_per_unit=20)
    line = price_line(bundles, 50)
    assert (line.plants, line.unit_price_minor, line.total_minor) == (1_000, 6_00, 300_00)
    basket = group_by_grower([line, price_line(OFFER, 10)], {1: 15_00}, province_code="330000")
    assert (basket.plants, basket.goods_minor, basket.total_minor) == (1_010, 368_00, 383_00)


@pytest.mark.parametrize(("quantity", "price"), [(1, 6_80), (9, 6_80), (10, 6_80), (50, 6_00)])
def test_below_the_minimum_a_unit_costs_what_it_costs_at_the_minimum(quantity, price):
    assert OFFER.unit_price_minor(quantity) == price


@pytest.mark.parametrize(("available", "hinted"), [(49, False), (50, True), (51, True)])
def test_a_hint_names_only_what_is_there(available, hinted):
    line = price_line(replace(OFFER, available=available), 45)
    assert (line.hint is not None) == hinted


def test_a_line_that_cannot_be_ordered_gets_no_hint():
    assert price_line(replace(OFFER, reason="ended"), 45).hint is None


@pytest.mark.parametrize(
    ("freight", "province", "total", "orderable"),
    [
        ({1: 10_00, 2: 20_00}, "330000", 166_00, True),
        ({1: 10_00}, "330000", None, False),
        ({}, None, None, True),
        ({1: 0, 2: 0}, "330000", 136_00, True),
    ],
)
def test_freight_is_known_when_every_grower_delivers_there(freight, province, total, orderable):
    lines = [price_line(OFFER, 10), price_line(replace(OFFER, grower_id=2), 10)]
    basket = group_by_grower(lines, freight, province_code=province)
    assert (basket.total_minor, basket.orderable) == (total, orderable)
    assert basket.freight_minor == (None if total is None else total - 136_00)
    assert [group.undeliverable for group in basket.groups] == [
        bool(province) and grower not in freight for grower in (1, 2)
    ]


def test_an_empty_basket_is_not_ordered():
    empty = group_by_grower([], {}, province_code=None)
    assert (empty.orderable, empty.goods_minor, empty.total_minor, empty.plants) == (False, 0, 0, 0)


@pytest.mark.parametrize(
    ("grams", "shown"),
    [(1, 1), (9_999, 9_999), (10_000, 10_000), (10_001, 11_000), (11_000, 11_000), (11_001, 12_000)],
)
def test_a_heavy_parcel_is_shown_to_the_kilogram_begun(grams, shown):
    assert rounded_weight_g(grams) == shown
    line = price_line(replace(OFFER, unit_weight_g=grams, rule=QuantityRule(1, 1), tiers=(Tier(1, 1),)), 1)
    group = group_by_grower([line], {1: 1}, province_code="330000").groups[0]
    assert (group.weight_g, group.shown_weight_g) == (grams, shown)
