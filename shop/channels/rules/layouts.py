"""Known export layouts, recognised by their header names. Pure.

Header names are those seen in public code and in files of the trade; every name is folded before it is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shop.channels.rules.rows import Row, find_header, fold


@dataclass(frozen=True)
class Layout:
    """`columns` maps our word to the header names it may have; a layout matches when all `required` words are there.

    Columns that no word names are not looked at, and never laid down: names, telephone numbers, notes.
    """

    name: str
    platform: str
    kind: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]

    @cached_property
    def place_of(self) -> dict[str, int]:
        """Where each word stands in a row that was cut to them."""
        return {word: place for place, word in enumerate(self.columns)}


TAOBAO_ORDERS = Layout(
    name="taobao_orders",
    platform="taobao",
    kind="orders",
    columns={
        "order_id": ("订单编号",),
        "total": ("总金额",),
        "postage": ("买家应付邮费",),
        "state": ("订单状态",),
        "address": ("收货地址",),
        "created_at": ("订单创建时间",),
        "paid_at": ("订单付款时间",),
        "title": ("宝贝标题",),
        "quantity": ("宝贝总数量",),
        "refund": ("退款金额",),
    },
    required=("order_id", "total", "postage", "state", "created_at", "paid_at", "title"),
)

TAOBAO_ITEMS = Layout(
    name="taobao_items",
    platform="taobao",
    kind="items",
    columns={
        "order_id": ("订单编号",),
        "title": ("标题",),
        "price": ("价格",),
        "quantity": ("购买数量",),
        "outer_id": ("外部系统编号",),
        "attributes": ("商品属性",),
        "code": ("商家编码",),
    },
    required=("order_id", "title", "price", "quantity"),
)

TAOBAO_SUBORDERS = Layout(
    name="taobao_suborders",
    platform="taobao",
    kind="suborders",
    columns={
        "order_id": ("主订单编号",),
        "item_id": ("子订单编号",),
        "title": ("标题", "商品标题"),
        "price": ("价格", "商品价格"),
        "quantity": ("购买数量",),
        "outer_id": ("外部系统编号",),
        "attributes": ("商品属性",),
        "state": ("订单状态",),
        "code": ("商家编码",),
        "paid": ("买家实际支付金额",),
        "refund": ("退款金额",),
        "created_at": ("订单创建时间",),
        "paid_at": ("订单付款时间",),
    },
    required=("order_id", "item_id", "title", "price", "quantity", "paid", "refund", "paid_at", "state"),
)

# The more particular layouts first: an order file also has the columns of simpler ones.
LAYOUTS: tuple[Layout, ...] = (TAOBAO_SUBORDERS, TAOBAO_ORDERS, TAOBAO_ITEMS)


@dataclass(frozen=True)
class Recognised:
    """A layout found in a file: the rows below its header and where each of our words stands."""

    layout: Layout
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    column_of: Mapping[str, int]


class UnknownLayout(ValueError):  # noqa: N818 - it is the file that is unknown
    """No layout has these header names; `header` is what the file begins with."""

    def __init__(self, header: tuple[str, ...]) -> None:
        super().__init__("layout_unknown")
        self.header = header


def recognise(rows: Sequence[Row], platform: str) -> Recognised:
    """The layout of a file of `platform`.

    Raises:
        UnknownLayout: with the header that was found.
    """
    for layout in LAYOUTS:
        if layout.platform != platform:
            continue
        for names in _header_variants(layout):
            header = find_header(rows, frozenset(names.values()))
            if header is not None:
                index, columns = header
                column_of = {
                    word: columns[fold(name)]
                    for word, options in layout.columns.items()
                    for name in options
                    if fold(name) in columns
                }
                return Recognised(layout, rows[index].cells, tuple(rows[index + 1 :]), column_of)
    raise UnknownLayout(rows[0].cells if rows else ())


def _header_variants(layout: Layout) -> list[dict[str, str]]:
    """Every choice of header names for the required words."""
    variants: list[dict[str, str]] = [{}]
    for word in layout.required:
        variants = [{**v, word: fold(name)} for v in variants for name in layout.columns[word]]
    return variants
