"""Passwords that everybody tries first."""

import pytest

from core.accounts.rules.passwords import is_too_simple

ABOUT = ("secretary", "13800138000", "李桂")


@pytest.mark.parametrize(
    "password", ["12345678", "PASSWORD", "aaaaaaaa", "11112222", "13800138000", "secretary", "secretary1"]
)
def test_what_is_guessed_first_is_refused(password):
    assert is_too_simple(password, about=ABOUT)


@pytest.mark.parametrize("password", ["three osmanthus trees", "9fK2-xq71", "secretary of the green hills"])
def test_what_is_not_guessed_is_taken(password):
    assert not is_too_simple(password, about=ABOUT)
