"""A shop outside, the files that it exports, and what of them was booked."""

import pytest
import sqlalchemy as sa

from branch.ledger.models import SaleFactRow
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
