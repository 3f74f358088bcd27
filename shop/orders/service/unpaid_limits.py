"""Who holds how much unpaid: counted from the orders themselves, one order of a buyer after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

from sqlalchemy import text

from core.database import is_postgresql, session
from shop.orders.models.tables import Order
from shop.orders.queries.unpaid_limits import (
    Sums,
    Wish,
    amounts_granted,
    held_by,
    is_known,
    known_by,
    limits,
    sizes_held,
)
from shop.orders.rules.unpaid_limits import (
    Amount,
    Exceeded,
    Holder,
    Limits,
    LineHolding,
    Way,
    allowed_of,
    exceeded_share,
    exceeded_sum,
    way_of,
)
from shop.orders.service.refusals import HoldLimit

# Our own space of PostgreSQL's advisory locks.
LOCKS = 0x484F4C44


def lock_holders(order: Order) -> None:
    """Let orders of one buyer be placed one after the other; SQLite has one writer anyway.

    Taken before any stock, in one order by everybody who places an order; nothing else takes these locks.
    """
    if not is_postgresql():
        return
    keys = sorted({crc32(f"{holder}:{value}".encode()) - 2**31 for holder, value in known_by(order).items()})
    session.execute(
        text("SELECT pg_advisory_xact_lock(:space, key) FROM unnest(CAST(:keys AS integer[])) AS key"),
        {"space": LOCKS, "keys": keys},
    ).all()


def require_within_limits(order: Order, wishes: Sequence[Wish]) -> None:
    """Refuse a new order whose stock is held now when its buyer holds too much unpaid with it.

    What a grower allowed this buyer is counted by itself: those plants are outside of the limits for strangers.

    Raises:
        HoldLimit: naming the limit; the caller's transaction must roll back.
    """
    way, bounds = way_of(order.payment_method), limits()
    holdings, pieces = held_by(order, way), sizes_held(order, wishes)
    if _exceeded(wishes, holdings, pieces, way=way, bounds=bounds, known=False) is None:
        return
    grower_ids = {wish.grower_id for wish in wishes}
    granted = amounts_granted(order.buyer_phone, grower_ids.union(*holdings.values()))
    for grower_id in sorted(grower_ids & set(granted)):
        before, most = holdings[Holder.PHONE].get(grower_id, Amount()), granted[grower_id]
        mine = _sum(wish for wish in wishes if wish.grower_id == grower_id)
        if exceeded := exceeded_sum({Holder.PHONE: before}, mine, way=way, allowed=most):
            raise HoldLimit(exceeded)
    strange = [wish for wish in wishes if wish.grower_id not in granted]
    others = {
        holder: {grower_id: amount for grower_id, amount in parts.items() if grower_id not in granted}
        for holder, parts in holdings.items()
    }
    skus = {wish.sku for wish in strange}
    left = [piece for piece in pieces if piece.sku in skus]
    if exceeded := _exceeded(strange, others, left, way=way, bounds=bounds, known=is_known(order)):
        raise HoldLimit(exceeded)


def _exceeded(
    wishes: Sequence[Wish],
    holdings: Sums,
    pieces: Sequence[LineHolding],
    *,
    way: Way,
    bounds: Limits,
    known: bool,
) -> Exceeded | None:
    """The first limit that these lines would pass, on top of what is held."""
    if not wishes:
        return None
    sums = {holder: sum(parts.values(), Amount()) for holder, parts in holdings.items()}
    in_all = exceeded_sum(sums, _sum(wishes), way=way, allowed=allowed_of(bounds, way, known=known))
    of_one = (exceeded_share(piece, way=way, limits=bounds, known=known) for piece in pieces)
    return in_all or next((exceeded for exceeded in of_one if exceeded is not None), None)


def _sum(wishes: Iterable[Wish]) -> Amount:
    return sum((Amount(wish.plants, wish.value_minor) for wish in wishes), Amount())
