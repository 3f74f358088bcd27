"""Things to buy, and orders for them. Listings are written straight into the tables, already published."""

import itertools
from datetime import datetime
from typing import Any

from branch.api import GrowerView
from core.database import session, transaction
from shop.catalogue.models import Listing, PriceTier, Variant
from shop.freight.rules.addresses import resolve
from shop.orders.models.tables import Order
from shop.orders.queries.order_views import OrderView, order_by_id
from shop.orders.rules.order_request import Buyer, OrderRequest, ShipTo
from shop.orders.service.fulfilling import confirm_consignment
from shop.orders.service.placing import place_order
from shop.orders.states import By, PaymentMethod
from shop.stock.service import movements as stock
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.payees import ensure_payee
from tests.factories.traceability import make_lot

_numbers = itertools.count(1)


def make_seller(*, at: datetime, **values: Any) -> GrowerView:
    """An admitted grower with a valid licence."""
    grower = make_grower(at=at, **values)
    make_licence(grower, at=at)
    return grower


def make_variant(
    *,
    at: datetime,
    grower: GrowerView | None = None,
    on_hand: int = 100,
    tiers: tuple[tuple[int, int], ...] = ((1, 2_50),),
    minimum_quantity: int = 1,
    increment: int = 1,
    plants_per_unit: int = 1,
    weight_g: int = 500,
    title: str = "示范丹桂苗",
    listing: dict[str, Any] | None = None,
) -> Variant:
    """A size grade on sale with stock; `tiers` are (from quantity, price in fen). Buyers can transfer to the branch."""
    number = next(_numbers)
    grower = grower or make_seller(at=at)
    lot = make_lot(grower=grower, at=at, quantity=1_000_000)
    values: dict[str, Any] = {
        "slug": f"listing-{number}",
        "draft_key": f"draft-{number}",
        "grower_id": grower.id,
        "lot_id": lot.id,
        "title": title,
        "description": "",
        "cultivar_group": lot.cultivar_group,
        "cultivar": "朱砂丹桂",
        "propagation": "cutting",
        "age_code": "2",
        "root": "bare_root",
        "grade": "",
        "origin": "示范",
        "state": "published",
        "created_at": at,
        "updated_at": at,
        "published_at": at,
    }
    row = Listing(**(values | (listing or {})))
    session.add(row)
    session.flush()
    variant = Variant(
        sku=f"SKU{number:06d}",
        listing_id=row.id,
        position=1,
        title="地径 3-4 cm",
        ground_diameter_mm_min=30,
        ground_diameter_mm_max=40,
        height_cm_min=120,
        height_cm_max=150,
        unit="bundle" if plants_per_unit > 1 else "plant",
        plants_per_unit=plants_per_unit,
        minimum_quantity=minimum_quantity,
        increment=increment,
        weight_g=weight_g,
    )
    session.add(variant)
    session.flush()
    session.add_all(
        PriceTier(variant_id=variant.id, from_quantity=quantity, unit_price_minor=price)
        for quantity, price in tiers
    )
    session.flush()
    stock.set_on_hand(variant.id, on_hand)
    ensure_payee()
    return variant


def make_order(*, at: datetime, **columns: Any) -> Order:
    """A bare order without lines, for what only needs an order's row."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "number": f"GY-2026-T{number:06d}",
        "access_token": f"token-{number}",
        "idempotency_key": f"test:{number}",
        "request_digest": "0" * 64,
        "buyer_name": "示范买家",
        "buyer_phone": "+8613800000000",
        "province_code": "330000",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "district_code": "330106",
        "street": "示范路 1 号",
        "locale": "zh_Hans_CN",
        "payment_method": "offline_transfer",
        "payment_state": "awaiting_payment",
        "currency": "CNY",
        "goods_minor": 100,
        "discount_minor": 0,
        "freight_minor": 0,
        "total_minor": 100,
        "placed_at": at,
    }
    order = Order(**(values | columns))
    session.add(order)
    session.flush()
    return order


def make_request(
    *lines: tuple[str, int],
    method: str = "offline_transfer",
    province: str = "浙江省",
    city: str = "杭州市",
    district: str = "西湖区",
    **values: Any,
) -> OrderRequest:
    """A wish for `lines` of (SKU, quantity), to be sent to Hangzhou."""
    given: dict[str, Any] = {
        "lines": lines,
        "buyer": Buyer("示范买家", "+8613800000000", "buyer@example.org"),
        "ship_to": ShipTo(resolve(province, city, district), "示范路 1 号"),
        "payment_method": PaymentMethod(method),
        "locale": "zh_Hans_CN",
        "key": f"test:{next(_numbers)}",
    }
    return OrderRequest(**(given | values))


def place(*lines: tuple[str, int], at: datetime, confirmed: bool = False, **values: Any) -> OrderView:
    """An order that was really placed, in a transaction of its own; `confirmed` by its growers when paid at the door."""
    with transaction():
        ensure_payee()
        order_id = place_order(make_request(*lines, **values), at=at).id
    if confirmed:
        confirm(order_id, at=at)
    return order_by_id(order_id)


def confirm(order_id: int, *, at: datetime) -> None:
    """Every grower of a cash order has called its buyer."""
    with transaction():
        for parcel in order_by_id(order_id).consignments:
            confirm_consignment(parcel.id, at=at, by=By("grower"))
