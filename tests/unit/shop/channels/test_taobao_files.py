"""Order exports of Taobao, as they really look."""

import csv
import io
import json

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.channels.rules import taobao
from shop.channels.rules.layouts import LAYOUTS
from shop.channels.rules.outside_orders import Raw, spread
from shop.channels.rules.rows import clean, fold
from shop.channels.rules.tables import UnknownFile, from_json, order_rows, to_json
from shop.channels.rules.taobao import orders_of
from shop.channels.service.reading import UnreadableFile, parse, tables_of
from tests.published.vectors import vectors
from tests.unit.shop.channels.conftest import suborder_file

SUBORDERS = (
    suborder_file("sub_1.csv", ("20000000000000001", "31"), ("20000000000000001", "32")),
    suborder_file("sub_2.csv", *((f"2000000000000000{n}", f"4{n}") for n in (2, 3, 4))),
)
PERSONAL = ("测试甲", "13800000000", "demo@example.com", "demo_a", "测试街道", "测试路")


@pytest.fixture
def example():
    folder = vectors("channels")
    return [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.csv"))]


def reshaped(name, data, *, columns=None, encoding="utf-8-sig", change=None):
    """The same table with its columns in another order, in another encoding, with one cell changed."""
    rows = [[clean(cell) for cell in row] for row in csv.reader(io.StringIO(data.decode("gb18030")))]
    width = len(rows[0])
    order = list(range(width))[::-1] if columns == "reversed" else list(range(width))
    out = io.StringIO()
    writer = csv.writer(out)
    for number, row in enumerate(rows, start=1):
        cells = [row[i] for i in order]
        if change and number == change[0]:
            assert change[1] in cells
            cells = [change[2] if cell == change[1] else cell for cell in cells]
        writer.writerow(cells)
    return name, out.getvalue().encode(encoding)


def test_the_example_pair_is_read_whole(example):
    parsed = parse(example)
    assert parsed.rejected == []
    assert [order.order_id[-1] for order in parsed.orders] == ["1", "2", "3", "4", "5"]
    assert [order.paid_at is not None for order in parsed.orders] == [True, True, False, True, True]
    assert (
        sum(order.total_minor for order in parsed.orders)
        == parsed.totals_minor["ExportOrderList_fake_gbk.csv"]
    )
    second = parsed.orders[1]
    assert [(line.product_code, line.paid_minor, line.refund_minor) for line in second.lines] == [
        ("DG-1", 10000, 952),
        ("SJ-P", 23155, 2203),
    ]
    assert (second.province, second.city) == ("湖北省", "咸宁市")


def test_nothing_personal_comes_out_of_the_parser(example):
    text = repr(parse(example))
    assert not any(word in text for word in PERSONAL)


def test_nothing_personal_is_laid_down_behind_a_quote_that_nobody_closed(example):
    name, data = next(one for one in example if "Order" in one[0])
    text = data.decode("gb18030")
    rows = [[cell.replace('"', "") for cell in row] for row in csv.reader(io.StringIO(text))]
    rows[1][[fold(word) for word in rows[0]].index("宝贝标题")] = '"丹桂树苗'
    torn = "\n".join(",".join(cells) for cells in rows).encode()
    [table] = tables_of([(name, torn)], "taobao")
    assert table.cell(table.rows[0], "title").startswith("丹桂树苗")
    assert not any(word in json.dumps(to_json(table), ensure_ascii=False) for word in PERSONAL)


def test_tables_that_were_laid_down_are_read_as_the_files_are(example):
    tables = [from_json(json.loads(json.dumps(to_json(one)))) for one in tables_of(example, "taobao")]
    assert orders_of(tables) == parse(example)


def test_a_table_laid_down_by_a_version_with_other_words_is_still_read(example):
    bodies = [to_json(one) for one in tables_of(example, "taobao")]
    for body in bodies:
        lacks = body["words"].index("attributes") + 1 if "attributes" in body["words"] else None
        body["words"] = ["new", *(word for word in body["words"] if word != "attributes")]
        body["rows"] = [
            [row[0], "x", *(cell for place, cell in enumerate(row[1:], start=1) if place != lacks)]
            for row in body["rows"]
        ]
    found = orders_of(from_json(body) for body in bodies).orders
    assert [order.total_minor for order in found] == [order.total_minor for order in parse(example).orders]
    assert {line.attributes for order in found for line in order.lines} == {""}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_columns_in_another_order_and_encoding_give_the_same(example, encoding):
    again = [reshaped(name, data, columns="reversed", encoding=encoding) for name, data in example]
    assert parse(again).orders == parse(example).orders


def test_a_workbook_gives_the_same(example):
    books = []
    for name, data in example:
        book = openpyxl.Workbook()
        for row in csv.reader(io.StringIO(data.decode("gb18030"))):
            book.active.append([clean(cell) for cell in row])
        kept = io.BytesIO()
        book.save(kept)
        books.append((name, kept.getvalue()))
    assert parse(books).orders == parse(example).orders


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("10000000000000005", "1.0E+16", "id_ruined"),
        ("10000000000000005", "3.5E+16", "id_ruined"),
        ("10000000000000005", "10000000000000004", "order_twice"),
        ("989.00", "about 900", "total_unreadable"),
        ("989.00", "1e999999", "total_unreadable"),
        ("2017-04-03 19:48:31", "yesterday", "time_unreadable"),
        ("2017-04-03 19:48:31", "0001-01-01 03:04:05", "time_unreadable"),
        ("买家已付款，等待卖家发货", "某种新状态", "state_unknown"),
    ],
)
def test_one_ruined_row_is_rejected_with_its_number_and_the_rest_is_taken(example, old, new, reason):
    (item_name, items), (order_name, orders) = example
    parsed = parse([(item_name, items), reshaped(order_name, orders, change=(6, old, new))])
    assert [(one.row_number, one.reason) for one in parsed.rejected] == [(6, reason)]
    assert len(parsed.orders) == 4


