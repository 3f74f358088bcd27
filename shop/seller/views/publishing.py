"""The listing form: filled, kept, and published when it is sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import SelectChoice

from core.clock import local_day
from core.errors import Conflict, DomainError, Forbidden, Invalid
from core.form_keys.views import Creation, creating
from core.web.forms.fields import typed_count
from shop.catalogue.models import Listing
from shop.catalogue.queries import drafts as catalogue_drafts
from shop.catalogue.service import drafts, photo_renderings, photo_uploads, publishing
from shop.catalogue.service.drafts import StoredPhoto
from shop.catalogue.service.photo_renderings import PhotoRefused
from shop.seller.forms.listing import NEW_LOT, NEW_PLOT, ListingForm, NewLotForm, attach
from shop.seller.forms.typed_offer import Typed, offer_of
from shop.seller.forms.weeks import coming_weeks, week_choices
from shop.seller.views.current_seller import Seller
from traceability import api as traceability

KNOWN_FIELDS_OF_LOT = {
    "plot",
    "plot_area_mu",
    "cultivar_group",
    "propagation",
    "age_code",
    "root",
    "quantity",
}


def make_form(seller: Seller, typed: Typed | None, *, at: datetime) -> ListingForm:
    """The form with its choices, showing what was typed; without any, the usual defaults."""
    form = ListingForm(formdata=MultiDict(typed) if typed is not None else None, meta={"csrf": False})
    today = local_day(at)
    lots = traceability.lots_of_grower(seller.grower.id, state="open")
    form.lot.choices = [
        *(SelectChoice(str(lot.id), _lot_words(lot)) for lot in lots),
        SelectChoice(NEW_LOT, _("Record a new lot")),
    ]
    if form.lot.data is None:
        form.lot.data = str(lots[0].id) if lots else NEW_LOT
    form.new_lot.form.plot.choices = [
        *(
            SelectChoice(str(plot.id), f"{plot.name} ({plot.number})")
            for plot in traceability.plots_of_grower(seller.grower.id)
        ),
        SelectChoice(NEW_PLOT, _("Record a new plot")),
    ]
    if form.new_lot.form.plot.data is None:
        form.new_lot.form.plot.data = form.new_lot.form.plot.choices[0].value
    form.new_lot.form.cultivar_group.choices = [
        SelectChoice(group.code, group.name) for group in traceability.cultivar_groups()
    ]
    weeks = week_choices(today)
    for name in ("spring_from", "spring_to", "autumn_from", "autumn_to"):
        form[name].choices = weeks
    form.presale_week.choices = coming_weeks(today)
    promised = form.presale_week.data
    if promised and promised not in {choice.value for choice in form.presale_week.choices}:
        form.presale_week.choices.append(SelectChoice(promised, promised))
    return form


def _lot_words(lot: traceability.LotView) -> str:
    return _(
        "%(cultivar)s, %(left)s plants left (%(number)s)",
        cultivar=lot.cultivar_name,
        left=f"{lot.quantity_on_hand:,}",
        number=lot.number,
    )


@dataclass
class Sent:
    """Pictures that were sent with the form: made at once, left to the worker as (key, name), or refused in words."""

    made: list[StoredPhoto] = field(default_factory=list)
    originals: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    keep_place_and_time: bool = False


def store_photos(uploads: Sequence[FileStorage], *, keep_place_and_time: bool, has_photo: bool) -> Sent:
    """Store the pictures that were sent; called outside of a transaction.

    Making one takes up to seconds, so only what the form needs an answer about is made here: the first photo of a
    listing, without which it cannot be published, and what may not have arrived whole. The worker makes the others.
    """
    sent = Sent(keep_place_and_time=keep_place_and_time)
    for upload in uploads:
        if not upload.filename:
            continue
        data = upload.read()
        try:
            if photo_renderings.require_plausible(data) and (has_photo or sent.made):
                sent.originals.append((photo_uploads.store_original(data), upload.filename))
            else:
                sent.made.append(drafts.store_photo(data, keep_place_and_time=keep_place_and_time))
        except PhotoRefused as error:
            sent.refused.append(f"{upload.filename}: {error.message}")
    return sent


def keep(
    seller: Seller, draft_key: str, typed: Typed, sent: Sent, *, at: datetime
) -> tuple[Listing, list[str]]:
    """Keep what was typed and sent, whatever is wrong with it; in the caller's transaction."""
    listing = drafts.save_draft(draft_key, seller.grower.id, typed, at=at)
    refused = []
    try:
        for photo in sent.made:
            drafts.attach_photo(listing, photo, at=at)
        for key, name in sent.originals:
            photo_uploads.add(
                listing, key, name, keep_place_and_time=sent.keep_place_and_time, at=at, by=seller.account_id
            )
    except Conflict as full:
        refused.append(str(full.message))
    return listing, refused


class _OnlyChecked(Exception):  # noqa: N818 - it is no error
    """Everything but the photos was in order; rolls the transaction back."""


