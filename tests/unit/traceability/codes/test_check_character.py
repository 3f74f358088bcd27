"""The check character finds every changed symbol and every swap: proved for all, not sampled.

The check is linear: an error is missed exactly when the syndrome of the *difference* is 0. So trying
every difference of one place (16 x 31), and of two swapped places (120 x 31), is trying every code.
"""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.codes.rules.check_character import POWERS, SIZE, check_symbol, multiply, syndrome
from traceability.codes.rules.notation import ALPHABET, LENGTH, RANDOM_SYMBOLS, is_well_formed, with_check

symbols = st.integers(0, SIZE - 1)
bodies = st.lists(symbols, min_size=RANDOM_SYMBOLS, max_size=RANDOM_SYMBOLS)


def test_the_field_is_a_field():
    assert len(set(POWERS)) == SIZE - 1
    for a in range(1, SIZE):
        assert sorted(multiply(a, b) for b in range(SIZE)) == list(range(SIZE))
    for a, b, c in [(a, b, c) for a in range(SIZE) for b in range(SIZE) for c in (1, 7, 30)]:
        assert multiply(a, b) == multiply(b, a)
        assert multiply(a, b ^ c) == multiply(a, b) ^ multiply(a, c)
        assert multiply(multiply(a, b), c) == multiply(a, multiply(b, c))


def test_every_change_of_one_symbol_is_found():
    missed = [
        (place, change)
        for place in range(LENGTH)
        for change in range(1, SIZE)
        if syndrome([change if at == place else 0 for at in range(LENGTH)]) == 0
    ]
    assert missed == []


def test_every_swap_of_two_places_is_found():
    missed = [
        (one, other, difference)
        for one, other in combinations(range(LENGTH), 2)
        for difference in range(1, SIZE)
        if syndrome([difference if at in (one, other) else 0 for at in range(LENGTH)]) == 0
    ]
    assert missed == []


@given(bodies, bodies)
def test_the_check_is_linear_which_the_two_proofs_rest_on(one, other):
    both = [a ^ b for a, b in zip(one, other, strict=True)]
    assert check_symbol(both) == check_symbol(one) ^ check_symbol(other)
    assert syndrome([*one, check_symbol(one)]) == 0


@given(
    st.text(ALPHABET, min_size=RANDOM_SYMBOLS, max_size=RANDOM_SYMBOLS), st.integers(0, LENGTH - 2), symbols
)
def test_a_typing_error_does_not_give_another_code(body, place, symbol):
    code = with_check(body)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    changed = code[:place] + ALPHABET[symbol] + code[place + 1 :]
    assert is_well_formed(code)
    assert is_well_formed(swapped) == (swapped == code)
    assert is_well_formed(changed) == (changed == code)


def test_a_plain_sum_modulo_32_would_miss_some_swaps():
    """The negative control: why this is not the usual weighted sum."""
    weights = list(range(1, LENGTH + 1))
    missed = [
        (a, b)
        for a in range(SIZE)
        for b in range(SIZE)
        if a != b and (weights[0] * a + weights[2] * b - weights[0] * b - weights[2] * a) % SIZE == 0
    ]
    assert missed


@pytest.mark.parametrize("code", ["", "0" * 15, "0" * 17, "U" * 16, "o" * 16])
def test_other_shapes_are_not_well_formed(code):
    assert not is_well_formed(code)
