"""Verbs of a listing that is or comes on sale: publish, price, pause, resume, end. Adds to the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from branch import api as branch
from core.clock import local_day
from core.database import session
from core.errors import Conflict, Invalid, NotFound
from core.outbox import service as outbox
from core.transitions import StateMachine
from shop.catalogue.events import ListingChanged, ListingPublished, ListingWithdrawn
from shop.catalogue.models import Listing, ListingChange, Variant
from shop.catalogue.rules.offers import Fault, Offer, VariantOffer, offer_faults, price_faults, stock_faults
from shop.catalogue.rules.sellable import CHANNEL
from shop.catalogue.service.listing_rows import fill, offered_variants, set_tiers, set_variants, set_windows
from shop.catalogue.service.refusals import fault_sentence
from shop.catalogue.states import TRANSITIONS, ListingState
from shop.stock.service import movements as stock
from traceability import api as traceability

LISTING = StateMachine(
    TRANSITIONS,
    ListingChange,
    of="listing_id",
    refusal=lambda listing, wanted: Conflict(
        _("The listing has changed meanwhile; look at it again."),
        code="listing_state",
        state=listing.state,
        wanted=str(wanted),
    ),
)


class OfferRefused(Invalid):
    """The offer is not sound; `details['fields']` maps each field of the form to a sentence."""

    code = "invalid_listing"

    def __init__(self, faults: Sequence[Fault]) -> None:
        fields: dict[str, str] = {}
        for fault in faults:
            sentences = fields.get(fault.path)
            fields[fault.path] = (
                f"{sentences} {fault_sentence(fault)}" if sentences else fault_sentence(fault)
            )
        super().__init__(_("The listing was not published; it is kept as a draft."), fields=fields)
        self.faults = list(faults)
        self.fields = fields


def publish(
    listing: Listing, offer: Offer, lot_id: int, *, at: datetime, by_account_id: int | None
) -> Listing:
    """Put `offer` on sale from the grower's lot, or bring a listing that is on sale up to it.

    The lot must be the grower's and allow so many plants, and the licence must cover its cultivar group; both are
    locked against a change until the caller commits. Stock on hand is set per size grade.

    Raises:
        OfferRefused: naming every field that is wrong; no photo is a fault too.
        NotFound: the lot is not the grower's.
        Conflict: the licence or the lot does not allow it (code `not_on_sale`), or the listing has ended.
    """
    faults = offer_faults(offer, local_day(at))
    if not listing.photos:
        faults.insert(0, Fault("photos_missing", "photos"))
    if faults:
        raise OfferRefused(faults)
    lot = traceability.get_lot(id=lot_id)
    if lot.grower_id != listing.grower_id:
        raise NotFound(_("You have no such lot."), code="lot_unknown")
    plants = sum(variant.on_hand * variant.plants_per_unit for variant in offer.variants)
    stock.lock([variant.id for variant in listing.variants])
    branch.require_valid_licence(
        listing.grower_id, at=at, cultivar_group=lot.cultivar_group, channel=CHANNEL, lock=True
    )
    # Before the lot is locked for reading: two that read it could not both come to write it.
    traceability.give_photo(lot_id, listing.photos[0].key_medium)
    traceability.require_saleable(lot_id, plants=plants, at=at, lock=True)
    fill(listing, offer, lot, at)
    set_variants(listing, offer.variants)
    set_windows(listing, offer)
    session.flush()
    for variant, offered in zip(offered_variants(listing), offer.variants, strict=True):
        _set_stock(variant, offered)
    if listing.state == ListingState.PUBLISHED:
        title = {"title": listing.title}
        LISTING.note(listing, listing.state, at=at, by=by_account_id, what="content", detail=title)
        outbox.record(ListingChanged(listing.id), at=at)
    else:
        _move(listing, ListingState.PUBLISHED, at, by_account_id)
        outbox.record(ListingPublished(listing.id), at=at)
    return listing


def change_prices(
    listing: Listing, offers: Sequence[VariantOffer], *, at: datetime, by_account_id: int | None
) -> None:
    """Give size grades new ladders, quantity rules and stock; each offer names its grade by `sku`.

    Raises:
        OfferRefused: naming the line that is wrong; nothing is changed then.
        NotFound: a size grade is not of this listing.
    """
    faults = [fault for offer in offers for fault in (*price_faults(offer), *stock_faults(offer))]
    if faults:
        raise OfferRefused(faults)
    by_sku = {variant.sku: variant for variant in listing.variants if not variant.withdrawn}
    before = {sku: _ladder(variant) for sku, variant in by_sku.items()}
    for offer in offers:
        if offer.sku not in by_sku:
            raise NotFound(_("This listing has no such size."), code="variant_unknown")
        variant = by_sku[offer.sku]
        variant.minimum_quantity, variant.increment = offer.rule.minimum_quantity, offer.rule.increment
        set_tiers(variant, offer)
        _set_stock(variant, offer)
    session.flush()
    after = {sku: _ladder(variant) for sku, variant in by_sku.items()}
    changed = {
        sku: {"before": before[sku], "after": after[sku]} for sku in after if after[sku] != before[sku]
    }
    on_hand = {offer.sku: offer.on_hand for offer in offers}
    detail = {"prices": changed, "on_hand": on_hand}
    LISTING.note(listing, listing.state, at=at, by=by_account_id, what="price", detail=detail)
    listing.updated_at = at
    if listing.state == ListingState.PUBLISHED:
        outbox.record(ListingChanged(listing.id), at=at)


def pause(listing: Listing, *, at: datetime, by_account_id: int | None) -> None:
    """Take a listing off sale for a while.

    Raises:
        Conflict: it is not on sale.
    """
    _move(listing, ListingState.PAUSED, at, by_account_id)
    outbox.record(ListingWithdrawn(listing.id), at=at)


def resume(listing: Listing, *, at: datetime, by_account_id: int | None) -> None:
    """Put a paused listing on sale again, when its licence and lot still allow it.

    Raises:
        Conflict: it is not paused, or the licence or the lot does not allow it (code `not_on_sale`).
    """
    if listing.state == ListingState.PAUSED and listing.lot_id is not None:
        branch.require_valid_licence(
            listing.grower_id, at=at, cultivar_group=listing.cultivar_group, channel=CHANNEL, lock=True
        )
        traceability.require_saleable(listing.lot_id, plants=0, at=at, lock=True)
    _move(listing, ListingState.PUBLISHED, at, by_account_id)
    outbox.record(ListingPublished(listing.id), at=at)


def end(listing: Listing, *, at: datetime, by_account_id: int | None, reason: str = "") -> None:
    """Take a listing off sale for good; its page stays for those who bought.

    Raises:
        Conflict: it was never published, or has ended already.
    """
    _move(listing, ListingState.ENDED, at, by_account_id, reason)
    outbox.record(ListingWithdrawn(listing.id), at=at)


def _move(
    listing: Listing, wanted: ListingState, at: datetime, by_account_id: int | None, reason: str = ""
) -> None:
    LISTING.move(listing, wanted, at=at, by=by_account_id, what="state", detail={}, reason=reason[:200])
    listing.updated_at = at
    if wanted == ListingState.PUBLISHED:
        listing.published_at = listing.published_at or at


def _set_stock(variant: Variant, offer: VariantOffer) -> None:
    try:
        if offer.sku is None or offer.on_hand_shown is None:
            stock.set_on_hand(variant.id, offer.on_hand)
        elif offer.on_hand != offer.on_hand_shown:
            stock.change_on_hand(variant.id, offer.on_hand - offer.on_hand_shown)
    except Invalid as refused:
        units_on_hold = refused.details.get("held", 0)
        raise OfferRefused(
            [Fault("stock_below_held", f"variants-{offer.row}-on_hand", numbers={"held": units_on_hold})]
        ) from refused


def _ladder(variant: Variant) -> list[list[int]]:
    return sorted([tier.from_quantity, tier.unit_price_minor] for tier in variant.tiers)
