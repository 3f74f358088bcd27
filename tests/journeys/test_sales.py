"""Sales as the ledger holds them, for the branch and for a grower."""

import csv
import io

import pytest

from core.database import transaction
from tests.factories.sales import make_branch_with_sales


@pytest.fixture
def growers(session):
    with transaction():
        return make_branch_with_sales(growers=4)


def rows_of(answer):
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.both
def test_the_branch_sees_the_totals_of_its_latest_month(login, growers):
    page = login(role="secretary").get("/branch/sales").get_data(as_text=True)
    assert "销售 2026-04" in page
    assert "¥2,039.00" in page
    assert growers[0].name in page


def test_each_table_can_be_downloaded_and_sums_to_its_total(login, growers):
    client = login(role="secretary")
    for table in ("day", "channel", "grower"):
        head, *rows, total = rows_of(client.get(f"/branch/sales/{table}.csv?period=2026-04"))
        assert head[-1] == "净销售额（元）"
        assert total[0] == "合计"
        assert sum(int(row[2]) for row in rows) == int(total[2]) == 1_007
        assert f"{sum(float(row[-1]) for row in rows):.2f}" == total[-1] == "2039.00"


def test_a_year_is_shown_by_month(login, growers):
    client = login(role="secretary")
    _head, *rows, _total = rows_of(client.get("/branch/sales/month.csv?period=2025"))
    assert [row[0] for row in rows] == [f"2025-{month:02d}" for month in range(1, 13)]
    assert client.get("/branch/sales/day.csv?period=2025").status_code == 404


def test_a_village_shows_its_own_growers_only(login, growers):
    page = (
        login(role="secretary").get("/branch/sales?unit=guihua-spring&period=2026-04").get_data(as_text=True)
    )
    assert growers[1].name in page
    assert growers[0].name not in page


def test_a_unit_out_of_reach_does_not_exist(login, growers):
    client = login(role="secretary")
    assert client.get("/branch/sales?unit=guihua-tea").status_code == 404
    assert client.get("/branch/sales.csv").status_code == 404
    assert client.get("/branch/sales?period=soon").status_code == 422


def test_a_grower_sees_only_his_own(login, client, growers):
    mine = login(role="grower", grower_id=growers[2].id)
    _head, *rows, total = rows_of(mine.get("/seller/sales/channel.csv?period=2026-04"))
    assert [row[0] for row in rows] == ["本店"]
    assert total[2] == "302"
    assert mine.get("/seller/sales").status_code == 200
    assert mine.get("/branch/sales").status_code == 403
    assert client.get("/seller/sales").status_code == 302


@pytest.mark.both
def test_the_sales_page_asks_the_database_little(login, growers, count_statements):
    client = login(role="secretary")
    client.get("/branch/sales")
    with count_statements() as seen:
        client.get("/branch/sales")
    assert len(seen) <= 16, "\n".join(seen)
