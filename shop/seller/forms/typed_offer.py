"""From the listing form to an offer, and from a listing back to what one would have typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from wtforms import Field

from core.clock import local_day, local_moment
from shop.catalogue.queries.cards import ListingCard, VariantView
from shop.catalogue.rules.measures import Size, Unit, range_text
from shop.catalogue.rules.offers import Offer, VariantOffer
from shop.catalogue.rules.pricing import QuantityRule, Tier
from shop.catalogue.rules.seasons import Season, Window
from shop.seller.forms.fields import kilogram_text, yuan_text
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
        title=(form.title.data or "").strip(),
        root=root,
        variants=[_variant(entry, root) for entry in form.variants],
        description=(form.description.data or "").strip(),
        windows=windows,
        presale_week=form.presale_week.data or None,
        sale_from=_start_of(form.sale_from.data),
        sale_until=_start_of(form.sale_until.data, after_days=1),
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
    height, ground = form.height.ends, form.ground_diameter.ends
    breast, crown = form.breast_diameter.ends, form.crown.ends
    size = Size(
        height_cm_min=height[0],
        height_cm_max=height[1],
        ground_diameter_mm_min=ground[0],
        ground_diameter_mm_max=ground[1],
        breast_diameter_mm_min=breast[0],
        breast_diameter_mm_max=breast[1],
        crown_cm_min=crown[0],
        crown_cm_max=crown[1],
        branching_height_cm=form.branching_height_cm.data,
        root_ball_cm=form.root_ball_cm.data if root == "root_ball" else None,
        container_l=form.container_l.data if root == "container" else None,
    )
    return ladder_offer(
        entry,
        size,
        weight_g=form.weight_kg.data,
        title=(form.title.data or "").strip(),
        unit=unit,
        plants_per_unit=(form.plants_per_unit.data or 0) if unit == Unit.BUNDLE else 1,
    )


def _row(entry: Field) -> int:
    return int(entry.name.rsplit("-", 1)[1])


def _start_of(day: date | None, *, after_days: int = 0) -> datetime | None:
    return None if day is None else local_moment(day + timedelta(days=after_days))


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
    typed: Typed = {
        "lot": [str(card.lot_id or "")],
        "description": [card.description],
    }
    for window in card.windows:
        typed[window.season] = ["y"]
        typed[f"{window.season}_from"] = [str(window.from_week)]
        typed[f"{window.season}_to"] = [str(window.to_week)]
    for row, variant in enumerate(card.variants):
        typed |= _typed_variant(f"variants-{row}-", variant, as_new=as_new)
    if not as_new:
        typed["title"] = [card.title]
        typed["presale_week"] = [card.presale_week or ""]
        typed["sale_from"] = [_day(card.sale_from)]
        typed["sale_until"] = [_day(card.sale_until, before_days=1)]
    return typed


def _typed_variant(at: str, variant: VariantView, *, as_new: bool) -> Typed:
    size = variant.size
    texts = {
        "ground_diameter": range_text(size.ground_diameter_mm_min, size.ground_diameter_mm_max, in_cm=True),
        "height": range_text(size.height_cm_min, size.height_cm_max),
        "breast_diameter": range_text(size.breast_diameter_mm_min, size.breast_diameter_mm_max, in_cm=True),
        "crown": range_text(size.crown_cm_min, size.crown_cm_max),
        "branching_height_cm": size.branching_height_cm,
        "root_ball_cm": size.root_ball_cm,
        "container_l": size.container_l,
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


def typed_ladder(at: str, variant: VariantView, *, prices: bool = True) -> Typed:
    """The price lines of a size grade as one would have typed them."""
    typed: Typed = {}
    for line, tier in enumerate(variant.tiers):
        typed[f"{at}tiers-{line}-from_quantity"] = [str(tier.from_quantity)]
        typed[f"{at}tiers-{line}-unit_price"] = [yuan_text(tier.unit_price_minor) if prices else ""]
    return typed


def _day(moment: datetime | None, *, before_days: int = 0) -> str:
    return "" if moment is None else str(local_day(moment) - timedelta(days=before_days))
