"""A freight table as a grower types it: read line by line, every fault named, nothing typed lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from core.money import decimal_text
from shop.freight.rules.addresses import province_name, provinces, short_name
from shop.freight.rules.rates import Rate, Table

MAX_RATES = 12
MAX_PRICE = Decimal(100_000)
PRICES = ("first_kg", "per_kg", "bulk_per_kg")
AMOUNT = re.compile(r"\d{1,6}(\.\d{1,2})?")


@dataclass
class TypedRate:
    """One line as typed; prices are yuan in words, `errors` by field."""

    name: str = ""
    provinces: list[str] = field(default_factory=list)
    first_kg: str = ""
    per_kg: str = ""
    bulk_per_kg: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def places(self) -> str:
        """The chosen provinces in a row."""
        return "、".join(short_name(province_name(code)) for code in self.provinces)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed but a name."""
        return not (self.provinces or self.first_kg or self.per_kg or self.bulk_per_kg)


def from_table(table: Table) -> list[TypedRate]:
    """A table as the form shows it."""
    return [
        TypedRate(
            rate.name,
            sorted(rate.provinces),
            decimal_text(rate.first_kg_minor),
            decimal_text(rate.per_kg_minor),
            decimal_text(rate.bulk_per_kg_minor),
        )
        for rate in table.rates
    ]


def from_form(form: MultiDict[str, str]) -> list[TypedRate]:
    """The lines that were sent, those marked for removal left out."""
    typed = []
    for index in range(MAX_RATES):
        start = f"rates-{index}-"
        if f"{start}first_kg" not in form or form.get(f"{start}remove"):
            continue
        first, further, bulk = (form.get(f"{start}{price}", "").strip() for price in PRICES)
        name = form.get(f"{start}name", "").strip()[:40]
        typed.append(TypedRate(name, form.getlist(f"{start}provinces"), first, further, bulk))
    return typed


def rates_of(typed: Sequence[TypedRate]) -> list[Rate] | None:
    """The rates of the lines that are not blank; None when one is at fault, which then says so."""
    known = {province.code for province in provinces()}
    seen: set[str] = set()
    rates = []
    for line in typed:
        if line.is_blank:
            continue
        line.errors = {
            name: _("An amount in yuan, such as 8 or 8.50.") for name in PRICES if _fen(line, name) is None
        }
        if not line.provinces or not known.issuperset(line.provinces):
            line.errors["provinces"] = _("Choose at least one province.")
        twice = [short_name(province_name(code)) for code in line.provinces if code in seen]
        if twice:
            line.errors["provinces"] = _("Already in a line above: %(names)s.", names="、".join(twice))
        seen.update(line.provinces)
        if not line.errors:
            first, further, bulk = (_fen(line, name) or 0 for name in PRICES)
            rates.append(Rate(frozenset(line.provinces), first, further, bulk, name=line.name))
    return None if any(line.errors for line in typed) else rates


def _fen(line: TypedRate, name: str) -> int | None:
    text = getattr(line, name)
    return int(Decimal(text) * 100) if AMOUNT.fullmatch(text) and Decimal(text) <= MAX_PRICE else None
