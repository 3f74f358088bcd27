"""Fields for numbers and days that are typed: checked, never guessed, and never larger than what keeps them.

WTForms hands a typed text to `int`, `Decimal` and `strptime`, which take more than people mean: `1e999999`, `NaN`, `1_0`, a
day of the year 1. Forms take these fields instead; a test holds them to it.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

LARGEST_NUMBER = 2**63 - 1
LONGEST_TYPED = 60
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_PLAIN = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})")
# Days of papers, sales and plans; what lies outside is a slip of the hand.
FIRST_YEAR, LAST_YEAR = 1900, 2200


def plain_digits(text: str) -> str:
    """What was typed in plain letters: full-width digits, signs and points are the same ones for a reader."""
    return unicodedata.normalize("NFKC", text[:LONGEST_TYPED]).strip()


class _Unread:
    """A field whose text was no value is told so once; validators, ours in forms too, meet only values."""

    process_errors: list[Any]
    raw_data: Any

    def pre_validate(self, _form: Any) -> None:
        """Stop at a text that is no value; an empty one is left to `Optional` and `DataRequired`."""
        if self.process_errors and any(str(text).strip() for text in self.raw_data or ()):
            raise StopValidation


class IntegerField(_Unread, wtforms.IntegerField):
    """A whole number in plain or full-width digits that a column holds."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        typed = _typed(valuelist[0], _WHOLE)
        if typed is None or abs(int(typed)) > LARGEST_NUMBER:
            raise ValueError(self.invalid_value_message or _l("Type a whole number in digits."))
        self.data = int(typed)


def _typed(text: str, shape: re.Pattern[str]) -> str | None:
    """The number in plain letters; None when it is none. Superscripts and the like would fold to digits that nobody means."""
    if len(text) > LONGEST_TYPED or any(unicodedata.category(character) == "No" for character in text):
        return None
    plain = plain_digits(text)
    return plain if shape.fullmatch(plain) else None


def typed_count(text: str | None) -> int | None:
    """A count that was typed where no form stands, as an `IntegerField` reads it; None when it is none, or below zero."""
    typed = _typed(text or "", _WHOLE)
    return int(typed) if typed is not None and 0 <= int(typed) <= LARGEST_NUMBER else None


class DecimalField(_Unread, wtforms.DecimalField):
    """A number in plain notation: no exponent, no infinity, at most 18 digits before and 12 behind the point."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        typed = _typed(valuelist[0], _PLAIN)
        if typed is None:
            raise ValueError(self.invalid_value_message or _l("Type a number in digits, such as 12.5."))
        self.data = Decimal(typed)


class DateField(_Unread, wtforms.DateField):
    """A day between the years 1900 and 2200."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([plain_digits(text) for text in valuelist])
        if self.data is not None and not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            self.data = None
            raise ValueError(_l("Type a day between the years 1900 and 2200."))
