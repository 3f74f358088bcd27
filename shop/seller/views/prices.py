"""Prices and stock of a listing, changed in a minute."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from core.clock import now
from core.errors import DomainError, existing
from core.form_keys.views import creates, creating
from core.gate import requires
from core.scopes import Scope
from shop.catalogue.queries import drafts
from shop.catalogue.queries.cards import ListingCard
from shop.catalogue.queries.listings import own_listings
from shop.catalogue.rules.offers import VariantOffer
from shop.catalogue.service import publishing
from shop.seller.forms.listing import PricesForm, attach, leaves
from shop.seller.forms.rows import change_rows
from shop.seller.forms.typed_offer import Typed, ladder_offer, typed_ladder, typed_of
from shop.seller.views.current_seller import Seller, current_seller

blueprint = Blueprint("seller_prices", __name__)


@blueprint.get("/seller/listings/<slug>/price")
@requires("listings.edit")
def show(slug: str) -> ResponseReturnValue:
    """Prices and stock as they are."""
    seller = current_seller()
    card = _own_card(seller, slug)
    return _page(_form(_typed_prices(card)), card, seller)


@blueprint.post("/seller/listings/<slug>/price")
@requires("listings.edit", scope=Scope.GROWER)
@creates()
def change(slug: str) -> ResponseReturnValue:
    """Change prices and stock, or add a line to fill in."""
    seller, at = current_seller(), now()
    card = _own_card(seller, slug)
    action = request.form.get("action", "save")
    form = _form(change_rows(typed_of(request.form.lists()), action))
    if action != "save":
        return _page(form, card, seller)
    problems: list[str] = []
    if form.validate():
        try:
            with creating() as made:
                listing = drafts.own_listing(slug, seller.grower.id)
                publishing.change_prices(
                    listing, _offers(form, card, seller), at=at, by_account_id=seller.account_id
                )
                made.leads_to(url_for("seller_listings.index"))
        except publishing.OfferRefused as refused:
            problems = attach(form, refused.fields)
        except DomainError as refused:
            problems = [str(refused.message)]
        else:
            flash(_("Saved. Buyers see it from now on."), "success")
            return made.answer()
    return _page(form, card, seller, [*map(str, form.form_errors), *problems]), 422


def _own_card(seller: Seller, slug: str) -> ListingCard:
    cards = own_listings(seller.grower.id, now())
    card = next((card for card in cards if card.slug == slug and card.variants), None)
    return existing(card, _l("You have no such listing."), code="listing_unknown")


def _form(typed: Typed) -> PricesForm:
    return PricesForm(formdata=MultiDict(typed), meta={"csrf": False})


def _typed_prices(card: ListingCard) -> Typed:
    typed: Typed = {}
    for row, variant in enumerate(card.variants):
        at = f"variants-{row}-"
        typed |= {
            f"{at}sku": [variant.sku],
            f"{at}minimum_quantity": [str(variant.minimum_quantity)],
            f"{at}increment": [str(variant.increment)],
            f"{at}on_hand": [str(variant.on_hand)],
            f"{at}on_hand_shown": [str(variant.on_hand)],
        }
        typed |= typed_ladder(at, variant)
    return typed


def _offers(form: PricesForm, card: ListingCard, seller: Seller) -> list[VariantOffer]:
    """What the form offers; from staff only the stock is taken, prices stay as they are."""
    by_sku = {variant.sku: variant for variant in card.variants}
    offers = []
    for entry in form.variants:
        variant = by_sku.get(entry.form.sku.data or "")
        variant = existing(variant, _l("This listing has no such size."), code="variant_unknown")
        offer = ladder_offer(entry, variant.size)
        if not seller.owner:
            offer = replace(offer, rule=variant.rule, tiers=variant.tiers, tier_rows=())
        offers.append(offer)
    return offers


def _page(form: PricesForm, card: ListingCard, seller: Seller, problems: list[str] | None = None) -> str:
    return render_template(
        "shop/seller/prices.html",
        form=form,
        card=card,
        variants={variant.sku: variant for variant in card.variants},
        seller=seller,
        problems=problems or [],
        wrong=[field for field in leaves(form) if field.errors],
    )
