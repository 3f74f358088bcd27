"""The listing form of one screen, and the quick form for prices and stock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from core.form_keys.forms import PageForm
from shop.catalogue.rules.measures import Unit
from shop.catalogue.rules.offers import MAX_VARIANTS
from shop.catalogue.rules.pricing import MAX_TIERS
from shop.catalogue.wording.plants import PROPAGATION_WORDS, ROOT_WORDS, UNIT_WORDS
from shop.seller.forms.fields import KilogramField, MuField, WholeField, YuanField
from shop.seller.forms.kinds import field_of

NEW_LOT = "new"
NEW_PLOT = "new"


def choices(words: Mapping[Any, object]) -> list[SelectChoice]:
    """The choices of a select, from words and what people call them."""
    return [SelectChoice(str(word), label) for word, label in words.items()]


class TierForm(Form):
    """One line of a price ladder."""

    from_quantity = WholeField(_l("From quantity"))
    unit_price = YuanField(_l("Price each"))

    @property
    def blank(self) -> bool:
        """Whether nothing was typed."""
        return not self.from_quantity.raw_text and not self.unit_price.raw_text


class LadderForm(Form):
    """Prices, quantity rule and stock of one size grade."""

    sku = HiddenField()
    minimum_quantity = WholeField(_l("Minimum order"), default=1)
    increment = WholeField(_l("In steps of"), default=1)
    on_hand = WholeField(_l("For sale now"))
    on_hand_shown = WholeField(widget=HiddenInput())
    tiers = FieldList(FormField(TierForm), min_entries=1, max_entries=MAX_TIERS + 5)


class VariantForm(LadderForm):
    """One size grade."""

    title = StringField(_l("Name of this size"), [Length(max=80)])
    ground_diameter = field_of("ground_diameter_mm")
    height = field_of("height_cm")
    crown = field_of("crown_cm")
    breast_diameter = field_of("breast_diameter_mm")
    branching_height_cm = field_of("branching_height_cm")
    root_ball_cm = field_of("root_ball_cm")
    container_l = field_of("container_l")
    unit = SelectField(_l("Sold as"), choices=choices(UNIT_WORDS), default=str(Unit.PLANT))
    plants_per_unit = WholeField(_l("Plants in a bundle"))
    weight_kg = KilogramField(_l("Weight of one plant, packed"))


class NewLotForm(Form):
    """A lot recorded while listing, and the plot on which it stands when that is new too."""

    plot = SelectField(_l("Plot"), validate_choice=False)
    plot_name = StringField(_l("Name of the new plot"), [Length(max=60)])
    plot_area_mu = MuField(_l("Its area"))
    cultivar_group = SelectField(_l("Cultivar group"), validate_choice=False)
    cultivar = StringField(_l("Cultivar"), [Length(max=40)])
    propagation = SelectField(_l("Raised by"), choices=choices(PROPAGATION_WORDS))
    age_code = StringField(_l("Age"), [Length(max=12)])
    root = SelectField(_l("Root travels as"), choices=choices(ROOT_WORDS))
    grade = StringField(_l("Grade"), [Length(max=24)])
    quantity = WholeField(_l("Plants in this lot"))


class ListingForm(PageForm):
    """Everything of a listing on one screen."""

    photos = MultipleFileField(_l("Photos"))
    keep_place_and_time = BooleanField(_l("Keep place and time of the photos, for us alone"))
    title = field_of("title")
    lot = SelectField(_l("Lot"), validate_choice=False)
    new_lot = FormField(NewLotForm)
    variants = FieldList(FormField(VariantForm), min_entries=1, max_entries=MAX_VARIANTS + 1)
    spring = BooleanField(_l("Spring"), default=True)
    spring_from = SelectField(_l("Spring from"), coerce=int, validate_choice=False, default=8)
    spring_to = SelectField(_l("Spring until"), coerce=int, validate_choice=False, default=14)
    autumn = BooleanField(_l("Autumn"), default=True)
    autumn_from = SelectField(_l("Autumn from"), coerce=int, validate_choice=False, default=44)
    autumn_to = SelectField(_l("Autumn until"), coerce=int, validate_choice=False, default=50)
    presale_week = field_of("presale_week")
    sale_from = field_of("sale_from")
    sale_until = field_of("sale_until")
    description = field_of("description")


class PricesForm(PageForm):
    """Prices and stock of every size grade of a listing."""

    variants = FieldList(FormField(LadderForm), min_entries=0, max_entries=MAX_VARIANTS + 1)


def leaves(form: Any) -> Iterator[Field]:
    """Every field of a form that holds a value, those of nested forms and lists too, in order."""
    for field in form:
        if isinstance(field, FormField):
            yield from leaves(field.form)
        elif isinstance(field, FieldList):
            for entry in field:
                yield from leaves(entry.form)
        else:
            yield field


def attach(form: Any, sentences: dict[str, str]) -> list[str]:
    """Hang each sentence on the field of that name; answers the sentences that found no field."""
    by_name = {field.name: field for field in leaves(form)}
    homeless = []
    for name, sentence in sentences.items():
        if name in by_name:
            by_name[name].errors = [*by_name[name].errors, sentence]
        else:
            homeless.append(sentence)
    return homeless
