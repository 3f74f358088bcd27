"""The grower's day: what is waiting, as one list of small functions. A new kind of work adds a line to `SOURCES`.

A source answers the things to do of one kind: `(seller, at) -> list[Todo]`; it asks the database once or twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from branch import api as branch
from core.clock import local_day
from core.web.wording.formatting import day_words, number
from shop.catalogue.queries.cards import ListingCard
from shop.catalogue.queries.listings import own_listings
from shop.catalogue.states import ListingState
from shop.catalogue.wording.reasons import reason_sentence
from shop.dispatch import queries as dispatch
from shop.orders.queries.order_views import count_by_state
from shop.orders.states import FulfilmentState
from shop.seller.views.current_seller import Seller

DISPATCH = "/seller/dispatch"
LICENCE_WARNING = timedelta(days=45)


@dataclass(frozen=True)
class Todo:
    """One line of the list; `tone` is `bad` for what stops sales, `warn` for today, `plain` for soon."""

    text: str
    href: str
    tone: str


@dataclass(frozen=True)
class Figure:
    """A count of the day and where it leads."""

    label: str
    value: str
    href: str | None = None


def orders_to_confirm(seller: Seller, _at: datetime) -> list[Todo]:
    """Cash orders whose buyers are to be called."""
    waiting = count_by_state([seller.grower.id])[FulfilmentState.TO_CONFIRM]
    if not waiting:
        return []
    text = ngettext(
        "%(n)s order to confirm by telephone",
        "%(n)s orders to confirm by telephone",
        waiting,
        n=number(waiting),
    )
    return [Todo(text, url_for("orders.seller_orders", state="to_confirm"), "warn")]


def orders_to_pack(seller: Seller, _at: datetime) -> list[Todo]:
    """Paid orders that wait for their plants, and parcels that wait for the courier."""
    counts = count_by_state([seller.grower.id])
    packing, waiting = counts[FulfilmentState.TO_PACK], counts[FulfilmentState.PACKED]
    todos = []
    if packing:
        text = ngettext("%(n)s order to pack", "%(n)s orders to pack", packing, n=number(packing))
        todos.append(Todo(text, f"{DISPATCH}?state=to_pack", "warn"))
    if waiting:
        text = ngettext(
            "%(n)s parcel waits for its courier",
            "%(n)s parcels wait for their couriers",
            waiting,
            n=number(waiting),
        )
        todos.append(Todo(text, f"{DISPATCH}?state=packed", "warn"))
    return todos


def parcels(seller: Seller, _at: datetime) -> list[Figure]:
    """Parcels by where they are."""
    counts = count_by_state([seller.grower.id])
    return [
        Figure(label, number(counts[state]), f"{DISPATCH}?state={state}")
        for label, state in (
            (_("To pack"), FulfilmentState.TO_PACK),
            (_("Packed"), FulfilmentState.PACKED),
            (_("On the way"), FulfilmentState.DISPATCHED),
        )
    ]


def licence_to_renew(seller: Seller, at: datetime) -> list[Todo]:
    """A licence that is missing, not valid, or about to run out."""
    licence = branch.licence_of(seller.grower.id, at=at)
    if licence is None:
        return [Todo(_("No licence of the mark yet: apply for one"), "/seller/licence", "bad")]
    if not licence.is_valid:
        text = _("Licence %(number)s is not valid: nothing is on sale", number=licence.number)
        return [Todo(text, f"/registry/licences/{licence.number}", "bad")]
    if licence.valid_until is not None and licence.valid_until <= local_day(at) + LICENCE_WARNING:
        text = _("The licence ends on %(day)s", day=day_words(licence.valid_until))
        return [Todo(text, f"/registry/licences/{licence.number}", "warn")]
    return []


def late_parcels(seller: Seller, at: datetime) -> list[Todo]:
    """Parcels whose plants should have left."""
    today = local_day(at)
    late = sum(
        parcel.due_on < today for parcel in dispatch.parcels(seller.grower.id, FulfilmentState.TO_PACK)
    )
    if not late:
        return []
    text = ngettext("%(n)s parcel is late", "%(n)s parcels are late", late, n=number(late))
    return [Todo(text, f"{DISPATCH}?state=to_pack", "bad")]


def listings_to_mend(seller: Seller, at: datetime) -> list[Todo]:
    """Listings that say they are on sale and are not, those that are sold out, and drafts."""
    cards = own_listings(seller.grower.id, at)
    on_sale = [card for card in cards if card.state == ListingState.PUBLISHED]
    return [*_off_sale(on_sale), *_sold_out(on_sale), *_drafts(cards)]


def _off_sale(cards: list[ListingCard]) -> list[Todo]:
    return [
        Todo(
            f"{card.title}: {reason_sentence(card.reason)}",
            url_for("catalogue.listing", slug=card.slug),
            "bad",
        )
        for card in cards
        if card.reason in {"lot_not_saleable", "sale_over"}
    ]


def _sold_out(cards: list[ListingCard]) -> list[Todo]:
    empty = [card for card in cards if card.sold_out]
    if not empty:
        return []
    text = ngettext(
        "%(n)s listing is sold out", "%(n)s listings are sold out", len(empty), n=number(len(empty))
    )
    href = url_for("seller_listings.index", state="published")
    return [Todo(text, href, "warn")]


def _drafts(cards: list[ListingCard]) -> list[Todo]:
    drafts = [card for card in cards if card.state == ListingState.DRAFT]
    if not drafts:
        return []
    text = ngettext("%(n)s draft to finish", "%(n)s drafts to finish", len(drafts), n=number(len(drafts)))
    return [Todo(text, url_for("seller_listings.index", state="draft"), "plain")]


SOURCES: list[Callable[[Seller, datetime], list[Todo]]] = [
    orders_to_confirm,
    orders_to_pack,
    licence_to_renew,
    late_parcels,
    listings_to_mend,
]

FIGURES: list[Callable[[Seller, datetime], list[Figure]]] = [parcels]


def todos(seller: Seller, at: datetime) -> list[Todo]:
    """Everything that waits for this grower, what stops sales first."""
    todos = [todo for source in SOURCES for todo in source(seller, at)]
    return sorted(todos, key=lambda todo: ("bad", "warn", "plain").index(todo.tone))


def figures(seller: Seller, at: datetime) -> list[Figure]:
    """The day's counts, each leading to its list."""
    return [figure for source in FIGURES for figure in source(seller, at)]
