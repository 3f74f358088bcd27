"""Form fields for what growers type: yuan, kilograms, whole numbers and ranges of centimetres.

What was typed stays in the field, readable or not. An empty field is None; whether that is allowed is a rule
of the offer, not of the field.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from wtforms import StringField

from core.web.wording.formatting import M2_PER_MU
from shop.catalogue.rules.measures import parse_range

TOO_MUCH = Decimal(10) ** 12


def plain(text: str) -> str:
    """Full-width digits and signs as their plain forms, without blanks and thousands separators."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace(",", "")


def yuan_text(fen: int) -> str:
    """Fen as one types yuan: 80 is `0.80`."""
    return f"{fen // 100}.{fen % 100:02d}"


def kilogram_text(grams: int) -> str:
    """Grams as one types kilograms: 12500 is `12.5`."""
    return f"{Decimal(grams) / 1000:f}".rstrip("0").rstrip(".") if grams % 1000 else str(grams // 1000)


class TypedField(StringField):
    """A text field whose `data` is the value that the text stands for."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    @property
    def raw_text(self) -> str:
        """What was typed, blanks around it left out."""
        return self._value().strip()

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if valuelist and plain(valuelist[0]):
            self.data = self.read(plain(valuelist[0]))

    def read(self, text: str) -> Any:
        """The value; raises ValueError with a sentence when the text stands for none."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """The text that one would type for a value."""
        return str(value)


class WholeField(TypedField):
    """A whole number that is not negative."""

    def read(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise ValueError(_("Write a whole number, as 100."))
        return int(text)


class YuanField(TypedField):
    """An amount in yuan with at most two decimals; `data` is in fen."""

    def read(self, text: str) -> int:
        text = text.removeprefix("¥").removeprefix("￥").removesuffix("元")
        fen = _decimal(text) * 100
        if fen != fen.to_integral_value():
            raise ValueError(_("A price has at most two decimals, as 0.80."))
        return int(fen)

    def write(self, value: int) -> str:
        return yuan_text(value)


class KilogramField(TypedField):
    """A weight in kilograms with at most three decimals; `data` is in grams."""

    def read(self, text: str) -> int:
        grams = _decimal(text.lower().removesuffix("kg").removesuffix("公斤")) * 1000
        if grams != grams.to_integral_value():
            raise ValueError(_("A weight has at most three decimals, as 0.05."))
        return int(grams)

    def write(self, value: int) -> str:
        return kilogram_text(value)


class MuField(TypedField):
    """An area in mu; `data` is in whole square metres."""

    def read(self, text: str) -> int:
        area_m2 = round(_decimal(text.removesuffix("亩")) * M2_PER_MU)
        if area_m2 < 1:
            raise ValueError(_("Write the area in mu, as 2.5."))
        return area_m2

    def write(self, value: int) -> str:
        return f"{Decimal(value) / M2_PER_MU:.2f}".rstrip("0").rstrip(".")


class RangeField(TypedField):
    """One length in centimetres or two, as 7-8; `data` is a pair (least, most), in millimetres with `to_mm`."""

    def __init__(self, label: Any = None, *, to_mm: bool = False, **options: Any) -> None:
        super().__init__(label, **options)
        self.to_mm = to_mm

    @property
    def ends(self) -> tuple[int | None, int | None]:
        """The least and the most; both None when nothing was typed."""
        return self.data or (None, None)

    def read(self, text: str) -> tuple[int | None, int | None]:
        try:
            return parse_range(text, to_mm=self.to_mm)
        except ValueError:
            raise ValueError(_("Write one number or two, as 8 or 7-8.")) from None


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(_("Write a number, as 0.80.")) from None
    if not number.is_finite() or not 0 <= number < TOO_MUCH:
        raise ValueError(_("Write a number, as 0.80."))
    return number
