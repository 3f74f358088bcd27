from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.cart.rules import Offer, ProblemCode, group_by_grower, line_problem, price_line
from shop.catalogue.pricing import QuantityRule, Tier

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
