"""The front of stock for its neighbours in the shop."""

from shop.stock.errors import OutOfStock, ShortLine
from shop.stock.models import Stock
from shop.stock.queries import StockView, available, stock_of
from shop.stock.service import (
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
