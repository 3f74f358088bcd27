"""The life of a listing."""

import pytest

from shop.catalogue.states import ListingState, may_become

ALLOWED = {
    ("draft", "published"),
    ("published", "paused"),
    ("published", "ended"),
    ("paused", "published"),
    ("paused", "ended"),
}


@pytest.mark.parametrize("current", ListingState)
@pytest.mark.parametrize("wanted", ListingState)
def test_only_the_steps_of_the_table_are_allowed(current, wanted):
    assert may_become(current, wanted) == ((current, wanted) in ALLOWED)
