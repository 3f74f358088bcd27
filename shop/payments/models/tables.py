"""Tables of money. A payment is one attempt to pay an order; every change of a state leaves a row."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Act, Base, Money, Record, fk, one_of_check
from core.types import JSONType
from shop.orders.states import PaymentMethod
from shop.payments.states import ProofState, RefundKind, RefundState, Stage, WishState

ATTENTION = f"attention IS NOT NULL OR state = '{Stage.DOUBTFUL}'"  # what a cashier has to look at


class Payment(Record):
    """`heard`, `heard_refunded_minor` and `dispute_status` are what the provider said; `state` is what we made of it.

    `refunded_minor` counts every refund that stands, also those not sent yet: it is taken by a conditional
    update, so that nobody gives back more than came in.
    """

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("order_id", "attempt"),
        CheckConstraint(one_of_check("method", PaymentMethod), name="method_known"),
        CheckConstraint(one_of_check("state", Stage), name="state_known"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("received_minor >= 0", name="received_not_negative"),
        CheckConstraint("refunded_minor BETWEEN 0 AND received_minor", name="refund_within_receipt"),
        Index(
            "uq_payment_one_receipt_per_order",
            "order_id",
            unique=True,
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
        Index("ix_payment_open", "method", "state"),
        Index("ix_payment_attention", "id", sqlite_where=text(ATTENTION), postgresql_where=text(ATTENTION)),
    )

    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = fk("order.id", index=False)
    attempt: Mapped[int]
    method: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), default=Stage.OPEN)
    amount_minor: Mapped[Money]
    currency: Mapped[str] = mapped_column(String(3))
    received_minor: Mapped[Money] = mapped_column(default=0)
    refunded_minor: Mapped[Money] = mapped_column(default=0)
    reference: Mapped[str | None] = mapped_column(String(120))
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    provider_session_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    provider_session_url: Mapped[str | None] = mapped_column(Text)
    provider_payment_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    session_expires_at: Mapped[datetime | None]
    heard: Mapped[int] = mapped_column(default=0)
    heard_amount_minor: Mapped[int | None]
    heard_currency: Mapped[str | None] = mapped_column(String(3))
    heard_refunded_minor: Mapped[Money] = mapped_column(default=0)
    dispute_id: Mapped[str | None] = mapped_column(String(120))
    dispute_status: Mapped[str | None] = mapped_column(String(40))
    dispute_minor: Mapped[int | None]
    attention: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    arrived_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]


class PaymentChange(Act, Record):
    """Who or what moved a payment from where to where."""

    __tablename__ = "payment_change"

    payment_id: Mapped[int] = fk("payment.id")
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    cause: Mapped[str] = mapped_column(String(200), default="")


class PaymentAgreement(Record):
    """A cashier's word about money in doubt, for the growers whom he looks after; he may change it until all have spoken."""

    __tablename__ = "payment_agreement"
    __table_args__ = (
        UniqueConstraint("payment_id", "by_account_id"),
        CheckConstraint("step IN ('accept', 'give_back')", name="step_known"),
    )

    payment_id: Mapped[int] = fk("payment.id", index=False)
    by_account_id: Mapped[int] = fk("account.id", index=False)
    step: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]


class StripeEvent(Base):
    """Each event once, by Stripe's id, written together with its effect; `result` says what came of it."""

    __tablename__ = "stripe_event"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    payment_id: Mapped[int | None] = fk("payment.id", nullable=True)
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    result: Mapped[str] = mapped_column(String(40))
    subject: Mapped[dict[str, Any]] = mapped_column(JSONType)


class ProviderRefund(Base):
    """The provider's own list of refunds of a payment, ours and those made elsewhere.

    One in another currency than the payment's is kept and shown to the cashier, and counts in no sum.
    """

    __tablename__ = "provider_refund"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    payment_id: Mapped[int] = fk("payment.id")
    amount_minor: Mapped[Money]
    currency: Mapped[str | None] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(20))
    refund_number: Mapped[str | None] = mapped_column(String(24))


class Refund(Record):
    """Money that goes back: owed, and booked in the order and the ledger, from the moment this row exists."""

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("freight_minor BETWEEN 0 AND amount_minor", name="freight_within_amount"),
        CheckConstraint(one_of_check("state", RefundState), name="state_known"),
        CheckConstraint(one_of_check("kind", RefundKind), name="kind_known"),
        Index("ix_refund_open", "state", "next_attempt_at"),
    )

    number: Mapped[str] = mapped_column(String(24), unique=True)
    payment_id: Mapped[int] = fk("payment.id")
    order_id: Mapped[int] = fk("order.id")
    consignment_id: Mapped[int | None] = fk("consignment.id", nullable=True)
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10), default=RefundState.DUE)
    amount_minor: Mapped[Money]
    freight_minor: Mapped[Money] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(String(200), default="")
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    provider_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    reference: Mapped[str | None] = mapped_column(String(120))
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class RefundLine(Record):
    """Which units of which line a refund is for; `quantity` 0 is a reduction of price."""

    __tablename__ = "refund_line"
    __table_args__ = (
        UniqueConstraint("refund_id", "order_line_id"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
    )

    refund_id: Mapped[int] = fk("refund.id", index=False)
    order_line_id: Mapped[int] = fk("order_line.id")
    quantity: Mapped[int] = mapped_column(default=0)
    amount_minor: Mapped[Money]


class RefundChange(Act, Record):
    """Who or what moved a refund from where to where."""

    __tablename__ = "refund_change"

    refund_id: Mapped[int] = fk("refund.id")
    from_state: Mapped[str | None] = mapped_column(String(10))
    to_state: Mapped[str] = mapped_column(String(10))
    cause: Mapped[str] = mapped_column(String(200), default="")


class TransferProof(Record):
    """A picture or PDF by which a buyer shows that the transfer was made; only staff and the buyer see it."""

    __tablename__ = "transfer_proof"
    __table_args__ = (
        CheckConstraint(one_of_check("state", ProofState), name="state_known"),
        CheckConstraint("stated_minor > 0", name="stated_positive"),
        Index("ix_transfer_proof_open", "state", "submitted_at"),
    )

    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = fk("order.id")
    file_key: Mapped[str] = mapped_column(String(160))
    payee_account: Mapped[str | None] = mapped_column(String(24), index=True)
    stated_minor: Mapped[Money]
    note: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default=ProofState.SUBMITTED)
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"))
    reason: Mapped[str] = mapped_column(String(200), default="")
    reference: Mapped[str | None] = mapped_column(String(120))


class CancelRequest(Record):
    """A buyer asks to cancel a consignment that is paid and has not left."""

    __tablename__ = "cancel_wish"
    __table_args__ = (
        CheckConstraint(one_of_check("state", WishState), name="state_known"),
        Index(
            "uq_cancel_wish_one_open",
            "consignment_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    consignment_id: Mapped[int] = fk("consignment.id")
    reason: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default=WishState.OPEN)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="RESTRICT"))
    answer: Mapped[str] = mapped_column(String(200), default="")
