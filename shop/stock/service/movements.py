"""Verbs on stock: every change is one conditional UPDATE, so two buyers never get the same unit.

Rows are visited in the order of their variant's id, and a variant's stock before its holds, by everybody:
that is what keeps two transactions from waiting for each other. The database's CHECKs are the second wall.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Row, insert, select, update

from core.database import changed, insert_into, session
from core.errors import Invalid
from shop.stock.models import HoldState, Stock, StockHold
from shop.stock.queries import available
from shop.stock.service.out_of_stock import OutOfStock, ShortLine, SkusOf

Line = tuple[int, int]


def set_on_hand(variant_id: int, quantity: int) -> None:
    """Write down how many units are in the nursery now, those promised to buyers included.

    Raises:
        Invalid: code `below_held`, when fewer than what is promised already.
    """
    if quantity < 0:
        raise Invalid(_("A stock cannot be below zero."), code="below_zero")
    written = session.scalar(
        insert_into(Stock)
        .values(variant_id=variant_id, on_hand=quantity, held=0, sold=0)
        .on_conflict_do_update(
            index_elements=[Stock.variant_id], set_={"on_hand": quantity}, where=Stock.held <= quantity
        )
        .returning(Stock.variant_id)
    )
    if written is None:
        raise _below_held(variant_id)


def change_on_hand(variant_id: int, difference: int) -> None:
    """Add to what is in the nursery, or take off, whatever was sold since somebody last looked.

    Raises:
        Invalid: code `below_held`, when fewer would be left than what is promised already.
    """
    written = changed(
        update(Stock)
        .where(Stock.variant_id == variant_id, Stock.on_hand + difference >= Stock.held)
        .values(on_hand=Stock.on_hand + difference)
    )
    if not written:
        raise _below_held(variant_id)


def _below_held(variant_id: int) -> Invalid:
    held = session.scalar(select(Stock.held).where(Stock.variant_id == variant_id)) or 0
    return Invalid(
        _("%(held)s of them are promised to buyers; the stock cannot be less.", held=held),
        code="below_held",
        held=held,
    )


def hold(order_id: int, lines: Iterable[Line], *, at: datetime, expires_at: datetime | None) -> None:
    """Promise units to an order until `expires_at` (for ever when None); all lines or none.

    `lines` are (variant id, quantity); several of one variant count together. A short line first calls back
    the promises on that variant that have run out by `at`.

    Raises:
        OutOfStock: naming every line that falls short; nothing is held then.
    """
    wanted = _summed(lines)
    on_hold: list[Line] = []
    short: list[Line] = []
    for variant_id, quantity in wanted:
        if _try_hold(variant_id, quantity) or (lapse(variant_id, at=at) and _try_hold(variant_id, quantity)):
            on_hold.append((variant_id, quantity))
        else:
            short.append((variant_id, quantity))
    if short:
        for variant_id, quantity in on_hold:
            _unhold(variant_id, quantity)
        raise OutOfStock(_named(short))
    session.execute(
        insert(StockHold),
        [
            {
                "order_id": order_id,
                "variant_id": variant_id,
                "quantity": quantity,
                "expires_at": expires_at,
                "state": HoldState.HELD,
            }
            for variant_id, quantity in wanted
        ],
    )


def extend(order_id: int, *, expires_at: datetime | None) -> None:
    """Move the end of an order's promises; those that ran out already stay so."""
    _locked_holds(order_id)
    session.execute(
        update(StockHold)
        .where(StockHold.order_id == order_id, StockHold.state == HoldState.HELD)
        .values(expires_at=expires_at)
    )


def take(order_id: int, variant_ids: Collection[int] | None = None) -> None:
    """Sell what an order holds, all of it or some variants; repeating changes nothing.

    A promise that ran out is renewed from what is left.

    Raises:
        OutOfStock: a promise ran out and others have the units; the caller's transaction must roll back.
    """
    short: list[Line] = []
    for row in _locked_holds(order_id, variant_ids):
        if _move(row.id, HoldState.HELD, HoldState.TAKEN):
            _sell(row.variant_id, row.quantity, from_held=True)
        elif _move(row.id, HoldState.LAPSED, HoldState.TAKEN) and not _sell(
            row.variant_id, row.quantity, from_held=False
        ):
            short.append((row.variant_id, row.quantity))
    if short:
        raise OutOfStock(_named(short))


def release(order_id: int, variant_ids: Collection[int] | None = None) -> None:
    """Give back what an order holds and has not paid, all of it or some variants; repeating changes nothing."""
    _let_go(order_id, HoldState.RELEASED, variant_ids)


def let_lapse(order_id: int) -> None:
    """Give back what an order holds, as `release`, but leave it the right to `take` again while there is stock."""
    _let_go(order_id, HoldState.LAPSED)


