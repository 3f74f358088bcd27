"""Tables of the cart."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk


class Cart(Record):
    """A visitor's cart is known by its token, an account's by the account."""

    __tablename__ = "cart"

    token: Mapped[str] = mapped_column(String(32), unique=True)
    account_id: Mapped[int | None] = fk("account.id", nullable=True, unique=True)
    province_code: Mapped[str | None] = mapped_column(String(6))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class CartLine(Record):
    """So many units of one variant in a cart; prices are read when the cart is shown."""

    __tablename__ = "cart_line"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    cart_id: Mapped[int] = fk("cart.id", index=False)
    variant_id: Mapped[int] = fk("variant.id")
    quantity: Mapped[int]
    added_at: Mapped[datetime]
