"""Taobao and Tmall order exports: orders, items and sub-orders read together. Pure.

What was learnt of these files stands at the head of `reading.py` and in `booking.py`. Names, telephone numbers, accounts and addresses
below the city are never copied out of the row.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from core.clock import SHANGHAI
from shop.channels.layouts import Recognised, UnknownLayout, recognise
from shop.channels.orders import OutsideLine, OutsideOrder, Raw, Rejected, spread
from shop.channels.reading import Row, read_rows

ORDER_ID = re.compile(r"\d{10,24}")
RUINED_ID = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
PLACE = re.compile(r"[\u4e00-\u9fff]{2,14}")
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


class UnknownFile(ValueError):  # noqa: N818 - it is the file that is unknown
    """A file that is no known export: its name and what it begins with."""

    def __init__(self, file: str, header: tuple[str, ...]) -> None:
        super().__init__(file)
        self.file = file
        self.header = header


def parse(files: Iterable[tuple[str, bytes]], *, platform: str = "taobao") -> Parsed:
    """Read order, item and sub-order files that belong together, in any order.

    Raises:
        UnknownFile: a file whose header is not known; nothing is taken then.
        UnreadableFile: a file that is neither text nor a workbook.
    """
    parsed = Parsed()
    tables: dict[str, list[tuple[str, Recognised]]] = defaultdict(list)
    for name, data in files:
        rows = read_rows(data)
        try:
            found = recognise(rows, platform)
        except UnknownLayout as error:
            raise UnknownFile(name, error.header) from None
        filled = tuple(row for row in found.rows if any(row.cells))
        parsed.row_counts[name] = len(filled)
        tables[found.layout.kind].append(
            (name, Recognised(found.layout, found.header, filled, found.column_of))
        )
    items = _items(tables["items"], parsed)
    taken: set[str] = set()
    for name, table in tables["orders"]:
        for row in table.rows:
            _take_order(name, table, row, items, taken, parsed)
    for name, table in tables["suborders"]:
        _take_suborders(name, table, taken, parsed)
    for order_id, lines in items.items():
        if order_id not in taken:
            parsed.rejected += [Rejected(file, row, "order_not_in_files", order_id) for file, row, _ in lines]
    return parsed


ItemsOf = dict[str, list[tuple[str, int, Raw]]]


def _items(tables: list[tuple[str, Recognised]], parsed: Parsed) -> ItemsOf:
    items: ItemsOf = defaultdict(list)
    for name, table in tables:
        for row in table.rows:
            try:
                order_id = _order_id(table.cell(row, "order_id"))
                items[order_id].append((name, row.number, _raw_line(table, row)))
            except BadCell as bad:
                parsed.rejected.append(Rejected(name, row.number, bad.reason, bad.value))
    return items


def _raw_line(table: Recognised, row: Row) -> Raw:
    return Raw(
        item_id=table.cell(row, "item_id"),
        title=table.cell(row, "title")[:200],
        attributes=table.cell(row, "attributes")[:200],
        product_code=(table.cell(row, "code") or table.cell(row, "outer_id"))[:80],
        quantity=_quantity(table.cell(row, "quantity")),
        price_minor=_fen(table.cell(row, "price"), "price_unreadable"),
    )


def _take_order(
    name: str, table: Recognised, row: Row, items: ItemsOf, taken: set[str], parsed: Parsed
) -> None:
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
        province, city = _place(table.cell(row, "address"))
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


def _whole_order(table: Recognised, row: Row, goods_minor: int) -> Raw:
    """The order as one line, when no item file tells its lines: titles hold commas and are never split."""
    quantity = _quantity(table.cell(row, "quantity") or "1")
    return Raw("", table.cell(row, "title")[:200], "", "", quantity, goods_minor // max(quantity, 1))


def _take_suborders(name: str, table: Recognised, taken: set[str], parsed: Parsed) -> None:
    """Sub-orders carry their own paid and refunded amounts; one bad line rejects its whole order."""
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


def _order_of_suborders(order_id: str, table: Recognised, rows: list[Row]) -> OutsideOrder:
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
    except InvalidOperation:
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
        except ValueError:
            continue
    raise BadCell("time_unreadable", text[:30])


def _place(address: str) -> tuple[str, str]:
    """Province and city; whatever stands below them is not looked at."""
    parts = address.split()[:2]
    if len(parts) < 2 or not all(PLACE.fullmatch(part) for part in parts):
        return "", ""
    return parts[0], parts[1]