@pytest.mark.parametrize(
    ("above", "below", "counted", "rejected"),
    [
        pytest.param("测试苗圃 2017\n", "", 5, [], id="a title above the header"),
        pytest.param("", '="10000000000000006",demo_f\n', 6, [7], id="a row that ends early"),
        pytest.param("", ",demo_f\n", 6, [7], id="a row with nothing but cells that are not read"),
        pytest.param("", ',"", ,=""\n', 5, [], id="a row of empty cells"),
    ],
)
def test_every_row_that_holds_anything_is_counted_and_none_goes_without_a_word(
    example, above, below, counted, rejected
):
    items, (name, orders) = example
    parsed = parse([items, (name, above.encode("gb18030") + orders + below.encode("gb18030"))])
    assert parsed.row_counts == {items[0]: 3, name: counted}
    assert [one.row_number for one in parsed.rejected] == rejected
    assert len(parsed.orders) == 5


def test_files_of_suborders_count_as_files_of_orders_and_each_order_is_read_of_its_lines(example):
    brought = tables_of([*example, *SUBORDERS], "taobao")
    assert order_rows(brought) == 5 + 2 + 3
    found = orders_of(brought)
    assert found.rejected == []
    assert [(order.total_minor, len(order.lines)) for order in found.orders[5:]] == [(2000, 2)] + [
        (1000, 1)
    ] * 3


def test_whoever_reads_is_told_now_and_then_how_many_rows_of_orders_are_read(example, monkeypatch):
    """A worker keeps its claim by this alone."""
    monkeypatch.setattr(taobao, "TOLD_EVERY", 2)
    told = []
    orders_of(tables_of([*example, *SUBORDERS], "taobao"), on_rows=told.append)
    assert told == [0, 2, 4, 5, 5 + 2]


@pytest.mark.parametrize("comma", ["，", ",", "｜｜｜", " "])
def test_status_words_are_known_with_any_comma(example, comma):
    (item_name, items), (order_name, orders) = example
    word = "买家已付款，等待卖家发货"
    changed = reshaped(order_name, orders, change=(6, word, word.replace("，", comma)))
    assert parse([(item_name, items), changed]).orders[4].state == "paid"


def test_an_order_without_its_items_is_one_line_and_its_title_is_not_split(example):
    orders_only = [one for one in example if "Order" in one[0]]
    second = parse(orders_only).orders[1]
    assert [line.title for line in second.lines] == ["丹桂树苗，四季桂盆栽"]
    assert second.lines[0].paid_minor == 33155


def test_items_without_their_order_are_rejected(example):
    items_only = [one for one in example if "Item" in one[0]]
    parsed = parse(items_only)
    assert parsed.orders == []
    assert {one.reason for one in parsed.rejected} == {"order_not_in_files"}


def test_an_unknown_file_is_refused_showing_its_header():
    with pytest.raises(UnknownFile) as caught:
        parse([("x.csv", "姓名,电话\n甲,1\n".encode())])
    assert caught.value.header == ("姓名", "电话")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\x00\x01\x02\xff", "encoding_unknown"),
        (b"PK\x03\x04xx", "workbook_unreadable"),
        (b'"' + b"a" * 200_000, "cell_too_long"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(data, code):
    with pytest.raises(UnreadableFile) as caught:
        parse([("x", data)])
    assert caught.value.code == code


def test_every_published_taobao_header_is_recognised():
    headers = json.loads((vectors("channels") / "platform_headers.json").read_text())
    for name, header in headers.items():
        if not name.startswith("taobao"):
            continue
        names = {fold(one) for one in header}
        kinds = [
            layout.kind
            for layout in LAYOUTS
            if all(any(fold(n) in names for n in layout.columns[word]) for word in layout.required)
        ]
        assert (
            kinds[0] == {"order": "orders", "item": "items", "suborder": "suborders"}[name.split("_")[1]]
        ), name


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(0, 10**6)), min_size=1, max_size=12),
    st.integers(0, 10**8),
    st.integers(0, 10**8),
)
def test_what_was_paid_and_refunded_is_spread_to_the_fen(lines, goods, refund):
    refund = min(refund, goods)
    made = spread(
        [Raw("", "", "", "", quantity, price) for quantity, price in lines],
        goods_minor=goods,
        refund_minor=refund,
    )
    assert sum(line.paid_minor for line in made) == goods
    assert sum(line.refund_minor for line in made) == refund
    assert all(line.discount_minor >= 0 and line.refund_minor >= 0 for line in made)
