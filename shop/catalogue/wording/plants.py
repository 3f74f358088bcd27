"""The trade's words for what is on sale, in the language of the page."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from branch import api as branch
from core.web.wording.formatting import day_words, money
from core.web.wording.languages import in_chinese
from shop.catalogue.queries.cards import ListingCard
from shop.catalogue.rules.measures import Propagation, Root, Size, Unit
from shop.catalogue.rules.seasons import Dispatch

PROPAGATION_WORDS = {
    Propagation.CUTTING: _l("cutting"),
    Propagation.GRAFTING: _l("grafting"),
    Propagation.SEED: _l("seed"),
    Propagation.LAYERING: _l("layering"),
}
ROOT_WORDS = {
    Root.BARE: _l("bare root"),
    Root.BALL: _l("root ball"),
    Root.CONTAINER: _l("container"),
}
UNIT_WORDS = {Unit.PLANT: _l("single plants"), Unit.BUNDLE: _l("bundles of several plants")}


def root_words(root: str, size: Size | None = None) -> str:
    """How the root travels, with the size of its ball or container where it is known."""
    words = str(ROOT_WORDS[Root(root)])
    if size is not None and size.root_ball_cm and root == Root.BALL:
        return f"{words} {size.root_ball_cm} cm"
    if size is not None and size.container_l and root == Root.CONTAINER:
        return f"{words} {size.container_l} L"
    return words


def propagation_words(propagation: str) -> str:
    """How the plants were raised."""
    return str(PROPAGATION_WORDS[Propagation(propagation)])


def dispatch_words(dispatch: Dispatch) -> str:
    """When an order placed today leaves the nursery."""
    if dispatch.kind == "any_time" or dispatch.ends_on is None:
        return _("Ships all year round")
    if dispatch.kind == "now":
        return _("Ships until %(end)s", end=day_words(dispatch.ends_on))
    if dispatch.kind == "presale":
        return _("Presale, promised for the week of %(start)s", start=day_words(dispatch.starts_on))
    return _(
        "Ships from %(start)s to %(end)s",
        start=day_words(dispatch.starts_on),
        end=day_words(dispatch.ends_on),
    )


def price_words(card: ListingCard) -> str:
    """The price of the cheapest size grade, as a list of results shows it."""
    cheapest = card.cheapest
    if cheapest is None:
        return ""
    price = money(cheapest.price_minor, card.currency)
    if cheapest.is_bundle:
        return _("%(price)s a bundle of %(n)s", price=price, n=cheapest.plants_per_unit)
    if len(card.variants) > 1 or len(cheapest.tiers) > 1:
        return _("from %(price)s", price=money(cheapest.lowest_price_minor, card.currency))
    return price


def village_name(grower: branch.GrowerView) -> str:
    """The grower's village in the language of the page."""
    return grower.village_name_zh if in_chinese() else grower.village_name_en
