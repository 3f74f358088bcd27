"""From the listing form to an offer, and from a listing back to what one would have typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import Field

from shop.catalogue.queries.cards import ListingCard, VariantView
from shop.catalogue.rules.listing_fields import TYPED
from shop.catalogue.rules.measures import MEASURES, Measure, Size, Unit, range_text
from shop.catalogue.rules.offers import Offer, VariantOffer
from shop.catalogue.rules.pricing import QuantityRule, Tier
from shop.catalogue.rules.seasons import Season, Window
from shop.seller.forms.fields import kilogram_text, yuan_text
from shop.seller.forms.kinds import KINDS
from shop.seller.forms.listing import LadderForm, ListingForm, VariantForm

Typed = dict[str, list[str]]
NOT_TYPED = {"csrf_token", "form_key", "action"}


def offer_of(form: ListingForm, root: str) -> Offer:
    """The offer that a form without unreadable fields stands for; `root` is that of the chosen lot."""
    windows = [
        Window(season, getattr(form, f"{season}_from").data, getattr(form, f"{season}_to").data)
        for season in Season
        if getattr(form, season).data
    ]
    return Offer(
        root=root,
        variants=[_variant(entry, root) for entry in form.variants],
        windows=windows,
        **{name: KINDS[field.typed].read(form[name].data) for name, field in TYPED.items()},
    )


def ladder_offer(entry: Field, size: Size, **more: Any) -> VariantOffer:
    """Prices, quantity rule and stock of one row of a form; blank price lines are left out."""
    form: LadderForm = entry.form
    lines = [(_row(line), line.form) for line in form.tiers if not line.form.blank]
    return VariantOffer(
        size=size,
        rule=QuantityRule(form.minimum_quantity.data or 0, form.increment.data or 0),
        tiers=[Tier(line.from_quantity.data or 0, line.unit_price.data or 0) for _, line in lines],
        on_hand=form.on_hand.data if form.on_hand.data is not None else -1,
        on_hand_shown=form.on_hand_shown.data,
        sku=form.sku.data or None,
        row=_row(entry),
        tier_rows=[row for row, _ in lines],
        **more,
    )


def _variant(entry: Field, root: str) -> VariantOffer:
    form: VariantForm = entry.form
    unit = form.unit.data or Unit.PLANT
    ends: dict[str, int | None] = {}
    for measure in MEASURES.values():
        field = form[measure.form_field]
        typed = field.ends if measure.is_range else (field.data if measure.root in (None, root) else None,)
        ends |= zip(measure.columns, typed, strict=True)
    return ladder_offer(
        entry,
        Size(**ends),
        weight_g=form.weight_kg.data,
        title=(form.title.data or "").strip(),
        unit=unit,
        plants_per_unit=(form.plants_per_unit.data or 0) if unit == Unit.BUNDLE else 1,
    )


def _row(entry: Field) -> int:
    return int(entry.name.rsplit("-", 1)[1])


def typed_of(sent: Iterable[tuple[str, list[str]]]) -> Typed:
    """What a person typed into the form, without its machinery."""
    return {name: list(values) for name, values in sent if name not in NOT_TYPED}


def without_rows(typed: Mapping[str, list[str]], prefix: str) -> Typed:
    """The same without the rows whose names begin with `prefix`, as `variants-1-`."""
    return {name: values for name, values in typed.items() if not name.startswith(prefix)}


def typed_from(card: ListingCard, *, as_new: bool = False) -> Typed:
    """What one would have typed to get this listing.

    With `as_new` it is the start of another one: no title, no skus, no prices, no stock, no sale dates.
    """
    typed: Typed = {"lot": [str(card.lot_id or "")]} | {
        name: [KINDS[field.typed].write(getattr(card, name))]
        for name, field in TYPED.items()
        if field.taken_over or not as_new
    }
    for window in card.windows:
        typed[window.season] = ["y"]
        typed[f"{window.season}_from"] = [str(window.from_week)]
        typed[f"{window.season}_to"] = [str(window.to_week)]
    for row, variant in enumerate(card.variants):
        typed |= _typed_variant(f"variants-{row}-", variant, as_new=as_new)
    return typed


def _typed_variant(at: str, variant: VariantView, *, as_new: bool) -> Typed:
    texts: dict[str, object] = {
        measure.form_field: _typed_measure(measure, variant.size) for measure in MEASURES.values()
    } | {
        "unit": variant.unit,
        "plants_per_unit": variant.plants_per_unit if variant.is_bundle else None,
        "weight_kg": kilogram_text(variant.weight_g),
        "minimum_quantity": variant.minimum_quantity,
        "increment": variant.increment,
    }
    if not as_new:
        texts |= {"sku": variant.sku, "title": variant.title}
        texts |= {"on_hand": variant.on_hand, "on_hand_shown": variant.on_hand}
    typed = {at + name: ["" if text is None else str(text)] for name, text in texts.items()}
    return typed | typed_ladder(at, variant, prices=not as_new)


def _typed_measure(measure: Measure, size: Size) -> object:
    ends = [getattr(size, column) for column in measure.columns]
    return range_text(*ends, in_cm=measure.in_mm) if measure.is_range else ends[0]


def typed_ladder(at: str, variant: VariantView, *, prices: bool = True) -> Typed:
    """The price lines of a size grade as one would have typed them."""
    typed: Typed = {}
    for line, tier in enumerate(variant.tiers):
        typed[f"{at}tiers-{line}-from_quantity"] = [str(tier.from_quantity)]
        typed[f"{at}tiers-{line}-unit_price"] = [yuan_text(tier.unit_price_minor) if prices else ""]
    return typed
