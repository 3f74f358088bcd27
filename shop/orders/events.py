"""What happened to orders, told through the outbox. Ids and numbers only, never a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    order_id: int
    order_number: str


@dataclass(frozen=True, slots=True)
class OrderPaid:
    order_id: int
    order_number: str


@dataclass(frozen=True, slots=True)
class OrderExpired:
    order_id: int
    order_number: str


@dataclass(frozen=True, slots=True)
class OrderNearsEnd:
    """An order waits for its growers' word or for the cashier, and its time is nearly over."""

    order_id: int
    order_number: str


@dataclass(frozen=True, slots=True)
class HoldAskedFor:
    """A grower asks for plants that an unpaid order holds."""

    order_id: int
    consignment_id: int
    consignment_number: str


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    order_id: int
    order_number: str


@dataclass(frozen=True, slots=True)
class OrderRefunded:
    """`amount_minor` went back to the buyer; `reference` names the refund."""

    order_id: int
    order_number: str
    amount_minor: int
    reference: str


@dataclass(frozen=True, slots=True)
class ConsignmentConfirmed:
    """The grower of a part of a cash order has spoken with the buyer."""

    consignment_id: int
    consignment_number: str


@dataclass(frozen=True, slots=True)
class ConsignmentLapsed:
    """Nobody confirmed a part of a cash order in time."""

    consignment_id: int
    consignment_number: str


@dataclass(frozen=True, slots=True)
class ConsignmentPacked:
    consignment_id: int
    consignment_number: str


@dataclass(frozen=True, slots=True)
class ConsignmentDispatched:
    consignment_id: int
    consignment_number: str


@dataclass(frozen=True, slots=True)
class ConsignmentDelivered:
    consignment_id: int
    consignment_number: str


@dataclass(frozen=True, slots=True)
class ConsignmentCancelled:
    consignment_id: int
    consignment_number: str


@dataclass(frozen=True, slots=True)
class ConsignmentReturned:
    consignment_id: int
    consignment_number: str


@dataclass(frozen=True)
class OrderReachedByRecall:
    """A recall reached plants of an order: one event per order, so that one that cannot be told keeps no other waiting."""

    recall_number: str
    order_number: str
