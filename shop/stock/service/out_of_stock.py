"""What a buyer is told when the stock does not reach."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from flask import Flask
from flask_babel import gettext as _

from core.errors import Conflict

# The SKU of each variant, by its id: asked of the catalogue, which stands above.
SkusOf = Callable[[Collection[int]], Mapping[int, str]]


def init_stock(app: Flask, skus_of: SkusOf) -> None:
    """Tell stock who knows the SKUs of variants; wired in `wsgi.py`."""
    app.extensions["skus_of"] = skus_of


@dataclass(frozen=True, slots=True)
class ShortLine:
    """A line that falls short, in units of its variant."""

    sku: str
    wanted: int
    available: int


class OutOfStock(Conflict):
    """Less is left than was wanted; names every short line, and nothing is held."""

    code = "out_of_stock"

    def __init__(self, lines: Sequence[ShortLine]) -> None:
        super().__init__(
            _("Less is left than you want. Change the quantity and order again; your cart is kept."),
            lines=[asdict(line) for line in lines],
        )
        self.lines = tuple(lines)
