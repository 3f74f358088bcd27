"""Rows of the listing form come and go by buttons."""

import pytest

from shop.seller.forms.rows import change_rows

TYPED = {
    "title": ["丹桂"],
    "variants-0-unit": ["bundle"],
    "variants-0-minimum_quantity": ["10"],
    "variants-0-tiers-0-from_quantity": ["10"],
    "variants-0-tiers-0-unit_price": ["5"],
    "variants-3-unit": ["plant"],
    "variants-3-minimum_quantity": ["2"],
}


def test_a_new_size_is_sold_like_the_last_one():
    added = change_rows(TYPED, "add_variant")
    assert added["variants-4-unit"] == ["plant"]
    assert added["variants-4-tiers-0-from_quantity"] == ["2"]
    assert added["variants-4-tiers-0-unit_price"] == [""]
    assert {name: added[name] for name in TYPED} == TYPED


def test_a_first_size_appears_where_there_was_none():
    assert change_rows({}, "add_variant")["variants-0-tiers-0-unit_price"] == [""]


def test_a_price_line_is_added_behind_the_last_one():
    added = change_rows(TYPED, "add_tier-0")
    assert added["variants-0-tiers-1-from_quantity"] == [""]
    assert change_rows(TYPED, "add_tier-3")["variants-3-tiers-0-unit_price"] == [""]


def test_a_size_is_removed_and_the_last_one_stays():
    left = change_rows(TYPED, "remove_variant-0")
    assert not [name for name in left if name.startswith("variants-0-")]
    assert change_rows(left, "remove_variant-3") == left


@pytest.mark.parametrize("number", ["²", "9" * 5000, "00", ""])
def test_a_row_that_is_none_is_left_alone(number):
    assert change_rows(TYPED, f"add_tier-{number}") == TYPED
    assert change_rows(TYPED, f"remove_variant-{number}") == TYPED


def test_other_buttons_change_nothing():
    for action in ("publish", "draft", "add_tier-9", "add_tier-x", "remove_variant-", "first_photo:abc"):
        assert change_rows(TYPED, action) == TYPED
