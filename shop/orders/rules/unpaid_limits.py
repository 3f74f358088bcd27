"""How much one buyer may keep from others without having paid. Pure.

What is held is counted under everything by which a buyer is known: telephone, address, account and network.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shop.orders.states import PaymentMethod

# Behind one network stand many people: an office, a village, a carrier.
NETWORK_TIMES = 5
# Numbers of houses are written either way.
DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


class Way(StrEnum):
    """Held for cash at the door, or for money that is to come before the parcel leaves."""

    CASH = "cash"
    UNPAID = "unpaid"


class Holder(StrEnum):
    """By what a buyer is known."""

    PHONE = "phone"
    ADDRESS = "address"
    ACCOUNT = "account"
    NETWORK = "network"


class Measure(StrEnum):
    """What is too much: plants or money in all, of one listing by one buyer, or of one listing by all strangers."""

    PLANTS = "plants"
    VALUE = "value"
    SHARE = "share"
    STRANGERS = "strangers"


@dataclass(frozen=True, slots=True)
class Amount:
    """So many plants, and what they are worth in fen."""

    plants: int = 0
    value_minor: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.plants + other.plants, self.value_minor + other.value_minor)

    def times(self, factor: int) -> Amount:
        """So many times as much of both."""
        return Amount(self.plants * factor, self.value_minor * factor)


@dataclass(frozen=True, slots=True)
class Limits:
    """`share_percent` is of what a listing's size has in the nursery; so many plants of it are always allowed."""

    most: Mapping[Way, Amount]
    share_percent: int
    share_free: int
    known_times: int


@dataclass(frozen=True, slots=True)
class Exceeded:
    """The limit that an order would pass; amounts in plants or fen. `sku` where it is of one listing."""

    measure: Measure
    way: Way
    holder: Holder | None
    allowed: int
    held: int
    wanted: int
    sku: str = ""


@dataclass(frozen=True, slots=True)
class LineHolding:
    """One line of an order and what is held of its size; all in plants.

    `in_nursery` counts what is held as well; `own_held` is this buyer's before this order, `unconfirmed` what all
    cash orders together hold that no grower has confirmed, this one left out.
    """

    sku: str
    plants: int
    in_nursery: int
    own_held: int
    unconfirmed: int


def way_of(method: str) -> Way:
    """For what an order that is paid by this method holds its plants."""
    return Way.CASH if method == PaymentMethod.CASH_ON_DELIVERY else Way.UNPAID


def allowed_of(limits: Limits, way: Way, *, known: bool) -> Amount:
    """What one buyer may hold; one who has received and paid before may hold more."""
    return limits.most[way].times(limits.known_times if known else 1)


def exceeded_sum(
    holdings: Mapping[Holder, Amount], wanted: Amount, *, way: Way, allowed: Amount
) -> Exceeded | None:
    """The first limit on plants or money in all that `wanted` would pass, on top of what is held."""
    for holder, before in holdings.items():
        most = allowed.times(NETWORK_TIMES) if holder is Holder.NETWORK else allowed
        if before.plants + wanted.plants > most.plants:
            return Exceeded(Measure.PLANTS, way, holder, most.plants, before.plants, wanted.plants)
        if before.value_minor + wanted.value_minor > most.value_minor:
            return Exceeded(
                Measure.VALUE, way, holder, most.value_minor, before.value_minor, wanted.value_minor
            )
    return None


def exceeded_share(piece: LineHolding, *, way: Way, limits: Limits, known: bool) -> Exceeded | None:
    """The limit on one listing that a line would pass. A known buyer may hold all of it, whatever strangers hold."""
    if known:
        return None
    most = max(piece.in_nursery * limits.share_percent // 100, limits.share_free)
    if piece.own_held + piece.plants > most:
        return Exceeded(Measure.SHARE, way, None, most, piece.own_held, piece.plants, piece.sku)
    if way is Way.CASH and piece.unconfirmed + piece.plants > most:
        return Exceeded(Measure.STRANGERS, way, None, most, piece.unconfirmed, piece.plants, piece.sku)
    return None


def plain_street(street: str) -> str:
    """A street in one form, however it was typed: width, case, spaces, stops and the way of writing digits aside."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", street)).casefold().translate(DIGITS)