def publish(
    form: ListingForm, draft_key: str, seller: Seller, *, at: datetime, only_check: bool = False
) -> tuple[Creation | None, list[str]]:
    """Publish what the form says; an edge: opens its own transaction, so that a refusal leaves the draft as it is.

    Answers where the listing stands, or None and the sentences that belong to no field; the others hang on the form.
    With `only_check` nothing is published, but everything that would be refused is said.
    """
    if not form.validate():
        return None, [str(error) for error in form.form_errors]
    try:
        seller.require_owner()
        with creating() as made:
            listing = catalogue_drafts.own_listing(draft_key, seller.grower.id)
            lot_id = _lot_id(form, seller, listing, at=at)
            offer = offer_of(form, traceability.get_lot(id=lot_id).root)
            publishing.publish(listing, offer, lot_id, at=at, by_account_id=seller.account_id)
            if only_check:
                raise _OnlyChecked
            listing.typed = {}
            made.leads_to(url_for("catalogue.listing", slug=listing.slug))
    except _OnlyChecked:
        return None, []
    except Forbidden as forbidden:
        return None, [str(forbidden.message)]
    except DomainError as refused:
        fields: Mapping[str, Any] = refused.details.get("fields") or {}
        return None, attach(form, dict(fields)) if fields else [str(refused.message)]
    return made, []


def _lot_id(form: ListingForm, seller: Seller, listing: Listing, *, at: datetime) -> int:
    """The chosen lot, or a new one recorded from the form, with the sizes and the first photo of the listing.

    Raises:
        OfferRefused: no lot was chosen.
        Invalid: the new lot breaks a rule; its fields are named as in the form.
    """
    chosen = form.lot.data or ""
    if chosen != NEW_LOT:
        own = {str(lot.id): lot.id for lot in traceability.lots_of_grower(seller.grower.id)}
        if chosen not in own:
            raise publishing.OfferRefused([publishing.Fault("lot_missing", "lot")])
        return own[chosen]
    new: NewLotForm = form.new_lot.form
    faults = _plot_faults(new)
    if not new.quantity.data:
        faults.append(publishing.Fault("lot_quantity_missing", "new_lot-quantity"))
    if faults:
        raise publishing.OfferRefused(faults)
    village = seller.grower.village_name_zh
    try:
        lot = traceability.record_lot(
            grower_id=seller.grower.id,
            plot_id=_plot_id(new, seller, at=at),
            lot=traceability.NewLot(
                cultivar_group=new.cultivar_group.data or "",
                cultivar=(new.cultivar.data or "").strip(),
                propagation=new.propagation.data or "",
                root=new.root.data or "",
                origin=village,
                quantity=new.quantity.data or 0,
                age_code=(new.age_code.data or "").strip(),
                grade=(new.grade.data or "").strip(),
                **_span(form, "height", "height_cm"),
                **_span(form, "ground_diameter", "ground_diameter_mm"),
                photo_key=listing.photos[0].key_medium if listing.photos else None,
            ),
            at=at,
            by=seller.account_id,
        )
    except DomainError as refused:
        named = refused.details.get("fields") or {}
        refused.details["fields"] = {
            f"new_lot-{name}" if name in KNOWN_FIELDS_OF_LOT else name: sentence
            for name, sentence in named.items()
        }
        raise
    return lot.id


def _span(form: ListingForm, field: str, name: str) -> dict[str, Any]:
    """From the least to the most of a measure over all sizes, as `<name>_min` and `<name>_max`."""
    ends = [end for entry in form.variants for end in entry.form[field].ends if end is not None]
    return {f"{name}_min": min(ends), f"{name}_max": max(ends)} if ends else {}


def _plot_faults(new: NewLotForm) -> list[publishing.Fault]:
    """What is missing of the plot."""
    if new.plot.data != NEW_PLOT:
        return [] if typed_count(new.plot.data) else [publishing.Fault("plot_missing", "new_lot-plot")]
    faults = []
    if not (new.plot_name.data or "").strip():
        faults.append(publishing.Fault("plot_name_missing", "new_lot-plot_name"))
    if not new.plot_area_mu.data:
        faults.append(publishing.Fault("plot_area_missing", "new_lot-plot_area_mu"))
    return faults


def _plot_id(new: NewLotForm, seller: Seller, *, at: datetime) -> int:
    """The chosen plot, or a new one recorded from the form."""
    if new.plot.data != NEW_PLOT:
        return typed_count(new.plot.data) or 0
    try:
        plot = traceability.record_plot(
            grower_id=seller.grower.id,
            unit_id=seller.grower.unit_id,
            name=(new.plot_name.data or "").strip(),
            area_m2=new.plot_area_mu.data or 0,
            at=at,
            by=seller.account_id,
        )
    except Invalid as refused:
        refused.details["fields"] = {"plot_area_mu": str(refused.message)}
        raise
    return plot.id
