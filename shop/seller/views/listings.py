"""A grower's listings: one screen to publish, quick prices and stock, pause, resume, end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.clock import now
from core.database import transaction
from core.form_keys.service import SentOtherwise
from core.form_keys.views import creates, made_nothing, stop_if_sent
from core.gate import requires
from core.scopes import Scope
from core.web.views.bounds import PHOTOS, takes
from shop.catalogue.models import Listing
from shop.catalogue.queries import drafts as catalogue_drafts
from shop.catalogue.queries import photo_uploads as catalogue_photo_uploads
from shop.catalogue.queries.bulk_reading import photo_view
from shop.catalogue.queries.cards import PhotoView
from shop.catalogue.queries.listings import own_listings
from shop.catalogue.service import drafts, photo_uploads
from shop.catalogue.service import publishing as service
from shop.catalogue.states import ListingState
from shop.catalogue.wording.reasons import reason_sentence
from shop.seller.forms.listing import ListingForm, leaves
from shop.seller.forms.rows import change_rows
from shop.seller.forms.typed_offer import Typed, typed_from, typed_of
from shop.seller.views import publishing
from shop.seller.views.current_seller import Seller, current_seller

blueprint = Blueprint("seller_listings", __name__)
DRAFT_KEY = re.compile(r"[0-9a-z]{16}")


@blueprint.get("/seller/listings")
@requires("listings.edit")
def index() -> ResponseReturnValue:
    """The grower's listings, all or of one state."""
    seller = current_seller()
    cards = own_listings(seller.grower.id, now())
    state = request.args.get("state", "")
    counts = {
        listing_state: sum(card.state == listing_state for card in cards) for listing_state in ListingState
    }
    shown = [card for card in cards if card.state == state] if state in counts else cards
    return render_template(
        "shop/seller/listings.html",
        seller=seller,
        cards=shown,
        counts=counts,
        state=state,
        total=len(cards),
        reasons={card.id: reason_sentence(card.reason) if card.reason else "" for card in shown},
    )


@blueprint.get("/seller/listings/new")
@requires("listings.edit")
def new() -> ResponseReturnValue:
    """An empty form, taken over from the last listing."""
    seller, at = current_seller(), now()
    last = next((card for card in own_listings(seller.grower.id, at) if card.variants), None)
    form = publishing.make_form(seller, typed_from(last, as_new=True) if last else None, at=at)
    return _page(form, seller, draft_key=drafts.new_draft_key(), last=last.title if last else None)


@blueprint.post("/seller/listings/new")
@requires("listings.edit", scope=Scope.GROWER)
@takes(PHOTOS)
@creates()
def create() -> ResponseReturnValue:
    """Keep, check or publish a new listing."""
    seller, key = current_seller(), request.form.get("draft_key", "")
    if not DRAFT_KEY.fullmatch(key):
        return _receive(seller, drafts.new_draft_key())
    if catalogue_drafts.published_slug(key, seller.grower.id) is not None:
        # Published meanwhile, and not overwritten; what came now is a draft of its own. The very same form sent a
        # second time never gets here: `creates` leads it to what it made.
        return _receive(seller, drafts.new_draft_key(), problems=[str(SentOtherwise())])
    return _receive(seller, key)


@blueprint.get("/seller/listings/<slug>/edit")
@requires("listings.edit")
def edit(slug: str) -> ResponseReturnValue:
    """The form of a draft or listing, as it was left."""
    seller, at = current_seller(), now()
    cards = {card.id: card for card in own_listings(seller.grower.id, at)}
    listing = catalogue_drafts.own_listing(slug, seller.grower.id)
    typed: Typed | None = listing.typed
    if not typed:
        card = cards[listing.id]
        typed = typed_from(card) if card.variants else None
    form = publishing.make_form(seller, typed, at=at)
    return _page(form, seller, draft_key=listing.draft_key, listing=listing)


