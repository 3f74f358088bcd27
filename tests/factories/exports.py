"""Order exports of outside shops as files, written here: no folder of published cases is needed for them."""

import csv
import io

ORDERS = (
    ("订单编号", "总金额", "买家应付邮费", "订单状态", "收货地址 ", "订单创建时间", "订单付款时间 ", "宝贝标题 ", "宝贝总数量", "店铺名称", "退款金额"),
    ('="10000000000000001"', "201.20", "0.00", "交易成功", "湖北省 咸宁市 咸安区 测试路1号", "2026-02-08 00:42:32", "2026-02-08 00:42:39", "金桂树苗 地径2公分", "20", "测试苗圃", "0.00"),
    ('="10000000000000002"', "100.00", "0.00", "交易成功", "湖北省 武汉市 洪山区 测试路2号", "2026-02-28 23:59:58", "2026-03-01 00:00:03", "丹桂树苗", "1", "测试苗圃", "31.55"),
    ("1E+16", "80.00", "0.00", "交易成功", "湖北省 黄石市 下陆区 测试路3号", "2026-03-02 10:00:00", "2026-03-02 10:00:03", "银桂树苗", "1", "测试苗圃", "0.00"),
)  # fmt: skip
ITEMS = (
    ("订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "订单状态", "商家编码"),
    ('="10000000000000001"', "金桂树苗", "10.06", "20", "JG-2", "规格：地径2公分", "交易成功", "JG-2"),
    ('="10000000000000002"', "丹桂树苗", "100.00", "1", "DG-1", "规格：地径1公分", "交易成功", "DG-1"),
)  # fmt: skip


def taobao_pair() -> list[tuple[str, bytes]]:
    """The order and item files of one shop as (name, bytes); the last order's number was ruined by a spreadsheet."""
    return [("ExportOrderList.csv", _file(ORDERS)), ("ExportItemList.csv", _file(ITEMS))]


def _file(rows: tuple[tuple[str, ...], ...]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue().encode("gb18030")
