"""The front of stock for its neighbours in the shop."""

from shop.stock.models import Stock
from shop.stock.queries import StockView, available, stock_of
from shop.stock.service.movements import (
    change_on_hand,
    extend,
    hold,
    let_lapse,
    put_back,
    put_back_units,
    release,
    set_on_hand,
    take,
)
from shop.stock.service.out_of_stock import OutOfStock, ShortLine

__all__ = [
    "OutOfStock",
    "ShortLine",
    "Stock",
    "StockView",
    "available",
    "change_on_hand",
    "extend",
    "hold",
    "let_lapse",
    "put_back",
    "put_back_units",
    "release",
    "set_on_hand",
    "stock_of",
    "take",
]
