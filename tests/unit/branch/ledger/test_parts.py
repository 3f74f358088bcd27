"""Monthly sums by size class and province follow the facts by the same marks as the daily sums."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from branch.ledger.models.tables import SalesDaily, SalesDirty, SalesMonthly, SalesPart
from branch.ledger.queries import invariants
from branch.ledger.queries.expected import DIMENSIONS
from branch.ledger.queries.parts import parts_by
from branch.ledger.service import daily_sums as rollup
from branch.ledger.service.appending import append_facts
from core.clock import now
from core.database import transaction
from core.sweeps import note_failure
from tests.factories.ledger import make_fact, make_refund
from tests.factories.organisation import make_grower


@pytest.fixture
def grower(session):
    with transaction():
        return make_grower()


def append(*facts):
    with transaction():
        append_facts(facts, at=now())


def refresh():
    with transaction():
        rollup.refresh_rollups()


def in_march(grower, dimension):
    found = parts_by(dimension, grower_ids=[grower.id], since=date(2026, 3, 1), until=date(2026, 4, 1))
    return {one.value: (one.plants, one.gross_minor - one.discount_minor - one.refund_minor) for one in found}


def test_each_dimension_holds_every_fact_once(session, grower):
    sale = make_fact(grower.id, size_class="D3", province="浙江省")
    append(
        sale,
        make_refund(sale, 100, size_class="D3", province="浙江省"),
        make_fact(grower.id, size_class="H60"),
    )
    refresh()
    assert in_march(grower, "size_class") == {"D3": (10, 800), "H60": (10, 900)}
    assert in_march(grower, "province") == {"浙江省": (10, 800), "": (10, 900)}


def test_a_later_fact_changes_its_own_month_only(session, grower):
    april = datetime(2026, 4, 1, 2, tzinfo=UTC)
    append(make_fact(grower.id, size_class="D3"), make_fact(grower.id, size_class="D5", occurred_at=april))
    refresh()
    append(make_fact(grower.id, size_class="D3", plants=1))
    refresh()
    assert in_march(grower, "size_class") == {"D3": (11, 1800)}
    assert session.scalar(sa.select(sa.func.count()).select_from(SalesPart)) == 4


def test_the_last_hour_of_a_month_belongs_to_the_next_one_in_shanghai(session, grower):
    append(make_fact(grower.id, occurred_at=datetime(2026, 3, 31, 16, 30, tzinfo=UTC)))
    refresh()
    assert in_march(grower, "province") == {}


def test_every_month_of_a_winter_holds_what_was_sold_in_it(session, grower):
    """Each is added up for itself, the last month of a year too."""
    sold = {datetime(2025, 11, 30, 15, tzinfo=UTC): 1, datetime(2025, 12, 31, 15, tzinfo=UTC): 2}
    sold[datetime(2025, 12, 31, 16, tzinfo=UTC)] = 4
    for moment, plants in sold.items():
        append(make_fact(grower.id, plants=plants, occurred_at=moment))
        refresh()
    expected = [("2025-11", 1), ("2025-12", 2), ("2026-01", 4)]
    for table in (SalesMonthly, SalesPart):
        rows = session.execute(sa.select(table.month, table.plants).distinct().order_by(table.month))
        assert [tuple(row) for row in rows] == expected


def test_a_month_knows_the_first_and_the_last_day_on_record(session, grower):
    for day in (20, 5, 12):
        append(make_fact(grower.id, occurred_at=datetime(2026, 3, day, 4, tzinfo=UTC)))
        refresh()
    days = session.execute(sa.select(SalesMonthly.first_day, SalesMonthly.last_day)).one()
    assert days == (date(2026, 3, 5), date(2026, 3, 20))


@pytest.mark.both
def test_a_day_that_cannot_be_summed_keeps_its_mark_and_no_other_day_back(session, grower):
    bad, good = date(2026, 3, 5), date(2026, 3, 6)
    append(
        *(make_fact(grower.id, occurred_at=datetime(2026, 3, day.day, 4, tzinfo=UTC)) for day in (bad, good))
    )
    note_failure(rollup.SUMMING, rollup.GrowerDay(grower.id, bad), ValueError("torn"))
    refresh()
    assert session.scalars(sa.select(SalesDaily.local_day)).all() == [good]
    assert session.scalars(sa.select(SalesDirty.local_day)).all() == [bad]
    assert rollup.left_out([grower.id], bad, good) == [rollup.GrowerDay(grower.id, bad)]
    assert rollup.left_out([grower.id], date(2026, 3, 1), bad) == [], "its last day is not in it"
    assert rollup.left_out([grower.id + 1], bad, good) == []


@pytest.mark.both
def test_rebuilding_gives_the_same_sums_as_refreshing(session, grower):
    append(
        *(make_fact(grower.id, size_class=f"D{n % 3}", province=("浙江省", None)[n % 2]) for n in range(9))
    )
    refresh()
    before = [in_march(grower, dimension) for dimension in DIMENSIONS]
    with transaction():
        rollup.rebuild_rollups()
    assert [in_march(grower, dimension) for dimension in DIMENSIONS] == before


def test_a_bent_sum_is_found_and_named(session, grower):
    append(make_fact(grower.id, size_class="D3"))
    refresh()
    assert invariants.monthly_parts_agree().holds
    with transaction():
        session.execute(sa.update(SalesPart).where(SalesPart.dimension == "province").values(plants=11))
    (line,) = invariants.monthly_parts_agree().broken
    assert line.startswith(f"province of grower {grower.id} in 2026-03 (CNY)")
