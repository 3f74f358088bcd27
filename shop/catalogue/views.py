"""The pages of a listing and of a grower."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from branch import api as branch
from core.clock import now
from core.errors import NotFound
from core.gate import public
from core.web.wording.languages import per_language
from shop.catalogue.queries.cards import ListingCard, ListingPage, VariantView
from shop.catalogue.queries.listing_page import freight_hint, get_listing
from shop.catalogue.queries.listings import listings_of_grower
from shop.catalogue.service.size_titles import size_line
from shop.catalogue.wording.fields import plant_facts
from shop.catalogue.wording.plants import dispatch_words, price_words, root_words, village_name
from shop.catalogue.wording.reasons import reason_sentence
from shop.freight.rules.addresses import provinces
from traceability import api as traceability

NEAREST_PROVINCE = "420000"

blueprint = Blueprint("catalogue", __name__)


@per_language
def listing_html(card: ListingCard, level: int) -> Markup:
    """A listing as lists show it. The card holds all that is written, so equal cards read the same."""
    macros: Any = current_app.jinja_env.get_template("macros/listings.html").module
    written: Markup = macros.written_listing(card, level)
    return written


for words in (dispatch_words, listing_html, price_words, root_words, size_line, village_name):
    blueprint.add_app_template_global(words)


@blueprint.get("/listings/<slug>")
@public
def listing(slug: str) -> ResponseReturnValue:
    """A listing with its size grades, one of them chosen, and what sending it costs."""
    page = get_listing(slug, now())
    card, variant = page.card, _chosen(page, request.args.get("size", ""))
    province = request.args.get("province", "")
    known = province in {division.code for division in provinces()}
    return render_template(
        "shop/catalogue/listing.html",
        card=card,
        variant=variant,
        photos=_photos(page),
        group_name=traceability.cultivar_group_name(card.cultivar_group),
        cultivar=card.lot.cultivar_name if card.lot else card.cultivar,
        village=village_name(card.grower),
        sizes=_size_tabs(page, variant),
        plant_facts=plant_facts(card, variant),
        dispatch=dispatch_words(card.dispatch),
        reason=reason_sentence(card.reason) if card.reason else None,
        provinces=provinces(),
        province=province if known else NEAREST_PROVINCE,
        freight=freight_hint(card, variant, province) if known and variant else None,
    )


def _chosen(page: ListingPage, sku: str) -> VariantView | None:
    """The size grade that the address names, else the first that is left, else the first."""
    variants = page.card.variants
    named = [variant for variant in variants if variant.sku == sku]
    left = [variant for variant in variants if not variant.sold_out]
    return next(iter([*named, *left, *variants]), None)


def _photos(page: ListingPage) -> list[dict[str, str]]:
    """The photos as the gallery shows them, the first one with the measure of the plants."""
    measure = size_line(page.card.size)
    return [
        {
            "src": photo.medium_url,
            "srcset": photo.srcset,
            "alt": photo.alt or _("Photo %(n)s of %(title)s", n=number, title=page.card.title),
            "measure": measure if number == 1 else "",
        }
        for number, photo in enumerate(page.photos, 1)
    ]


def _size_tabs(page: ListingPage, chosen: VariantView | None) -> list[tuple[str, str, bool, None]]:
    return [
        (
            variant.title,
            url_for(".listing", slug=page.card.slug, size=variant.sku),
            chosen is not None and variant.sku == chosen.sku,
            None,
        )
        for variant in page.card.variants
    ]


@blueprint.get("/growers/<slug>")
@public
def grower(slug: str) -> ResponseReturnValue:
    """A grower with what is on sale, the licence and the shops elsewhere."""
    at = now()
    grower = branch.get_grower(slug=slug)
    if grower.state not in {"admitted", "left"}:
        raise NotFound(_("There is no such grower."), code="grower_unknown")
    cards = listings_of_grower(grower.id, at) if grower.state == "admitted" else []
    return render_template(
        "shop/catalogue/grower.html",
        grower=grower,
        village=village_name(grower),
        licence=branch.licence_of(grower.id, at=at),
        storefronts=[shop for shop in branch.storefronts_of(grower.id) if shop.state == "authorised"],
        cards=[card for card in cards if card.saleable],
    )
