"""What people type to say who they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.rules.identity import Identity, masked, normalise_phone, parse_identity


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("13800138000", "phone", "+8613800138000"),
        (" 138-0013-8000 ", "phone", "+8613800138000"),
        ("+86 138 0013 8000", "phone", "+8613800138000"),
        ("008613800138000", "phone", "+8613800138000"),
        ("１３８００１３８０００", "phone", "+8613800138000"),
        ("0715 8322222", "phone", "+867158322222"),
        ("+49 30 123456", "phone", "+4930123456"),
        ("Li.Gui@Example.ORG", "email", "li.gui@example.org"),
        ("secretary@demo.guiyuan.example", "email", "secretary@demo.guiyuan.example"),
        ("name＠example.com", "email", "name@example.com"),
    ],
)
def test_phones_and_addresses_are_recognised(typed, kind, value):
    assert parse_identity(typed) == Identity(kind, value)


@pytest.mark.parametrize(
    "typed", ["", "12", "1380013800", "guihua", "@", "a@", "a b@example.org", "138001380001"]
)
def test_anything_else_is_refused(typed):
    assert parse_identity(typed) is None


@given(st.text(max_size=40))
def test_any_text_is_answered(text):
    found = parse_identity(text)
    assert found is None or parse_identity(found.value) == found


def test_a_normal_form_stays_as_it_is():
    assert normalise_phone("+8613800138000") == "+8613800138000"


def test_a_masked_contact_shows_little():
    assert masked(Identity("phone", "+8613800138000")) == "+86138****8000"
    assert masked(Identity("email", "li.gui@example.org")) == "l***@example.org"
