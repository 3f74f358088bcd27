"""What happened to orders, told through the outbox. Ids and numbers only, never a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class _OrderEvent:
    order_id: int
    order_number: str


@dataclass(frozen=True)
class _ParcelEvent:
    consignment_id: int
    consignment_number: str


class OrderPlaced(_OrderEvent):
    """Its plants are held, and it waits for its money or for its growers' word."""


class OrderPaid(_OrderEvent):
    """All of its money is here; its growers may pack."""


class OrderExpired(_OrderEvent):
    """Nobody paid in time; its plants are free again."""


class OrderNearsEnd(_OrderEvent):
    """An order waits for its growers' word or for the cashier, and its time is nearly over."""


@dataclass(frozen=True)
class HoldAskedFor:
    """A grower asks for plants that an unpaid order holds."""

    order_id: int
    consignment_id: int
    consignment_number: str


class OrderCancelled(_OrderEvent):
    """It ended without being paid, by its buyer's word or its growers'."""


@dataclass(frozen=True)
class OrderRefunded(_OrderEvent):
    """`amount_minor` went back to the buyer; `reference` names the refund."""

    amount_minor: int
    reference: str


class ConsignmentConfirmed(_ParcelEvent):
    """The grower of a part of a cash order has spoken with the buyer."""


class ConsignmentLapsed(_ParcelEvent):
    """Nobody confirmed a part of a cash order in time."""


class ConsignmentPacked(_ParcelEvent):
    """It is ready for the courier."""


class ConsignmentDispatched(_ParcelEvent):
    """The courier has it."""


class ConsignmentDelivered(_ParcelEvent):
    """The buyer has it."""


class ConsignmentCancelled(_ParcelEvent):
    """It will not be sent; its plants are free again."""


class ConsignmentReturned(_ParcelEvent):
    """It came back to its grower."""


@dataclass(frozen=True)
class OrderReachedByRecall:
    """A recall reached plants of an order: one event per order, so that one that cannot be told keeps no other waiting."""

    recall_number: str
    order_number: str
