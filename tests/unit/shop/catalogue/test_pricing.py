"""Price ladders: what is sound, what a quantity costs, and when taking more costs less."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.catalogue.rules.pricing import (
    QuantityRule,
    Tier,
    cheaper_next_tier,
    line_total,
    offer_problems,
    tier_price,
)

LADDER = [Tier(1, 68_000), Tier(10, 64_000), Tier(50, 60_000)]
ONE_BY_ONE = QuantityRule(minimum_quantity=1, increment=1)


@st.composite
def sound_offers(draw):
    """A rule and a ladder that keep every rule, built rather than filtered."""
    increment = draw(st.integers(1, 50))
    minimum = increment * draw(st.integers(1, 20))
    steps = draw(st.lists(st.integers(1, 40), max_size=5))
    price = draw(st.integers(1, 1_000_000))
    tiers = [Tier(minimum, price)]
    for step in steps:
        price = draw(st.integers(1, price))
        tiers.append(Tier(tiers[-1].from_quantity + step * increment, price))
    return QuantityRule(minimum, increment), tiers


@pytest.mark.parametrize(
    ("quantity", "price"),
    [(1, 68_000), (9, 68_000), (10, 64_000), (49, 64_000), (50, 60_000), (5_000, 60_000)],
)
def test_the_highest_line_that_is_reached_gives_the_price(quantity, price):
    assert tier_price(LADDER, quantity) == price
    assert line_total(LADDER, quantity) == price * quantity


def test_the_order_of_the_lines_does_not_matter():
    assert tier_price(list(reversed(LADDER)), 20) == 64_000


def test_a_quantity_below_the_first_line_has_no_price():
    with pytest.raises(ValueError, match="reaches no line"):
        tier_price([Tier(10, 100)], 9)


def test_taking_fifty_is_cheaper_than_forty_eight():
    hint = cheaper_next_tier(LADDER, 48)
    assert hint is not None
    assert (hint.from_quantity, hint.total_minor, hint.saves_minor) == (
        50,
        3_000_000,
        48 * 64_000 - 3_000_000,
    )


@pytest.mark.parametrize("quantity", [1, 9, 10, 46, 50, 51])
def test_no_hint_where_taking_more_costs_as_much_or_more(quantity):
    assert cheaper_next_tier(LADDER, quantity) is None


def test_equal_totals_are_no_hint():
    assert cheaper_next_tier([Tier(1, 100), Tier(10, 90)], 9) is None


def test_nine_at_the_first_price_against_ten_at_the_second():
    assert cheaper_next_tier(LADDER, 9) is None
    assert cheaper_next_tier([Tier(1, 100), Tier(10, 80)], 9).saves_minor == 100


def test_a_sound_offer_has_no_problems():
    assert offer_problems(ONE_BY_ONE, LADDER) == []


@pytest.mark.parametrize(
    ("rule", "tiers", "code", "line"),
    [
        (QuantityRule(0, 1), [Tier(1, 100)], "minimum_out_of_range", None),
        (QuantityRule(1, 0), [Tier(1, 100)], "increment_out_of_range", None),
        (QuantityRule(25, 10), [Tier(25, 100)], "increment_does_not_divide_minimum", None),
        (ONE_BY_ONE, [], "no_price", 0),
        (ONE_BY_ONE, [Tier(1, 100), Tier(5, 0)], "price_out_of_range", 1),
        (ONE_BY_ONE, [Tier(1, 100), Tier(5, 120)], "price_rises", 1),
        (ONE_BY_ONE, [Tier(1, 100), Tier(5, 90), Tier(5, 80)], "same_quantity_twice", 2),
        (QuantityRule(10, 10), [Tier(10, 100), Tier(25, 90)], "increment_does_not_divide_line", 1),
        (QuantityRule(10, 10), [Tier(20, 100)], "first_line_is_not_minimum", 0),
        (ONE_BY_ONE, [Tier(1, 100)] + [Tier(n, 90) for n in range(2, 13)], "too_many_lines", 10),
        (ONE_BY_ONE, [Tier(1, 100), Tier(50_000_000, 90)], "quantity_out_of_range", 1),
    ],
)
def test_each_fault_is_refused_and_its_line_named(rule, tiers, code, line):
    assert (code, line) in [(problem.code, problem.line) for problem in offer_problems(rule, tiers)]


def test_the_line_is_named_as_it_was_given_not_as_it_sorts():
    problems = offer_problems(ONE_BY_ONE, [Tier(1, 100), Tier(50, 95), Tier(10, 90)])
    assert [(problem.code, problem.line) for problem in problems] == [("price_rises", 1)]
    assert problems[0].numbers == {"from": 50, "price_minor": 95, "lower_from": 10, "lower_price_minor": 90}


@given(sound_offers())
def test_offers_built_by_the_rules_are_sound(offer):
    assert offer_problems(*offer) == []


@given(sound_offers(), st.integers(0, 500))
def test_every_allowed_quantity_has_a_price_that_never_rises(offer, more):
    rule, tiers = offer
    quantity = rule.minimum_quantity + more * rule.increment
    assert rule.allows(quantity)
    assert tier_price(tiers, quantity + rule.increment) <= tier_price(tiers, quantity)


@given(sound_offers(), st.integers(0, 500))
def test_a_hint_really_is_cheaper_and_may_be_ordered(offer, more):
    rule, tiers = offer
    quantity = rule.minimum_quantity + more * rule.increment
    hint = cheaper_next_tier(tiers, quantity)
    higher = [tier.from_quantity for tier in tiers if tier.from_quantity > quantity]
    if hint is None:
        assert all(line_total(tiers, first) >= line_total(tiers, quantity) for first in higher)
    else:
        assert hint.from_quantity > quantity
        assert rule.allows(hint.from_quantity)
        assert line_total(tiers, hint.from_quantity) == hint.total_minor
        assert hint.total_minor + hint.saves_minor == line_total(tiers, quantity)
        assert hint.saves_minor > 0


@given(sound_offers(), st.integers(0, 20_000))
def test_the_nearest_allowed_quantity_is_allowed_and_nearest(offer, wanted):
    rule, _ = offer
    nearest = rule.nearest(wanted)
    assert rule.allows(nearest)
    assert nearest >= wanted
    assert not rule.allows(nearest - rule.increment) or nearest - rule.increment < wanted


@given(sound_offers(), st.integers(1, 5))
def test_a_ladder_with_one_raised_price_is_refused(offer, raise_by):
    rule, tiers = offer
    raised = [*tiers, Tier(tiers[-1].from_quantity + rule.increment, tiers[-1].unit_price_minor + raise_by)]
    assert [problem.code for problem in offer_problems(rule, raised)] == ["price_rises"]
