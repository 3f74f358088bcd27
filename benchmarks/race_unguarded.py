"""The application with its guard against overselling taken out, to show that the race is real.

Only the benchmark and its test start this. Stock is handled as careless shops do it: look whether enough is
left, then write; the update has no condition and the database no CHECK.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask

from core.database import db, session
from shop.cart.offers import offers_by_sku
from shop.orders import api_views
from shop.orders.rules import OrderRequest
from shop.stock import service as stock
from shop.stock.models import Stock
from wsgi import create_app as create_guarded_app

CHECKS = ("ck_stock_held_not_negative", "ck_stock_held_within_on_hand", "ck_stock_sold_not_negative")


def create_app() -> Flask:
    """As `wsgi.create_app`, without the conditions of the updates and without the CHECKs."""
    app = create_guarded_app()
    place_once = api_views.place_once

    def look_then_place(request: OrderRequest, *, at: datetime, **rest: Any) -> tuple[int, bool]:
        offers = offers_by_sku([sku for sku, _quantity in request.lines], at=at)
        short = [
            stock.ShortLine(sku, quantity, offers[sku].available)
            for sku, quantity in request.lines
            if offers[sku].available < quantity
        ]
        if short:
            raise stock.OutOfStock(short)
        return place_once(request, at=at, **rest)

    def hold_without_condition(variant_id: int, quantity: int) -> int:
        session.execute(
            sa.update(Stock).where(Stock.variant_id == variant_id).values(held=Stock.held + quantity)
        )
        return 1

    api_views.place_once = look_then_place
    stock._try_hold = hold_without_condition  # noqa: SLF001 - this is the guard
    with app.app_context():
        _drop_checks(db.engine)
    return app


def _drop_checks(engine: sa.Engine) -> None:
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            for name in CHECKS:
                connection.exec_driver_sql(f"ALTER TABLE stock DROP CONSTRAINT IF EXISTS {name}")
        return

    @sa.event.listens_for(engine, "connect")
    def ignore_checks(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA ignore_check_constraints=ON")

    engine.dispose()
