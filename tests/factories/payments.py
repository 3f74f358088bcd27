"""Orders with consignments, lines and held stock, ready to be paid; and money that has arrived."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from branch.api import GrowerView
from core.database import session
from shop.orders.models.tables import Consignment, Order, OrderLine
from shop.orders.states import PaymentMethod
from shop.stock.service import movements as stock
from tests.factories.orders import make_order, make_variant
from tests.factories.organisation import make_grower

# Each grower's part: (quantity, unit price in fen) of its lines.
TWO_GROWERS = (((10, 2_50), (3, 99)), ((7, 12_00),))


def make_stocked_order(
    *,
    at: datetime,
    method: str = "stripe",
    parts: Sequence[Sequence[tuple[int, int]]] = TWO_GROWERS,
    freight_minor: int = 15_00,
    on_hand: int = 100,
    minutes: int = 40,
    growers: Sequence[GrowerView] = (),
    **columns,
) -> Order:
    """An order that waits for its payment, its stock held for `minutes`; growers are made where none are given."""
    goods = sum(quantity * price for part in parts for quantity, price in part)
    cash = method == PaymentMethod.CASH_ON_DELIVERY
    expires_at = None if cash else at + timedelta(minutes=minutes)
    order = make_order(
        at=at,
        payment_method=method,
        payment_state="due_on_delivery" if cash else "awaiting_payment",
        goods_minor=goods,
        freight_minor=freight_minor * len(parts),
        total_minor=goods + freight_minor * len(parts),
        expires_at=expires_at,
        **columns,
    )
    held = []
    for number, part in enumerate(parts, start=1):
        grower = growers[number - 1] if len(growers) >= number else make_grower(at=at)
        part_goods = sum(quantity * price for quantity, price in part)
        consignment = Consignment(
            number=f"{order.number}-{number}",
            order_id=order.id,
            grower_id=grower.id,
            fulfilment_state="to_pack" if cash else "waiting",
            goods_minor=part_goods,
            discount_minor=0,
            freight_minor=freight_minor,
            total_minor=part_goods + freight_minor,
            weight_g=1000,
        )
        session.add(consignment)
        session.flush()
        for position, (quantity, price) in enumerate(part, start=1):
            variant = make_variant(at=at, grower=grower, on_hand=on_hand, tiers=((1, price),))
            held.append((variant.id, quantity))
            session.add(_line(consignment, position, variant, quantity, price))
    session.flush()
    stock.hold(order.id, held, at=at, expires_at=expires_at)
    if cash:
        stock.take(order.id)
    return order


def _line(consignment, position, variant, quantity, price) -> OrderLine:
    return OrderLine(
        consignment_id=consignment.id,
        position=position,
        variant_id=variant.id,
        sku=variant.sku,
        slug=f"listing-{variant.listing_id}",
        title="示范丹桂苗",
        grade="地径 3-4 cm",
        size_class="dg-30-40",
        cultivar_group="dangui",
        cultivar="朱砂丹桂",
        root="bare_root",
        unit="plant",
        plants_per_unit=1,
        quantity=quantity,
        plants=quantity,
        weight_g=quantity * 100,
        unit_price_minor=price,
        line_total_minor=quantity * price,
    )
