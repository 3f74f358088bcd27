from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branch.reports.facts.bridge import bridge, divide_half_even
from branch.reports.facts.figures import Totals

totals = st.builds(
    Totals,
    orders=st.integers(0, 10**4),
    plants=st.integers(-(10**5), 10**7),
    gross_minor=st.integers(0, 10**11),
    discount_minor=st.integers(0, 10**9),
    refund_minor=st.integers(-(10**9), 10**11),
)
# A machine that does other work at the same time is slow to generate; that is no fault of the code.
windows = st.dictionaries(st.integers(1, 40), totals, max_size=30)


@given(before=windows, after=windows)
def test_the_bridge_adds_up_to_the_fen(before, after):
    parts = bridge(before, after)
    steps = (
        parts.new_minor + parts.lost_minor + parts.quantity_minor + parts.price_minor + parts.unsplit_minor
    )
    assert parts.before_minor + steps == parts.after_minor
    assert parts.after_minor == sum(one.net_minor for one in after.values())
    assert parts.new_growers + parts.same_growers == len(after)
    assert parts.lost_growers + parts.same_growers == len(before)


def test_a_grower_who_sells_twice_the_plants_at_the_same_price_grew_by_quantity_alone():
    parts = bridge({1: Totals(plants=100, gross_minor=8_000)}, {1: Totals(plants=200, gross_minor=16_000)})
    assert (parts.quantity_minor, parts.price_minor) == (8_000, 0)


def test_a_grower_who_sells_the_same_plants_dearer_grew_by_price_alone():
    parts = bridge({1: Totals(plants=100, gross_minor=8_000)}, {1: Totals(plants=100, gross_minor=9_100)})
    assert (parts.quantity_minor, parts.price_minor) == (0, 1_100)


def test_new_and_lost_growers_stand_apart_from_the_same_ones():
    parts = bridge({1: Totals(plants=10, gross_minor=500)}, {2: Totals(plants=10, gross_minor=700)})
    assert (parts.new_minor, parts.lost_minor, parts.same_growers) == (700, -500, 0)


def test_a_grower_whose_returns_exceed_the_sales_is_named_unsplit_and_not_forced_into_a_price():
    parts = bridge({1: Totals(plants=-3, gross_minor=500)}, {1: Totals(plants=10, gross_minor=700)})
    assert (parts.quantity_minor, parts.price_minor, parts.unsplit_minor) == (0, 0, 200)


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_half_even_division_agrees_with_decimal(numerator, denominator):
    exact = (Decimal(numerator) * 10 / denominator / 10) if numerator % denominator == 0 else None
    result = divide_half_even(numerator, denominator)
    assert abs(2 * (numerator - result * denominator)) <= denominator
    if exact is not None:
        assert result == exact


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (1, 3, 0), (-1, 3, 0)],
)
def test_halves_go_to_the_even_neighbour(numerator, denominator, expected):
    assert divide_half_even(numerator, denominator) == expected
