"""Codes of businesses, states of growers, addresses made of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branch.growers.rules.credit_code import ALPHABET, is_valid_uscc, normalise_uscc
from branch.growers.rules.slugs import slug_base
from branch.growers.states import NEEDS_REASON, NEXT, GrowerState, may_become


@pytest.mark.parametrize("code", ["91350100M000100Y43", "911100007109250324", "91310000MA1FL5HX8B"])
def test_codes_with_a_fitting_check_character(code):
    body = code[:-1]
    fitting = [character for character in ALPHABET if is_valid_uscc(body + character)]
    assert len(fitting) == 1


def test_the_example_of_the_standard_is_valid():
    assert is_valid_uscc("91350100M000100Y43")


@given(st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(place, other):
    code = "91350100M000100Y43"
    changed = code[:place] + other + code[place + 1 :]
    assert is_valid_uscc(changed) is (changed == code)


@pytest.mark.parametrize("code", ["", "91350100M000100Y4", "91350100M000100Y433", "91350100I000100Y43"])
def test_wrong_lengths_and_letters_are_refused(code):
    assert not is_valid_uscc(code)


def test_blanks_and_small_letters_do_not_matter():
    assert normalise_uscc(" 91350100 m000100y43 ") == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("current", "wanted", "allowed"),
    [
        ("applied", "admitted", True),
        ("applied", "refused", True),
        ("applied", "left", False),
        ("admitted", "left", True),
        ("admitted", "refused", False),
        ("refused", "admitted", False),
        ("refused", "applied", True),
        ("left", "applied", True),
        ("left", "admitted", False),
    ],
)
def test_what_may_follow_what(current, wanted, allowed):
    assert may_become(current, GrowerState(wanted)) is allowed


def test_every_state_has_a_line_and_refusals_need_reasons():
    assert set(NEXT) == set(GrowerState)
    assert {GrowerState.REFUSED, GrowerState.LEFT} == NEEDS_REASON


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        (["zhu", "sha", "yuan"], "zhu-sha-yuan"),
        (["A&B Nursery ", "。", "二"], "a-b-nursery"),
        (["。"], ""),
        (["a" * 80], "a" * 60),
    ],
)
def test_addresses_of_names(words, slug):
    assert slug_base(words) == slug
