"""Reads of what is held unpaid: who holds how much of a grower's plants, until when, and whom he allowed more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.database import session, view_of
from shop.catalogue.models import Listing, Variant
from shop.orders.models.tables import Consignment, HoldAllowance, Order
from shop.orders.states import ENDED, OPEN_PAYMENT, FulfilmentState, PaymentState
from shop.stock.models import HoldState, Stock, StockHold


@dataclass(frozen=True, slots=True)
class HoldView:
    """One buyer's hold on one size; `until` is None once the grower has confirmed it."""

    parcel_number: str
    state: FulfilmentState
    payment: PaymentState
    buyer_name: str
    buyer_phone: str
    quantity: int
    value_minor: int
    placed_at: datetime
    until: datetime | None

    @property
    def may_be_confirmed(self) -> bool:
        return self.state is FulfilmentState.TO_CONFIRM

    @property
    def may_be_asked_for(self) -> bool:
        """Whether the next word is the buyer's or the cashier's, whom the grower may remind."""
        return self.payment in {PaymentState.AWAITING_PAYMENT, PaymentState.PROOF_SUBMITTED}


@dataclass(frozen=True, slots=True)
class SizeHeld:
    """One size grade of a listing with everything of it that somebody holds unpaid; quantities in its unit."""

    sku: str
    slug: str
    title: str
    grade: str
    unit: str
    on_hand: int
    held: int
    holds: tuple[HoldView, ...]


def holds_of(grower_id: int) -> list[SizeHeld]:
    """The grower's sizes of which something is held unpaid, those of which most is held first."""
    rows = session.execute(
        select(StockHold, Order, Consignment, Variant, Listing, Stock)
        .join(Order, Order.id == StockHold.order_id)
        .join(Variant, Variant.id == StockHold.variant_id)
        .join(Listing, Listing.id == Variant.listing_id)
        .join(Stock, Stock.variant_id == Variant.id)
        .join(Consignment, (Consignment.order_id == Order.id) & (Consignment.grower_id == Listing.grower_id))
        .where(
            Listing.grower_id == grower_id,
            StockHold.state.in_([HoldState.HELD, HoldState.TAKEN]),
            Order.payment_state.in_(OPEN_PAYMENT),
            Consignment.fulfilment_state.not_in(ENDED),
        )
        .order_by(Order.placed_at, Order.id)
    ).all()
    by_variant: dict[int, tuple[Variant, Listing, Stock, list[HoldView]]] = {}
    for hold, order, parcel, variant, listing, stock in rows:
        entry = by_variant.setdefault(variant.id, (variant, listing, stock, []))
        entry[3].append(_view(hold, order, parcel))
    sizes = [
        SizeHeld(
            variant.sku,
            listing.slug,
            listing.title,
            variant.title,
            variant.unit,
            stock.on_hand,
            sum(hold.quantity for hold in holds),
            tuple(holds),
        )
        for variant, listing, stock, holds in by_variant.values()
    ]
    return sorted(sizes, key=lambda size: -size.held)


def _view(hold: StockHold, order: Order, parcel: Consignment) -> HoldView:
    return HoldView(
        parcel.number,
        FulfilmentState(parcel.fulfilment_state),
        PaymentState(order.payment_state),
        order.buyer_name,
        order.buyer_phone,
        hold.quantity,
        parcel.total_minor,
        order.placed_at,
        hold.expires_at if hold.state == HoldState.HELD else None,
    )


@dataclass(frozen=True, slots=True)
class AllowanceView:
    """What a grower allows one buyer to hold unpaid; the value in fen."""

    id: int
    phone: str
    plants: int
    value_minor: int
    note: str
    given_at: datetime


def allowances_of(grower_id: int) -> list[AllowanceView]:
    """Whom the grower allowed to hold more unpaid, the latest first."""
    rows = session.scalars(
        select(HoldAllowance)
        .where(HoldAllowance.grower_id == grower_id)
        .order_by(HoldAllowance.given_at.desc())
    )
    return [view_of(AllowanceView, row) for row in rows]
