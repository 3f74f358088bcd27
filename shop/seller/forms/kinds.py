"""How the fields of a listing are typed: from their declaration to a form's field, and from its data to the value and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from core.clock import local_day, local_moment
from core.web.forms.fields import DateField
from shop.catalogue.rules.listing_fields import TYPED, Declared
from shop.catalogue.rules.measures import MEASURES
from shop.catalogue.wording.fields import LABELS
from shop.seller.forms.fields import RangeField, WholeField


def _start_of(day: date | None, *, after_days: int = 0) -> datetime | None:
    return None if day is None else local_moment(day + timedelta(days=after_days))


def _day(moment: datetime | None, *, before_days: int = 0) -> str:
    return "" if moment is None else str(local_day(moment) - timedelta(days=before_days))


def _stripped(text: str | None) -> str:
    return (text or "").strip()


@dataclass(frozen=True)
class Kind:
    """`make` builds the field from its label and declaration; `read` takes its data to the value, `write` back to text."""

    make: Callable[[Any, Declared], Any]
    read: Callable[[Any], Any] = lambda data: data
    write: Callable[[Any], str] = lambda value: "" if value is None else str(value)


KINDS = {
    # Its length is a rule of the offer, with a sentence of its own.
    "title": Kind(lambda label, _field: StringField(label), _stripped),
    "line": Kind(lambda label, field: StringField(label, [Length(max=field.most)]), _stripped),
    "text": Kind(lambda label, field: TextAreaField(label, [Length(max=field.most)]), _stripped),
    "number": Kind(
        lambda label, field: WholeField(label, validators=[Optional(), NumberRange(field.least, field.most)])
    ),
    "choice": Kind(
        lambda label, _field: SelectField(label, validate_choice=False), lambda data: data or None
    ),
    "first_day": Kind(lambda label, _field: DateField(label, [Optional()]), _start_of, _day),
    "last_day": Kind(
        lambda label, _field: DateField(label, [Optional()]),
        partial(_start_of, after_days=1),
        partial(_day, before_days=1),
    ),
}


def field_of(name: str) -> Any:
    """The form's field for a field of a listing, or for a measure of its size grades."""
    if name in TYPED:
        return KINDS[TYPED[name].typed].make(LABELS[name], TYPED[name])
    measure = MEASURES[name]
    return RangeField(LABELS[name], to_mm=measure.in_mm) if measure.is_range else WholeField(LABELS[name])
