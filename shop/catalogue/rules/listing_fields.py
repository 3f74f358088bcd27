"""The fields of a listing: one list, which its form, rows, cards, page, index and JSON follow. Pure.

Their words stand in `wording/fields.py`, their columns in `models.py`; `docs/how-to-add.md` says what a new one needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, get_type_hints


@dataclass(frozen=True)
class Declared:
    """What is to be known of a field besides its type.

    `typed` is the kind of input by which growers give it, one of `shop/seller/forms/kinds.py`; empty for what nobody
    types. `least` and `most` bound the characters of a text, or the number itself. The rest says where it goes: onto
    the listing's page among the facts, into the search index, into the JSON API, into the form of the next listing.
    """

    typed: str = ""
    least: int = 0
    most: int = 0
    fact: bool = False
    searched: bool = False
    in_json: bool = False
    taken_over: bool = False


@dataclass(frozen=True, kw_only=True)
class TypedFields:
    """What a grower says of a listing as a whole."""

    title: Annotated[str, Declared("title", 4, 120, in_json=True)]
    description: Annotated[str, Declared("text", most=5_000, searched=True, taken_over=True)] = ""
    presale_week: Annotated[str | None, Declared("choice")] = None
    sale_from: Annotated[datetime | None, Declared("first_day")] = None
    sale_until: Annotated[datetime | None, Declared("last_day")] = None


@dataclass(frozen=True, kw_only=True)
class LotFields:
    """What a listing says of its plants, which is what their lot says."""

    cultivar_group: Annotated[str, Declared(in_json=True)] = ""
    cultivar: Annotated[str, Declared(in_json=True)] = ""
    root: Annotated[str, Declared(fact=True, in_json=True)] = ""
    propagation: Annotated[str, Declared(fact=True, in_json=True)] = ""
    age_code: Annotated[str, Declared(fact=True)] = ""
    grade: Annotated[str, Declared(fact=True, searched=True)] = ""
    origin: Annotated[str, Declared(fact=True, searched=True, in_json=True)] = ""


@dataclass(frozen=True, kw_only=True)
class ListingFields(LotFields, TypedFields):
    """All fields of a listing by themselves, without its size grades, seasons and photos."""

    id: int
    slug: Annotated[str, Declared(in_json=True)]
    state: str
    currency: str
    published_at: datetime | None
    updated_at: datetime


def declared_in(of: type) -> dict[str, Declared]:
    """The fields of one of these classes, by name, each with its declaration."""
    hints = get_type_hints(of, include_extras=True)
    return {
        field.name: next(iter(getattr(hints[field.name], "__metadata__", ())), Declared())
        for field in fields(of)
    }


FIELDS: Mapping[str, Declared] = declared_in(ListingFields)
OF_LOT = tuple(declared_in(LotFields))
TYPED = {name: field for name, field in FIELDS.items() if field.typed}
FACTS = tuple(name for name, field in FIELDS.items() if field.fact)
SEARCHED = tuple(name for name, field in FIELDS.items() if field.searched)
IN_JSON = tuple(name for name, field in FIELDS.items() if field.in_json)
