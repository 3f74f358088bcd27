"""The fields of a listing follow one declaration; where a new one has to be told by hand, the missing place is named here."""

import dataclasses
import re
from pathlib import Path

import pytest

from shop.catalogue.models import Listing, Variant
from shop.catalogue.rules.listing_fields import FACTS, FIELDS, OF_LOT, TYPED
from shop.catalogue.rules.measures import MEASURES
from shop.catalogue.wording.fields import LABELS
from shop.seller.forms.kinds import KINDS
from shop.seller.forms.listing import ListingForm, VariantForm
from traceability.api import LotView

TEMPLATE = (Path(__file__).resolve().parents[2] / "templates/shop/seller/listing_form.html").read_text()
COLUMNS, OF_SIZE = Listing.__table__.columns, Variant.__table__.columns


def in_template(form: str, field: str) -> bool:
    return re.search(rf"field\({form}\.{field}\b", TEMPLATE) is not None


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_of_a_listing_has_all_its_places(name: str) -> None:
    field = FIELDS[name]
    assert name in COLUMNS, f"{name}: the table `listing` (shop/catalogue/models.py) has no such column"
    if name in TYPED:
        assert field.typed in KINDS, f"{name}: shop/seller/forms/kinds.py knows no kind {field.typed!r}"
        assert hasattr(ListingForm, name), (
            f"{name}: shop/seller/forms/listing.py lacks {name} = field_of({name!r})"
        )
        assert in_template("form", name), (
            f"{name}: templates/shop/seller/listing_form.html does not show form.{name}"
        )
        longest = getattr(COLUMNS[name].type, "length", None) or field.most
        assert field.most <= longest, f"{name}: {field.most} characters do not fit into a column of {longest}"
    if name in OF_LOT:
        assert name in {one.name for one in dataclasses.fields(LotView)}, f"{name}: a lot says nothing of it"
    if name in TYPED or name in FACTS:
        assert name in LABELS, f"{name}: shop/catalogue/wording/fields.py has no label for it"


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_has_all_its_places(name: str) -> None:
    measure = MEASURES[name]
    for column in measure.columns:
        assert column in OF_SIZE, (
            f"{name}: the table `variant` (shop/catalogue/models.py) has no column {column}"
        )
        if measure.is_range:
            assert column in COLUMNS, (
                f"{name}: the table `listing` has no column {column}, for the span of its sizes"
            )
    field = measure.form_field
    assert hasattr(VariantForm, field), (
        f"{name}: shop/seller/forms/listing.py lacks {field} = field_of({name!r})"
    )
    assert in_template("size", field), (
        f"{name}: templates/shop/seller/listing_form.html does not show size.{field}"
    )
    assert name in LABELS, f"{name}: shop/catalogue/wording/fields.py has no label for it"


def test_no_label_stands_for_nothing() -> None:
    left = LABELS.keys() - TYPED.keys() - set(FACTS) - MEASURES.keys()
    assert not left, f"shop/catalogue/wording/fields.py: no field is called {sorted(left)}"
