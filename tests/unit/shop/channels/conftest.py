"""A shop outside, the files that it exports, and what of them was booked."""

import pytest
import sqlalchemy as sa

from branch.ledger.models.tables import SaleFactRow
from core.database import transaction
from shop.channels.cli import group
from tests.factories.licences import make_storefront
from tests.factories.organisation import make_grower
from tests.published.vectors import vectors

SHOP = "https://shop123456.taobao.com"


@pytest.fixture
def example():
    return [(path.name, path.read_bytes()) for path in sorted(vectors("channels").glob("*.csv"))]


@pytest.fixture
def storefront(session):
    with transaction():
        grower = make_grower()
        return make_storefront(grower, address=SHOP)


def facts(session):
    session.rollback()
    columns = (
        SaleFactRow.kind,
        SaleFactRow.gross_minor,
        SaleFactRow.discount_minor,
        SaleFactRow.refund_minor,
    )
    return [tuple(row) for row in session.execute(sa.select(*columns).order_by(SaleFactRow.id))]


def run_import(app, tmp_path, storefront, exports, *options):
    paths = []
    for name, data in exports:
        path = tmp_path / name
        path.write_bytes(data)
        paths.append(str(path))
    return app.test_cli_runner().invoke(
        group,
        ["import", *paths, "--platform", "taobao", "--storefront", storefront.public_id, *options],
    )


def suborder_file(name, *rows):
    """A file of sub-orders, one for each `(order id, sub-order id)`, each of one young plant for 10.00."""
    lines = ["主订单编号,子订单编号,标题,价格,购买数量,买家实际支付金额,退款金额,订单付款时间,订单状态"]
    lines += [
        f"{order},{item},银桂小苗,10.00,1,10.00,0.00,2017-04-02 11:01:00,交易成功" for order, item in rows
    ]
    return name, "\n".join(lines).encode()
