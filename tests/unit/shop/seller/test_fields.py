"""What growers type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from shop.seller.forms.fields import (
    KilogramField,
    RangeField,
    WholeField,
    YuanField,
    kilogram_text,
    yuan_text,
)

pytestmark = pytest.mark.usefixtures("app")


class Fields(Form):
    whole = WholeField("whole")
    yuan = YuanField("yuan")
    kilograms = KilogramField("kilograms")
    length = RangeField("length", to_mm=True)


def read(**typed):
    form = Fields(MultiDict(typed))
    form.validate()
    return form


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("whole", "100", 100),
        ("whole", " 1,200 ", 1200),
        ("whole", "１２", 12),
        ("whole", "", None),
        ("yuan", "0.80", 80),
        ("yuan", "¥680", 68_000),
        ("yuan", "￥1,234.5", 123_450),
        ("yuan", "12元", 1_200),
        ("kilograms", "0.05", 50),
        ("kilograms", "180kg", 180_000),
        ("kilograms", "12.5公斤", 12_500),
        ("length", "7-8", (70, 80)),
        ("length", "７～８", (70, 80)),
        ("length", "", None),
    ],
)
def test_what_is_typed_is_understood(name, text, value):
    field = read(**{name: text})[name]
    assert field.data == value
    assert not field.errors


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("whole", "1.5"),
        ("whole", "-1"),
        ("whole", "ten"),
        ("whole", "9" * 13),
        ("yuan", "0.805"),
        ("yuan", "-1"),
        ("yuan", "nan"),
        ("yuan", "1e99"),
        ("yuan", "abc"),
        ("kilograms", "0.0005"),
        ("length", "thick"),
        ("length", "1-2-3"),
    ],
)
def test_what_is_not_understood_is_said_and_stays(name, text):
    field = read(**{name: text})[name]
    assert field.errors
    assert all(field.errors)
    assert field._value() == text


@given(st.integers(0, 10**9))
def test_an_amount_survives_being_written_and_typed(fen):
    assert YuanField.read(None, yuan_text(fen)) == fen


@given(st.integers(0, 10**8))
def test_a_weight_survives_being_written_and_typed(grams):
    assert KilogramField.read(None, kilogram_text(grams)) == grams
