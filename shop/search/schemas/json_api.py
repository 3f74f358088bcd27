"""The shapes of listings in the JSON API, for the generated description."""

from apiflask import Schema
from apiflask.fields import Boolean, Dict, Integer, List, Nested, String

from shop.catalogue.rules.listing_fields import FIELDS, IN_JSON
from shop.search.service.engine import SORTS


class PriceTierOut(Schema):
    from_quantity = Integer(required=True)
    unit_price_minor = Integer(required=True)


class VariantOut(Schema):
    sku = String(required=True)
    title = String(required=True)
    unit = String(required=True, metadata={"enum": ["plant", "bundle"]})
    plants_per_unit = Integer(required=True)
    currency = String(required=True)
    price_tiers = List(Nested(PriceTierOut), required=True)
    minimum_quantity = Integer(required=True)
    increment = Integer(required=True)
    available = Integer(required=True, metadata={"description": "0 while the listing is not on sale"})


class ListingGrowerOut(Schema):
    slug = String(required=True)
    name = String(required=True)
    licence_number = String(required=True, allow_none=True)


def _fields_in_json() -> dict[str, Integer | String]:
    numbers = {name for name in IN_JSON if FIELDS[name].typed == "number"}
    return {
        name: Integer(required=True, allow_none=True) if name in numbers else String(required=True)
        for name in IN_JSON
    }


# mypy takes no base class that is made by a call.
class ListingOut(Schema.from_dict(_fields_in_json(), name="ListingFieldsOut")):  # type: ignore[misc]
    on_sale = Boolean(required=True)
    reason = String(
        required=True, allow_none=True, metadata={"description": "Why nothing can be ordered now"}
    )
    photo_url = String(required=True, allow_none=True)
    grower = Nested(ListingGrowerOut, required=True)
    variants = List(Nested(VariantOut), required=True)


class ListingsOut(Schema):
    items = List(Nested(ListingOut), required=True)
    total = Integer(required=True)
    page = Integer(required=True)
    pages = Integer(required=True)
    facets = Dict(required=True, metadata={"description": "name -> list of value, label_zh, label_en, count"})
    engine = String(required=True, metadata={"enum": ["embedded", "meilisearch", "database"]})
    relaxed = Boolean(required=True, metadata={"description": "Words were left out to find something"})


class ListingsQuery(Schema):
    """Anything unusable is left out of the search, never an error."""

    q = String(metadata={"description": "Words, pinyin, initials, sizes as 8cm", "maxLength": 120})
    cultivar_group = List(String())
    root = List(String())
    grower = List(String())
    village = List(String())
    min_price_minor = Integer(metadata={"description": "In fen"})
    max_price_minor = Integer(metadata={"description": "In fen"})
    min_diameter = Integer(metadata={"description": "In cm"})
    max_diameter = Integer(metadata={"description": "In cm"})
    min_height = Integer(metadata={"description": "In cm"})
    max_height = Integer(metadata={"description": "In cm"})
    ships = String(metadata={"enum": ["now", "spring", "autumn"]})
    in_stock = Boolean()
    sort = String(metadata={"enum": list(SORTS)})
    page = Integer(metadata={"minimum": 1})
