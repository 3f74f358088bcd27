"""Taobao and Tmall order exports: orders, items and sub-orders read together. Pure.

What was learnt of these files stands at the head of `reading.py` and in `booking.py`. Names, telephone numbers, accounts and addresses
below the city are never copied out of the row.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from core.clock import SHANGHAI
from shop.channels.rules.outside_orders import OutsideLine, OutsideOrder, Raw, Rejected, spread
from shop.channels.rules.rows import Row
from shop.channels.rules.tables import ADDRESS, Table, place_in

ORDER_ID = re.compile(r"\d{10,24}")
RUINED_ID = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
TOLD_EVERY = 1_000
TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M")
# Status words without their commas, which come in full and half width and as bars.
STATES = {
    "等待买家付款": "unpaid",
    "买家已付款等待卖家发货": "paid",
    "卖家已发货等待买家确认": "shipped",
    "卖家部分发货": "paid",
    "交易成功": "completed",
    "交易关闭": "closed",
}


class BadCell(ValueError):  # noqa: N818 - it is the cell that is bad
    """A cell that cannot be understood; `reason` is the stable word of the rejection."""

    def __init__(self, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value


@dataclass
class Parsed:
    """What the files hold. `totals_minor` is the sum of every order total that a file states, by file."""

    orders: list[OutsideOrder] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    row_counts: dict[str, int] = field(default_factory=dict)
    totals_minor: dict[str, int] = field(default_factory=dict)


def orders_of(tables: Iterable[Table], *, on_rows: Callable[[int], None] = lambda _done: None) -> Parsed:
    """The orders that tables of one export tell of together.

    Args:
        tables: in any order.
        on_rows: told now and then how many rows of order files were read.
    """
    parsed = Parsed()
    by_kind: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        parsed.row_counts[table.file] = len(table.rows)
        by_kind[table.layout.kind].append(table)
    items = _items(by_kind["items"], parsed)
    taken: set[str] = set()
    done = 0
    for table in by_kind["orders"]:
        for row in table.rows:
            if done % TOLD_EVERY == 0:
                on_rows(done)
            done += 1
            _take_order(table, row, items, taken, parsed)
    for table in by_kind["suborders"]:
        on_rows(done)
        done += len(table.rows)
        _take_suborders(table, taken, parsed)
    for order_id, lines in items.items():
        if order_id not in taken:
            parsed.rejected += [Rejected(file, row, "order_not_in_files", order_id) for file, row, _ in lines]
    return parsed


ItemsOf = dict[str, list[tuple[str, int, Raw]]]


def _items(tables: list[Table], parsed: Parsed) -> ItemsOf:
    items: ItemsOf = defaultdict(list)
    for table in tables:
        for row in table.rows:
            try:
                order_id = _order_id(table.cell(row, "order_id"))
                items[order_id].append((table.file, row.number, _raw_line(table, row)))
            except BadCell as bad:
                parsed.rejected.append(Rejected(table.file, row.number, bad.reason, bad.value))
    return items


def _raw_line(table: Table, row: Row) -> Raw:
    return Raw(
        item_id=table.cell(row, "item_id"),
        title=table.cell(row, "title")[:200],
        attributes=table.cell(row, "attributes")[:200],
        product_code=(table.cell(row, "code") or table.cell(row, "outer_id"))[:80],
        quantity=_quantity(table.cell(row, "quantity")),
        price_minor=_fen(table.cell(row, "price"), "price_unreadable"),
    )


def _take_order(table: Table, row: Row, items: ItemsOf, taken: set[str], parsed: Parsed) -> None:
    name = table.file
    try:
        total = _fen(table.cell(row, "total"), "total_unreadable")
        parsed.totals_minor[name] = parsed.totals_minor.get(name, 0) + total
        order_id = _order_id(table.cell(row, "order_id"))
        if order_id in taken:
            raise BadCell("order_twice", order_id)
        postage = _fen(table.cell(row, "postage"), "postage_unreadable")
        refund = _fen(table.cell(row, "refund") or "0", "refund_unreadable")
        state = _state(table.cell(row, "state"))
        if postage > total:
            raise BadCell("postage_above_total")
        goods = total - postage
        lines = [raw for _file, _row, raw in items.get(order_id, [])] or [_whole_order(table, row, goods)]
        province, city = place_in(table.cell(row, ADDRESS))
        parsed.orders.append(
            OutsideOrder(
                order_id=order_id,
                state=state,
                created_at=_moment(table.cell(row, "created_at")) or _missing("created_at_missing"),
                paid_at=_moment(table.cell(row, "paid_at")),
                total_minor=total,
                postage_minor=postage,
                refund_minor=refund,
                province=province,
                city=city,
                lines=spread(lines, goods_minor=goods, refund_minor=min(refund, goods)),
                row_number=row.number,
            )
        )
        taken.add(order_id)
    except BadCell as bad:
        parsed.rejected.append(Rejected(name, row.number, bad.reason, bad.value))


def _whole_order(table: Table, row: Row, goods_minor: int) -> Raw:
    """The order as one line, when no item file tells its lines: titles hold commas and are never split."""
    quantity = _quantity(table.cell(row, "quantity") or "1")
    return Raw("", table.cell(row, "title")[:200], "", "", quantity, goods_minor // max(quantity, 1))


def _take_suborders(table: Table, taken: set[str], parsed: Parsed) -> None:
    """Sub-orders carry their own paid and refunded amounts; one bad line rejects its whole order."""
    name = table.file
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in table.rows:
        try:
            groups[_order_id(table.cell(row, "order_id"))].append(row)
        except BadCell as bad:
            parsed.rejected.append(Rejected(name, row.number, bad.reason, bad.value))
    for order_id, rows in groups.items():
        try:
            if order_id in taken:
                raise BadCell("order_twice", order_id)
            order = _order_of_suborders(order_id, table, rows)
        except BadCell as bad:
            parsed.rejected += [Rejected(name, row.number, bad.reason, bad.value) for row in rows]
            continue
        parsed.totals_minor[name] = parsed.totals_minor.get(name, 0) + order.total_minor
        parsed.orders.append(order)
        taken.add(order_id)


def _order_of_suborders(order_id: str, table: Table, rows: list[Row]) -> OutsideOrder:
    lines = []
    for position, row in enumerate(rows):
        raw = _raw_line(table, row)
        paid = _fen(table.cell(row, "paid"), "paid_unreadable")
        refund = min(_fen(table.cell(row, "refund") or "0", "refund_unreadable"), paid)
        gross = max(raw.price_minor * raw.quantity, paid)
        lines.append(
            OutsideLine(
                position, raw.item_id, raw.title, raw.attributes, raw.product_code, raw.quantity, gross, paid, refund
            )
        )  # fmt: skip
    first = rows[0]
    total = sum(line.paid_minor for line in lines)
    return OutsideOrder(
        order_id=order_id,
        state=_state(table.cell(first, "state")),
        created_at=_moment(table.cell(first, "created_at"))
        or _moment(table.cell(first, "paid_at"))
        or _missing("created_at_missing"),
        paid_at=_moment(table.cell(first, "paid_at")),
        total_minor=total,
        postage_minor=0,
        refund_minor=sum(line.refund_minor for line in lines),
        province="",
        city="",
        lines=tuple(lines),
        row_number=first.number,
    )


def _missing(reason: str) -> datetime:
    raise BadCell(reason)


def _order_id(text: str) -> str:
    if ORDER_ID.fullmatch(text):
        return text
    raise BadCell("id_ruined" if RUINED_ID.search(text) else "id_unreadable", text[:40])


def _quantity(text: str) -> int:
    if text.isdecimal() and 0 < len(text) < 9 and int(text) > 0:
        return int(text)
    raise BadCell("quantity_unreadable", text[:20])


def _fen(text: str, reason: str) -> int:
    try:
        amount = Decimal(text.replace(",", "").removesuffix("元").strip() or "x") * 100
    except ArithmeticError:
        raise BadCell(reason, text[:20]) from None
    if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value() or amount > 10**13:
        raise BadCell(reason, text[:20])
    return int(amount)


def _state(text: str) -> str:
    plain = re.sub(r"[,|\s]", "", unicodedata.normalize("NFKC", text))
    if plain not in STATES:
        raise BadCell("state_unknown", text[:40])
    return STATES[plain]


def _moment(text: str) -> datetime | None:
    """A time without a zone is Beijing's; empty and 0000-00-00 mean that it has not happened."""
    if not text or text.startswith("0000"):
        return None
    for pattern in TIME_FORMATS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=SHANGHAI).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    raise BadCell("time_unreadable", text[:30])
