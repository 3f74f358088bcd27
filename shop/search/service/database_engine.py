"""When the engine is away: the database answers, plainly, so that the page still works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from core.database import session
from shop.catalogue.models import Listing, PriceTier, Variant
from shop.catalogue.states import ListingState
from shop.search.rules import Query, SizeWanted, parse_query, pinyin_tokens
from shop.search.service.engine import PAGE_SIZE, SearchHits, Wanted

NAME = "database"
ESCAPE = "\\"


def search(wanted: Wanted, group_names: Mapping[str, tuple[str, str]]) -> SearchHits:
    """Two statements: a count and a page of ids. No facets, no typos; pinyin only for cultivar groups."""
    parsed = parse_query(wanted.q)
    price = (
        select(func.min(PriceTier.unit_price_minor))
        .join(Variant, Variant.id == PriceTier.variant_id)
        .where(Variant.listing_id == Listing.id, Variant.withdrawn.is_(False))
        .correlate(Listing)
        .scalar_subquery()
    )
    conditions = [
        Listing.state == ListingState.PUBLISHED,
        *_words(parsed, group_names),
        *(_size(size) for size in parsed.sizes),
    ]
    conditions += _filters(wanted, price)
    total = session.scalar(select(func.count()).select_from(Listing).where(*conditions)) or 0
    order: dict[str, Any] = {
        "price": price.asc(),
        "-price": price.desc(),
        "diameter": Listing.ground_diameter_mm_min.asc(),
        "-diameter": Listing.ground_diameter_mm_max.desc(),
    }
    ids = session.scalars(
        select(Listing.id)
        .where(*conditions)
        .order_by(order.get(wanted.sort, Listing.published_at.desc()), Listing.id)
        .limit(PAGE_SIZE)
        .offset((wanted.page - 1) * PAGE_SIZE)
    )
    return SearchHits(tuple(ids), total, NAME)


def _like(column: Any, text: str) -> ColumnElement[bool]:
    safe = text.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")
    condition: ColumnElement[bool] = func.lower(column).like(f"%{safe}%", escape=ESCAPE)
    return condition


def _words(parsed: Query, group_names: Mapping[str, tuple[str, str]]) -> list[ColumnElement[bool]]:
    conditions = []
    for word in (*parsed.chinese, *parsed.latin):
        groups = [
            code
            for code, names in group_names.items()
            if word in names[0] or word in names[1].lower() or word in set(pinyin_tokens([names[0]]))
        ]
        conditions.append(
            or_(
                _like(Listing.title, word),
                _like(Listing.cultivar, word),
                _like(Listing.description, word),
                Listing.cultivar_group.in_(groups),
            )
        )
    return conditions


def _size(size: SizeWanted) -> ColumnElement[bool]:
    if size.measure == "height_cm":
        return _meets(Listing.height_cm_min, Listing.height_cm_max, size.least, size.most)
    if size.measure == "crown_cm":
        return _meets(Listing.crown_cm_min, Listing.crown_cm_max, size.least, size.most)
    return _diameter(size.least, size.most)


def _diameter(least: int | None, most: int | None) -> ColumnElement[bool]:
    return or_(
        _meets(Listing.ground_diameter_mm_min, Listing.ground_diameter_mm_max, least, most),
        _meets(Listing.breast_diameter_mm_min, Listing.breast_diameter_mm_max, least, most),
    )


def _meets(low: Any, high: Any, least: int | None, most: int | None) -> ColumnElement[bool]:
    """The listing's range meets [least, most]."""
    parts = [low.is_not(None)]
    if least is not None:
        parts.append(func.coalesce(high, low) >= least)
    if most is not None:
        parts.append(low <= most)
    return and_(*parts)


def _filters(wanted: Wanted, price: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.cultivar_groups:
        conditions.append(Listing.cultivar_group.in_(wanted.cultivar_groups))
    if wanted.roots:
        conditions.append(Listing.root.in_(wanted.roots))
    if wanted.min_price_minor is not None:
        conditions.append(price >= wanted.min_price_minor)
    if wanted.max_price_minor is not None:
        conditions.append(price <= wanted.max_price_minor)
    if wanted.min_diameter_mm is not None or wanted.max_diameter_mm is not None:
        conditions.append(_diameter(wanted.min_diameter_mm, wanted.max_diameter_mm))
    if wanted.min_height_cm is not None or wanted.max_height_cm is not None:
        conditions.append(
            _meets(Listing.height_cm_min, Listing.height_cm_max, wanted.min_height_cm, wanted.max_height_cm)
        )
    return conditions
