"""Tables of orders. Every change of a state leaves a row; lines keep what was bought as it was then."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Act, Money, Record, fk, one_of_check
from shop.orders.states import FulfilmentState, PaymentMethod, PaymentState


class Order(Record):
    """What one buyer bought at once and pays at once; the payment's state lives here.

    `address_key` and `network_key` are keyed digests of where it goes and whence it was ordered: what one buyer
    holds unpaid is counted by them. The network is forgotten once the order is paid or has ended.
    """

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint(one_of_check("payment_state", PaymentState), name="payment_state_known"),
        CheckConstraint(one_of_check("payment_method", PaymentMethod), name="payment_method_known"),
        CheckConstraint("goods_minor >= 0 AND freight_minor >= 0", name="parts_not_negative"),
        CheckConstraint("discount_minor BETWEEN 0 AND goods_minor", name="discount_within_goods"),
        CheckConstraint("total_minor = goods_minor - discount_minor + freight_minor", name="total_adds_up"),
        CheckConstraint("refunded_minor BETWEEN 0 AND total_minor", name="refund_within_total"),
        Index("ix_order_open", "payment_state", "expires_at"),
        Index("ix_order_phone", "buyer_phone"),
        Index("ix_order_address", "address_key"),
        Index("ix_order_network", "network_key"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    access_token: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int | None] = fk("account.id", nullable=True)
    idempotency_key: Mapped[str] = mapped_column(String(160), unique=True)
    request_digest: Mapped[str] = mapped_column(String(64))
    buyer_name: Mapped[str] = mapped_column(String(60))
    buyer_phone: Mapped[str] = mapped_column(String(20))
    buyer_email: Mapped[str | None] = mapped_column(String(254))
    province_code: Mapped[str] = mapped_column(String(6))
    province: Mapped[str] = mapped_column(String(30))
    city: Mapped[str] = mapped_column(String(40))
    district: Mapped[str] = mapped_column(String(40))
    district_code: Mapped[str] = mapped_column(String(6))
    street: Mapped[str] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(6))
    note: Mapped[str] = mapped_column(String(300), default="")
    locale: Mapped[str] = mapped_column(String(12))
    payment_method: Mapped[str] = mapped_column(String(20))
    payment_state: Mapped[str] = mapped_column(String(20))
    payee_account: Mapped[str | None] = mapped_column(String(24))
    payment_reference: Mapped[str | None] = mapped_column(String(120))
    currency: Mapped[str] = mapped_column(String(3))
    goods_minor: Mapped[Money]
    discount_minor: Mapped[Money]
    freight_minor: Mapped[Money]
    total_minor: Mapped[Money]
    refunded_minor: Mapped[Money] = mapped_column(default=0)
    placed_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    address_key: Mapped[str] = mapped_column(String(32), default="", server_default="")
    network_key: Mapped[str | None] = mapped_column(String(32))


class OrderChange(Act, Record):
    """Who moved a payment from where to where, when and why. `actor` is a role, `by_account_id` a person.

    `reference` names the money that moved it (a payment, a refund), which moves it once.
    """

    __tablename__ = "order_change"
    __table_args__ = (UniqueConstraint("order_id", "reference"),)

    order_id: Mapped[int] = fk("order.id", index=False)
    from_state: Mapped[str | None] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str | None] = mapped_column(String(120))
    actor: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200), default="")


class Consignment(Record):
    """One grower's part of an order: packed, sent and followed by itself."""

    __tablename__ = "consignment"
    __table_args__ = (
        UniqueConstraint("order_id", "grower_id"),
        CheckConstraint(one_of_check("fulfilment_state", FulfilmentState), name="fulfilment_state_known"),
        CheckConstraint("discount_minor BETWEEN 0 AND goods_minor", name="discount_within_goods"),
        CheckConstraint("total_minor = goods_minor - discount_minor + freight_minor", name="total_adds_up"),
        CheckConstraint("refunded_minor BETWEEN 0 AND total_minor", name="refund_within_total"),
        Index("ix_consignment_grower_state", "grower_id", "fulfilment_state"),
    )

    number: Mapped[str] = mapped_column(String(28), unique=True)
    order_id: Mapped[int] = fk("order.id", index=False)
    grower_id: Mapped[int] = fk("grower.id", index=False)
    fulfilment_state: Mapped[str] = mapped_column(String(12))
    goods_minor: Mapped[Money]
    discount_minor: Mapped[Money]
    freight_minor: Mapped[Money]
    total_minor: Mapped[Money]
    refunded_minor: Mapped[Money] = mapped_column(default=0)
    weight_g: Mapped[int]
    courier: Mapped[str | None] = mapped_column(String(40))
    tracking_number: Mapped[str | None] = mapped_column(String(60))
    packed_at: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class ConsignmentChange(Act, Record):
    """Who moved a consignment from where to where, when and why."""

    __tablename__ = "consignment_change"

    consignment_id: Mapped[int] = fk("consignment.id")
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    actor: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200), default="")


class OrderLine(Record):
    """What was bought, as it stood on the page at that moment."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("consignment_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("plants = quantity * plants_per_unit", name="plants_add_up"),
        CheckConstraint("line_total_minor = quantity * unit_price_minor", name="line_adds_up"),
        CheckConstraint("discount_minor BETWEEN 0 AND line_total_minor", name="discount_within_line"),
        CheckConstraint(
            "refunded_minor BETWEEN 0 AND line_total_minor - discount_minor", name="refund_within_line"
        ),
        CheckConstraint("units_back BETWEEN 0 AND quantity", name="units_back_within_line"),
    )

    consignment_id: Mapped[int] = fk("consignment.id", index=False)
    position: Mapped[int]
    variant_id: Mapped[int] = fk("variant.id")
    lot_id: Mapped[int | None] = fk("lot.id", nullable=True)
    sku: Mapped[str] = mapped_column(String(20))
    slug: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    grade: Mapped[str] = mapped_column(String(80))
    cultivar_group: Mapped[str] = mapped_column(String(40))
    cultivar: Mapped[str] = mapped_column(String(80))
    root: Mapped[str] = mapped_column(String(20))
    size_class: Mapped[str] = mapped_column(String(40))
    photo_key: Mapped[str | None] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(8))
    plants_per_unit: Mapped[int]
    quantity: Mapped[int]
    plants: Mapped[int]
    weight_g: Mapped[int]
    unit_price_minor: Mapped[Money]
    line_total_minor: Mapped[Money]
    discount_minor: Mapped[Money] = mapped_column(default=0)
    refunded_minor: Mapped[Money] = mapped_column(default=0)
    # Units that were taken off before the parcel left, or came back; the others are what is packed.
    units_back: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class HoldAllowance(Record):
    """So much of one grower's plants a buyer whom the grower knows may hold unpaid at a time, by telephone number."""

    __tablename__ = "hold_allowance"
    __table_args__ = (
        UniqueConstraint("grower_id", "phone"),
        CheckConstraint("plants > 0 AND value_minor > 0", name="above_zero"),
    )

    grower_id: Mapped[int] = fk("grower.id", index=False)
    phone: Mapped[str] = mapped_column(String(20))
    plants: Mapped[int]
    value_minor: Mapped[Money]
    note: Mapped[str] = mapped_column(String(100), default="")
    given_at: Mapped[datetime]
    given_by: Mapped[int | None] = fk("account.id", nullable=True, index=False)
