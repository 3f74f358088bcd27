"""Appending, the database's own refusal, daily sums and the proof that both agree."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError

from branch.api import SaleFact, append_facts, refresh_rollups, reversal_of
from branch.ledger.models.tables import SaleFactRow, SalesDaily, SalesDirty
from branch.ledger.queries import invariants
from branch.ledger.queries.expected import SUMS
from branch.ledger.service import daily_sums as rollup
from core.database import db, transaction
from core.errors import Invalid
from tests.examples import examples
from tests.factories.ledger import NOON, make_fact, make_refund
from tests.factories.organisation import make_grower


@pytest.fixture
def grower(session):
    with transaction():
        return make_grower()


def append(*facts, at=NOON):
    with transaction():
        return append_facts(facts, at=at)


def refresh():
    with transaction():
        return refresh_rollups()


def broken():
    return {finding.name: finding.broken for finding in invariants.check_all() if not finding.holds}


def test_a_fact_is_written_with_its_net_and_its_day_in_shanghai(session, grower):
    late = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)
    result = append(make_fact(grower.id, occurred_at=late))
    row = session.scalars(sa.select(SaleFactRow)).one()
    assert (result.appended, result.already_there) == (1, 0)
    assert (row.net_minor, row.local_day, row.recorded_at) == (900, date(2026, 4, 1), NOON)


def test_the_same_fact_twice_is_written_once(session, grower):
    fact = make_fact(grower.id)
    append(fact)
    result = append(fact, fact)
    assert (result.appended, result.already_there, result.differing) == (0, 2, ())
    assert session.scalar(sa.select(sa.func.count()).select_from(SaleFactRow)) == 1


def test_a_fact_given_twice_in_one_call_is_written_once(session, grower):
    fact = make_fact(grower.id)
    assert append(fact, fact).appended == 1


def test_a_fact_that_says_something_else_is_named_and_not_written(session, grower):
    fact = make_fact(grower.id)
    append(fact)
    result = append(replace(fact, gross_minor=5_000))
    assert result.differing == (fact.source_ref,)
    assert session.scalars(sa.select(SaleFactRow.gross_minor)).one() == 1_000


def test_a_fact_that_cannot_stand_is_refused_with_its_reference(session, grower):
    with pytest.raises(Invalid) as caught:
        append(make_fact(grower.id), make_fact(grower.id, plants=-1, source_ref="bad"))
    assert caught.value.details["source_ref"] == "bad"
    assert caught.value.details["reasons"] == ["sign_not_allowed"]
    assert session.scalar(sa.select(sa.func.count()).select_from(SaleFactRow)) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sale_fact SET gross_minor = 1, net_minor = -99",
        "UPDATE sale_fact SET channel = channel",
        "DELETE FROM sale_fact",
    ],
)
def test_the_database_itself_refuses_to_change_or_remove_a_fact(session, grower, statement):
    append(make_fact(grower.id))
    with pytest.raises(DatabaseError, match="append-only"), transaction():
        session.execute(sa.text(statement))
    assert session.scalars(sa.select(SaleFactRow.gross_minor)).one() == 1_000


def test_postgresql_refuses_to_truncate_the_facts(session, grower):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE; DELETE is refused there")
    append(make_fact(grower.id))
    with pytest.raises(DatabaseError, match="append-only"), transaction():
        session.execute(sa.text("TRUNCATE sale_fact"))


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "gift"},
        {"net_minor": 901},
        {"gross_minor": -1, "discount_minor": -1, "net_minor": 0},
        {"plants": -1},
        {"currency": "cny"},
        {"kind": "refund"},
        {"kind": "reversal"},
    ],
)
def test_the_database_checks_what_python_checks(session, grower, values):
    fact = make_fact(grower.id)
    row = {name: getattr(fact, name) for name in SaleFact.__dataclass_fields__}
    row |= {"local_day": fact.local_day, "net_minor": fact.net_minor, "recorded_at": NOON}
    with pytest.raises(DatabaseError), transaction():
        session.execute(sa.insert(SaleFactRow).values(**(row | values)))
    session.execute(sa.insert(SaleFactRow).values(**row))
    session.rollback()


def test_daily_sums_follow_sales_refunds_and_reversals(session, grower):
    sale, second = make_fact(grower.id), make_fact(grower.id, plants=4, gross_minor=400, discount_minor=0)
    append(
        sale,
        second,
        make_refund(sale, 300, plants=3),
        reversal_of(second, source_ref="back", occurred_at=NOON),
    )
    assert refresh() == 1
    day = session.scalars(sa.select(SalesDaily)).one()
    assert (day.facts, day.sales, day.refunds, day.orders, day.plants) == (4, 2, 1, 1, 7)
    assert (day.gross_minor, day.discount_minor, day.refund_minor, day.net_minor) == (1_000, 100, 300, 600)
    assert broken() == {}


def test_only_marked_days_are_recomputed_and_refreshing_again_changes_nothing(session, grower):
    append(make_fact(grower.id), make_fact(grower.id, occurred_at=datetime(2026, 3, 14, tzinfo=UTC)))
    assert refresh() == 2
    append(make_fact(grower.id))
    assert refresh() == 1
    assert refresh() == 0
    assert not rollup.needs_refresh()
    assert broken() == {}


def test_a_fact_without_a_cultivar_group_is_summed_too(session, grower):
    append(make_fact(grower.id, cultivar_group=None), make_fact(grower.id, cultivar_group=None))
    refresh()
    assert session.execute(sa.select(SalesDaily.cultivar_group, SalesDaily.facts)).all() == [("", 2)]


def test_a_sale_that_is_rolled_back_leaves_neither_fact_nor_mark(session, grower):
    with pytest.raises(RuntimeError), transaction():
        append_facts([make_fact(grower.id)], at=NOON)
        raise RuntimeError
    assert session.scalar(sa.select(sa.func.count()).select_from(SaleFactRow)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(SalesDirty)) == 0


def test_rebuilding_everything_gives_the_same_sums_as_refreshing(session, grower):
    append(
        *(
            make_fact(grower.id, occurred_at=datetime(2026, 3, day, tzinfo=UTC), plants=day)
            for day in range(1, 20)
        )
    )
    refresh()
    names = ("local_day", "facts", *SUMS, "last_recorded_at")
    query = sa.select(*(getattr(SalesDaily, name) for name in names)).order_by(SalesDaily.local_day)
    before = session.execute(query).all()
    with transaction():
        assert rollup.rebuild_rollups() == 19
    assert session.execute(query).all() == before


@settings(
    max_examples=examples(25),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    data=st.lists(
        st.tuples(
            st.integers(1, 28),
            st.sampled_from(["shop", "taobao", "jd"]),
            st.integers(0, 500),
            st.integers(0, 10**7),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_daily_sums_always_equal_the_facts(session, grower, data):
    facts = []
    for day, channel, plants, gross, refunded in data:
        sale = make_fact(
            grower.id, channel=channel, plants=plants, gross_minor=gross, discount_minor=gross // 7,
            occurred_at=datetime(2026, 3, day, 15, 59, tzinfo=UTC),
        )  # fmt: skip
        facts.append(sale)
        if refunded and sale.net_minor:
            facts.append(make_refund(sale, sale.net_minor // 2 + 1, plants=plants))
    append(*facts)
    refresh()
    assert broken() == {}


def test_a_bent_daily_sum_is_found_and_named(session, grower):
    append(make_fact(grower.id))
    refresh()
    with transaction():
        session.execute(sa.update(SalesDaily).values(gross_minor=1_001, net_minor=901))
    found = broken()
    assert "GY-1" in found["the daily sums equal the facts"][0]
    assert "facts 900, roll-up 901" in found["the daily sums equal the facts"][0]
    assert "grand totals by currency agree" in found


@pytest.mark.both
def test_a_daily_sum_without_facts_is_found(session, grower):
    append(make_fact(grower.id))
    refresh()
    with transaction():
        session.execute(sa.update(SalesDaily).values(product_key="invented"))
    assert len(broken()["the daily sums equal the facts"]) == 2


def test_a_refund_without_a_sale_and_a_refund_above_it_are_found(session, grower):
    sale = make_fact(grower.id)
    append(sale, make_refund(sale, 901), make_refund(make_fact(grower.id), 5))
    refresh()
    found = broken()
    assert len(found["every refund and reversal belongs to an order that was sold"]) == 1
    assert len(found["no order gave back more than it took"]) == 2


def test_an_unknown_currency_is_found(session, grower):
    append(make_fact(grower.id, currency="XXX"))
    refresh()
    assert list(broken()) == ["every currency is known"]


@pytest.mark.both
def test_the_command_proves_the_ledger_and_fails_when_it_does_not_hold(app, session, grower):
    append(make_fact(grower.id))
    done = app.test_cli_runner().invoke(args=["ledger", "check"])
    assert done.exit_code == 0, done.output
    assert "11 of 11 invariants hold" in done.output
    with transaction():
        session.execute(sa.update(SalesDaily).values(plants=11))
    failed = app.test_cli_runner().invoke(args=["ledger", "check"])
    assert failed.exit_code == 1
    assert "BROKEN  the daily sums equal the facts" in failed.output
    assert app.test_cli_runner().invoke(args=["ledger", "refresh", "--all"]).exit_code == 0
    assert app.test_cli_runner().invoke(args=["ledger", "check"]).exit_code == 0