@blueprint.post("/seller/listings/<slug>/edit")
@requires("listings.edit", scope=Scope.GROWER)
@takes(PHOTOS)
@creates()
def save(slug: str) -> ResponseReturnValue:
    """Keep, check or publish what was changed."""
    seller = current_seller()
    return _receive(seller, catalogue_drafts.own_listing(slug, seller.grower.id).draft_key)


@blueprint.post("/seller/listings/<slug>/<any(pause, resume, end, discard):verb>")
@requires("listings.edit", scope=Scope.GROWER)
def change_state(slug: str, verb: str) -> ResponseReturnValue:
    """Pause, resume or end a listing, or throw a draft away."""
    seller, at = current_seller(), now()
    if verb in {"resume", "end"}:
        seller.require_owner()
    sentences = {
        "pause": _("Paused: nobody can buy it until you resume."),
        "resume": _("On sale again."),
        "end": _("Ended. Its page stays for those who bought."),
        "discard": _("The draft was thrown away."),
    }
    with transaction():
        listing = catalogue_drafts.own_listing(slug, seller.grower.id)
        if verb == "discard":
            drafts.discard_draft(listing)
        else:
            change = {"pause": service.pause, "resume": service.resume, "end": service.end}[verb]
            change(listing, at=at, by_account_id=seller.account_id)
    flash(sentences[verb], "success")
    return redirect(url_for(".index"))


def _receive(seller: Seller, draft_key: str, problems: Sequence[str] = ()) -> ResponseReturnValue:
    """Keep what was sent, do what the pressed button says, and show the form again unless it was published.

    With `problems` it is shown again in any case, with them first.
    """
    at = now()
    action = request.form.get("action", "draft")
    typed = change_rows(typed_of(request.form.lists()), action)
    sent = publishing.store_photos(
        request.files.getlist("photos"),
        keep_place_and_time=bool(request.form.get("keep_place_and_time")),
        has_photo=catalogue_drafts.has_photos(draft_key, seller.grower.id),
    )
    with transaction():
        listing, full = publishing.keep(seller, draft_key, typed, sent, at=at)
        _change_photos(listing, action)
        stop_if_sent()  # what was published at this very moment shall not be a draft again
    problems = [*problems, *sent.refused, *full]
    form = publishing.make_form(seller, typed, at=at)
    if action == "publish":
        published, more = publishing.publish(form, draft_key, seller, at=at, only_check=bool(problems))
        problems += [problem for problem in more if problem not in problems]
        if published is not None:
            flash(_("Published. This is how buyers see it."), "success")
            return published.answer()
    elif not problems:
        if action == "draft":
            flash(_("Kept as a draft; nobody sees it yet."), "success")
        anchor = action if action.startswith("add_") else None
        return made_nothing(redirect(url_for(".edit", slug=listing.slug, _anchor=anchor)))
    listing = catalogue_drafts.own_listing(draft_key, seller.grower.id)
    return _page(form, seller, draft_key=draft_key, listing=listing, problems=problems), 422


def _change_photos(listing: Listing, action: str) -> None:
    verb, _sep, public_id = action.partition(":")
    if verb == "remove_photo":
        drafts.remove_photo(listing, public_id)
    elif verb == "first_photo":
        drafts.show_first(listing, public_id)
    elif verb == "drop_upload":
        photo_uploads.drop(listing, public_id)


def _page(
    form: ListingForm,
    seller: Seller,
    *,
    draft_key: str,
    listing: Listing | None = None,
    problems: list[str] | None = None,
    last: str | None = None,
) -> str:
    photos: list[PhotoView] = [photo_view(photo) for photo in listing.photos] if listing else []
    return render_template(
        "shop/seller/listing_form.html",
        form=form,
        seller=seller,
        draft_key=draft_key,
        slug=listing.slug if listing else None,
        state=listing.state if listing else "draft",
        photos=photos,
        uploads=catalogue_photo_uploads.of_listing(listing.id) if listing else [],
        problems=problems or [],
        wrong=[field for field in leaves(form) if field.errors],
        last=last,
    )
