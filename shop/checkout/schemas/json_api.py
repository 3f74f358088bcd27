"""The shapes of orders in the JSON API, for the generated description; `intake` does the checking."""

from apiflask import Schema
from apiflask.fields import Dict, Integer, List, Nested, String

from shop.orders.states import FulfilmentState, PaymentMethod, PaymentState


class LineIn(Schema):
    sku = String(required=True)
    quantity = Integer(required=True, metadata={"description": "In the variant's unit", "minimum": 1})


class BuyerIn(Schema):
    name = String(required=True)
    phone = String(required=True, metadata={"example": "138 0000 0000"})
    email = String(allow_none=True)


class ShipToIn(Schema):
    province = String(required=True, metadata={"example": "浙江省"})
    city = String(required=True, metadata={"example": "杭州市"})
    district = String(required=True, metadata={"example": "西湖区"})
    street = String(required=True)
    postcode = String(allow_none=True)


class OrderIn(Schema):
    lines = List(Nested(LineIn), required=True)
    buyer = Nested(BuyerIn, required=True)
    ship_to = Nested(ShipToIn, required=True)
    payment_method = String(required=True, metadata={"enum": [str(method) for method in PaymentMethod]})
    locale = String(metadata={"example": "zh"})
    note = String(allow_none=True)


class OrderHeaders(Schema):
    key = String(required=True, data_key="Idempotency-Key", metadata={"minLength": 8, "maxLength": 100})


class OrderQuery(Schema):
    token = String(metadata={"description": "`access_token` of the answer that placed the order"})


class GrowerOut(Schema):
    slug = String()
    name = String()


class LineOut(Schema):
    sku = String()
    title = String()
    grade = String()
    unit = String()
    quantity = Integer()
    plants = Integer()
    unit_price_minor = Integer()
    line_total_minor = Integer()
    discount_minor = Integer()


class ConsignmentOut(Schema):
    number = String()
    grower = Nested(GrowerOut)
    state = String(metadata={"enum": [str(state) for state in FulfilmentState]})
    goods_minor = Integer()
    discount_minor = Integer()
    freight_minor = Integer()
    total_minor = Integer()
    courier = String(allow_none=True)
    tracking_number = String(allow_none=True)
    dispatched_at = String(allow_none=True)
    delivered_at = String(allow_none=True)
    lines = List(Nested(LineOut))


class OrderOut(Schema):
    number = String()
    access_token = String()
    state = String(metadata={"enum": [str(state) for state in PaymentState]})
    currency = String()
    total_minor = Integer()
    goods_minor = Integer()
    discount_minor = Integer()
    freight_minor = Integer()
    refunded_minor = Integer()
    placed_at = String()
    expires_at = String(allow_none=True)
    page_url = String()
    consignments = List(Nested(ConsignmentOut))
    payment = Dict(metadata={"description": "method, state, and redirect_url when paying happens elsewhere"})


class OrderAnswer(Schema):
    order = Nested(OrderOut)
