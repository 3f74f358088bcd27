"""The application with its guard against overselling taken out, to show that the race is real.

Only the benchmark and its test start this. Stock is handled as careless shops do it: look whether enough is
left, then write; the update has no condition and the database no CHECK (PostgreSQL's are dropped beforehand).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask

from core.database import db, session
from shop.cart.queries.offers import offers_by_sku
from shop.checkout.views import json_api as api_views
from shop.orders.rules.order_request import OrderRequest
from shop.stock.models import Stock
from shop.stock.service import movements as stock
from wsgi import create_app as create_guarded_app


def create_app() -> Flask:
    """As `wsgi.create_app`, without the conditions of the updates, and without SQLite's CHECKs."""
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
        if db.engine.dialect.name == "sqlite":
            _ignore_checks(db.engine)
    return app


def _ignore_checks(engine: sa.Engine) -> None:
    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA ignore_check_constraints=ON")

    engine.dispose()
