"""The rows of a new order: what was agreed, written down once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime

from sqlalchemy import insert

from core.clock import local_year
from core.database import session
from core.ids import access_token, readable_number
from shop.cart.rules import Offer
from shop.orders.models.tables import Consignment, ConsignmentChange, Order, OrderLine
from shop.orders.rules.order_request import OrderRequest
from shop.orders.rules.splitting import Share, Split
from shop.orders.service.buyer_keys import address_key, network_key
from shop.orders.service.transitions import PAYMENT
from shop.orders.states import BUYER, FulfilmentState, PaymentMethod, first_payment_state

# What a line keeps of its offer, as it was then.
OF_OFFER = tuple(field.name for field in fields(Offer) if hasattr(OrderLine, field.name))


def write_order(
    request: OrderRequest,
    whole: Split,
    *,
    expires_at: datetime | None,
    payee_account: str | None = None,
    at: datetime,
) -> Order:
    """The order's own row with its first change; `payee_account` is the one that its buyer is told, for good.

    Raises:
        IntegrityError: an order with this key exists.
    """
    place = request.ship_to.place
    order = Order(
        number=readable_number("GY", local_year(at)),
        access_token=access_token(),
        account_id=request.account_id,
        idempotency_key=request.key,
        request_digest=request.digest,
        buyer_name=request.buyer.name,
        buyer_phone=request.buyer.phone,
        buyer_email=request.buyer.email,
        province_code=place.province.code,
        province=place.province.name,
        city=place.city.name,
        district=place.district.name,
        district_code=place.district.code,
        street=request.ship_to.street,
        postcode=request.ship_to.postcode,
        note=request.note,
        locale=request.locale,
        payment_method=request.payment_method,
        payee_account=payee_account,
        payment_state=first_payment_state(request.payment_method),
        currency="CNY",
        goods_minor=whole.goods_minor,
        discount_minor=whole.discount_minor,
        freight_minor=whole.freight_minor,
        total_minor=whole.total_minor,
        placed_at=at,
        expires_at=expires_at,
        address_key=address_key(place.district.code, request.ship_to.street),
        network_key=network_key(request.network),
    )
    session.add(order)
    session.flush()
    PAYMENT.note(order, None, at=at, by=request.account_id, actor=BUYER.role)
    return order


def write_consignments(order: Order, whole: Split, offers: Mapping[int, Offer], *, at: datetime) -> None:
    """A consignment per grower with its lines; `offers` by variant id. Each grower confirms a cash order first."""
    cash = order.payment_method == PaymentMethod.CASH_ON_DELIVERY
    state = FulfilmentState.TO_CONFIRM if cash else FulfilmentState.WAITING
    consignments = []
    for position, share in enumerate(whole.shares, start=1):
        weight_g = sum(
            line_share.line.quantity * offers[line_share.line.variant_id].unit_weight_g
            for line_share in share.lines
        )
        consignments.append(
            Consignment(
                number=f"{order.number}-{position}",
                order_id=order.id,
                grower_id=share.grower_id,
                fulfilment_state=state,
                goods_minor=share.goods_minor,
                discount_minor=share.discount_minor,
                freight_minor=share.freight_minor,
                total_minor=share.total_minor,
                weight_g=weight_g,
            )
        )
    session.add_all(consignments)
    session.flush()
    made = {"to_state": state, "at": at, "actor": BUYER.role, "by_account_id": order.account_id}
    changes = [made | {"consignment_id": consignment.id} for consignment in consignments]
    session.execute(insert(ConsignmentChange), changes)  # one statement, however many parcels
    rows = []
    for consignment, share in zip(consignments, whole.shares, strict=True):
        rows += _line_rows(consignment.id, share, offers)
    session.execute(insert(OrderLine), rows)


def _line_rows(consignment_id: int, share: Share, offers: Mapping[int, Offer]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for position, line_share in enumerate(share.lines, start=1):
        offer = offers[line_share.line.variant_id]
        rows.append(
            {
                "consignment_id": consignment_id,
                "position": position,
                **{name: getattr(offer, name) for name in OF_OFFER},
                "quantity": line_share.line.quantity,
                "plants": line_share.line.quantity * offer.plants_per_unit,
                "weight_g": line_share.line.quantity * offer.unit_weight_g,
                "unit_price_minor": line_share.line.unit_price_minor,
                "line_total_minor": line_share.line.line_total_minor,
                "discount_minor": line_share.discount_minor,
            }
        )
    return rows
