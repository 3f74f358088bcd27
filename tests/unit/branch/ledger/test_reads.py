"""Reads of the kept sums that save a second look, held against the plain ones."""

from datetime import UTC, date, datetime

import pytest

from branch.api import append_facts, refresh_rollups
from branch.ledger.queries import sums as queries
from branch.ledger.queries.parts import parts_by
from core.database import transaction
from tests.factories.ledger import NOON, make_fact
from tests.factories.organisation import make_grower


@pytest.fixture
def growers(session):
    with transaction():
        ids = [make_grower().id for _ in range(3)]
        facts = [
            make_fact(
                ids[number % 2],
                channel=("shop", "taobao")[number % 3 % 2],
                occurred_at=datetime(2025, 10 + number % 3, 1 + number, tzinfo=UTC),
                plants=1 + number,
                province=("湖北省", "浙江省")[number % 2],
                currency="USD" if number == 7 else "CNY",
            )
            for number in range(12)
        ]
        append_facts([*facts, make_fact(ids[0], occurred_at=datetime(2026, 1, 3, tzinfo=UTC))], at=NOON)
        refresh_rollups()
    return ids


@pytest.mark.parametrize("until", [date(2025, 10, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 7, 1)])
def test_one_look_finds_the_spans_before_a_day_and_those_without_an_end(growers, until):
    before, ever = queries.spans_until_and_ever(grower_ids=growers, until=until)
    assert before == queries.channel_spans(grower_ids=growers, until=until)
    assert ever == queries.channel_spans(grower_ids=growers, until=date.max)
    assert ever


def test_net_sales_by_month_are_those_of_all_sums(growers):
    window = {"grower_ids": growers, "since": date(2025, 10, 1), "until": date(2026, 1, 1)}
    sums = {one.key: one.net_minor for one in queries.sums_by("grower", "month", **window)}
    assert queries.net_by_month(**window) == sums
    assert len(sums) > 3


def test_monthly_rows_are_the_sums_by_everything_a_month_knows(growers):
    window = {"grower_ids": growers, "since": date(2025, 10, 1), "until": date(2026, 1, 1)}
    sums = queries.sums_by("grower", "month", "channel", "cultivar_group", **window)
    assert [tuple(row) for row in queries.monthly_rows(**window)] == [(*one.key, *one[1:6]) for one in sums]
    assert sums


def test_parts_come_in_the_order_of_grower_month_and_value(growers):
    found = parts_by("province", grower_ids=growers, since=date(2025, 10, 1), until=date(2026, 2, 1))
    assert [one[:3] for one in found] == sorted(one[:3] for one in found)
    assert {one.value for one in found} == {"", "湖北省", "浙江省"}
