"""Sales are called income only when every grower has said what the window cost him."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from branch.api import append_facts
from branch.ledger.models.tables import GrowerCost
from branch.ledger.queries.costs import costs_recorded, entries_of, net_income
from branch.ledger.rules.costs import Purpose, added, costs_of, is_full, ways_to_know
from branch.ledger.rules.periods import Period
from branch.ledger.service.costs import record_costs
from branch.ledger.service.daily_sums import ensure_fresh
from core.database import transaction
from core.errors import Invalid
from core.seal.models.leaves import SealLeaf
from tests.factories.ledger import NOON, make_fact
from tests.factories.organisation import make_grower

AT = datetime(2026, 11, 2, 4, tzinfo=UTC)
SPRING, YEAR, JANUARY = Period(2026, season=1), Period(2026), Period(2026, 1)
FULL = {"seedlings": 100, "labour": 200, "land": 0, "packing": 50, "other": 1}


def test_a_season_is_known_from_its_own_sheet_only():
    assert costs_of({SPRING.key: FULL}, SPRING) == FULL
    assert costs_of({YEAR.key: FULL}, SPRING) is None


def test_a_year_is_known_from_its_sheet_or_from_january_and_the_three_seasons():
    parts = {"2026-01": FULL, "2026-S1": FULL, "2026-S2": FULL, "2026-S3": FULL}
    assert costs_of({YEAR.key: FULL}, YEAR) == FULL
    assert costs_of(parts, YEAR) == {purpose: 4 * amount for purpose, amount in FULL.items()}
    assert costs_of({key: sheet for key, sheet in parts.items() if key != "2026-S2"}, YEAR) is None


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_purpose_that_was_not_spoken_of_leaves_the_sheet_open_and_zero_does_not(purpose):
    without = {key: amount for key, amount in FULL.items() if key != purpose}
    assert not is_full(without)
    assert is_full(without | {purpose: 0})


def test_other_windows_have_no_costs():
    assert ways_to_know(Period(2026, 3)) == ()
    assert ways_to_know(JANUARY) == ((JANUARY,),)


@given(st.lists(st.fixed_dictionaries({str(one): st.integers(0, 10**12) for one in Purpose}), max_size=5))
def test_costs_of_several_growers_add_up_by_purpose(sheets):
    assert sum(added(sheets).values()) == sum(sum(one.values()) for one in sheets)


@pytest.fixture
def growers(session):
    with transaction():
        made = [make_grower(at=datetime(2026, 1, 1, 4, tzinfo=UTC)) for _number in range(2)]
        append_facts([make_fact(one.id, channel="shop") for one in made], at=NOON)
    return made


def spent(grower, season=SPRING, at=AT, **amounts):
    with transaction():
        return record_costs(grower.id, season, amounts or FULL, by_account_id=None, at=at)


def income(*made, period=SPRING):
    with transaction():
        ensure_fresh()
        return net_income([one.id for one in made], period)


@pytest.mark.both
def test_income_is_unknown_until_every_grower_has_said_his_costs(growers):
    one, other = growers
    spent(one)
    assert income(one, other) is None
    assert income(one).income_minor == 900 - 351
    spent(other)
    both = income(one, other)
    assert (both.growers, both.sales_minor, both.total_costs_minor, both.income_minor) == (2, 1800, 702, 1098)
    assert both.costs_minor["labour"] == 400
    assert costs_recorded([one.id, other.id], SPRING) == {one.id, other.id}
    assert costs_recorded([one.id, other.id], YEAR) == set()


def test_of_nobody_there_is_no_income(session):
    assert income() is None


def test_months_whose_sales_are_not_all_on_record_are_counted(growers):
    one, _other = growers
    spent(one)
    assert income(one).uncovered == 0
    with transaction():
        append_facts([make_fact(one.id, channel="jd")], at=NOON)
    assert income(one).uncovered == 4


def test_sales_in_another_currency_leave_the_income_unknown(growers):
    one, _other = growers
    spent(one)
    with transaction():
        append_facts([make_fact(one.id, currency="EUR")], at=NOON)
    assert income(one) is None


@pytest.mark.both
def test_a_correction_is_a_new_version_and_the_earlier_amount_stays(growers, session):
    one, _other = growers
    assert spent(one) == [str(purpose) for purpose in Purpose]
    assert spent(one) == []
    assert spent(one, labour=250) == ["labour"]
    assert [
        (entry.version, entry.amount_minor)
        for entry in entries_of(one.id, SPRING)
        if entry.purpose == "labour"
    ] == [(2, 250), (1, 200)]
    assert income(one).costs_minor["labour"] == 250


def test_every_version_is_sealed(growers, session):
    one, _other = growers
    spent(one)
    spent(one, labour=250)
    session.rollback()
    rows = session.scalar(sa.select(sa.func.count()).select_from(GrowerCost))
    leaves = session.scalar(sa.select(sa.func.count()).where(SealLeaf.kind == "grower_cost"))
    assert rows == leaves == 6


@pytest.mark.parametrize(
    ("season", "amounts"),
    [
        (Period(2026, 3), FULL),
        (Period(2027, season=1), FULL),
        (SPRING, {"labour": -1}),
        (SPRING, {"party": 5}),
    ],
)
def test_what_cannot_stand_is_refused(growers, season, amounts):
    with pytest.raises(Invalid):
        spent(growers[0], season, **amounts)


def test_a_season_may_be_written_down_from_its_first_day_on(growers):
    assert spent(growers[0], Period(2026, season=3), at=datetime(2026, 9, 1, 1, tzinfo=UTC))
    assert date(2026, 9, 1) == Period(2026, season=3).start