def _let_go(order_id: int, target: HoldState, variant_ids: Collection[int] | None = None) -> None:
    for row in _locked_holds(order_id, variant_ids):
        if _move(row.id, HoldState.HELD, target):
            _unhold(row.variant_id, row.quantity)
        else:
            _move(row.id, HoldState.LAPSED, target)


def lapse(variant_id: int, *, at: datetime) -> bool:
    """Call back every promise on a variant that has run out by `at`; whether there was one."""
    lock([variant_id])
    due = session.execute(
        select(StockHold.id, StockHold.quantity).where(
            StockHold.variant_id == variant_id,
            StockHold.state == HoldState.HELD,
            StockHold.expires_at <= at,
        )
    ).all()
    called_back = 0
    for row in due:
        if _move(row.id, HoldState.HELD, HoldState.LAPSED):
            called_back += row.quantity
    if called_back:
        _unhold(variant_id, called_back)
    return called_back > 0


def put_back(order_id: int, variant_ids: Collection[int] | None = None) -> None:
    """Return what an order bought to the nursery, all of it or some variants; repeating changes nothing."""
    for row in _locked_holds(order_id, variant_ids):
        if _move(row.id, HoldState.TAKEN, HoldState.RELEASED):
            _unsell(row.variant_id, row.quantity)


def put_back_units(order_id: int, units: Mapping[int, int]) -> None:
    """Return some units, by variant, of what an order bought; the rest stays sold.

    Raises:
        ValueError: the order did not buy so many.
    """
    for row in _locked_holds(order_id):
        count = units.get(row.variant_id, 0)
        if not count:
            continue
        if count == row.quantity:
            moved = _move(row.id, HoldState.TAKEN, HoldState.RELEASED)
        else:
            moved = changed(
                update(StockHold)
                .where(
                    StockHold.id == row.id,
                    StockHold.state == HoldState.TAKEN,
                    StockHold.quantity > count,
                )
                .values(quantity=StockHold.quantity - count)
            )
        if not moved:
            raise ValueError(f"order {order_id} has not bought {count} of variant {row.variant_id}")
        _unsell(row.variant_id, count)


def _summed(lines: Iterable[Line]) -> list[Line]:
    total: dict[int, int] = {}
    for variant_id, quantity in lines:
        if quantity <= 0:
            raise ValueError("a quantity is above zero")
        total[variant_id] = total.get(variant_id, 0) + quantity
    return sorted(total.items())


def lock(variant_ids: Sequence[int]) -> None:
    """Take the rows of these variants, in order; SQLite's one writer holds them already."""
    session.execute(
        select(Stock.variant_id)
        .where(Stock.variant_id.in_(variant_ids))
        .order_by(Stock.variant_id)
        .with_for_update()
    ).all()


def _locked_holds(order_id: int, variant_ids: Collection[int] | None = None) -> Sequence[Row[int, int, int]]:
    """The promises to an order, those of some variants or all, with the stock of every variant of it held."""
    rows = session.execute(
        select(StockHold.id, StockHold.variant_id, StockHold.quantity)
        .where(StockHold.order_id == order_id)
        .order_by(StockHold.variant_id)
    ).all()
    lock([row.variant_id for row in rows])
    return [row for row in rows if variant_ids is None or row.variant_id in variant_ids]


def _move(hold_id: int, source: HoldState, target: HoldState) -> int:
    return changed(
        update(StockHold).where(StockHold.id == hold_id, StockHold.state == source).values(state=target)
    )


def _try_hold(variant_id: int, quantity: int) -> int:
    return changed(
        update(Stock)
        .where(Stock.variant_id == variant_id, Stock.on_hand - Stock.held >= quantity)
        .values(held=Stock.held + quantity)
    )


def _unhold(variant_id: int, quantity: int) -> None:
    changed(update(Stock).where(Stock.variant_id == variant_id).values(held=Stock.held - quantity))


def _sell(variant_id: int, quantity: int, *, from_held: bool) -> int:
    statement = update(Stock).where(Stock.variant_id == variant_id)
    if from_held:
        return changed(
            statement.values(
                on_hand=Stock.on_hand - quantity, held=Stock.held - quantity, sold=Stock.sold + quantity
            )
        )
    return changed(
        statement.where(Stock.on_hand - Stock.held >= quantity).values(
            on_hand=Stock.on_hand - quantity, sold=Stock.sold + quantity
        )
    )


def _unsell(variant_id: int, quantity: int) -> None:
    back = {"on_hand": Stock.on_hand + quantity, "sold": Stock.sold - quantity}
    changed(update(Stock).where(Stock.variant_id == variant_id).values(back))


def _named(short: Sequence[Line]) -> list[ShortLine]:
    left = available(variant_id for variant_id, _quantity in short)
    skus_of: SkusOf = current_app.extensions["skus_of"]
    skus = skus_of([variant_id for variant_id, _quantity in short])
    return [ShortLine(skus[variant_id], wanted, left[variant_id]) for variant_id, wanted in short]
