"""In the first half hour of a year in Shanghai UTC still counts the old one; what is made then bears the new year."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from branch.api import append_facts
from branch.ledger.queries.sums import net_by_month
from branch.ledger.rules.periods import month_before, month_of
from branch.ledger.service import daily_sums as rollup
from core.clock import local_day, local_minute, local_year
from core.database import Base, db, transaction
from tests.factories.accounts import make_account
from tests.factories.cases import make_case
from tests.factories.ledger import make_fact
from tests.factories.licences import make_licence
from tests.factories.orders import make_variant, place
from tests.factories.organisation import make_grower, make_membership
from tests.factories.traceability import approve_plot, make_codes, make_lot, make_plot
from traceability.alarms.rules.facts import NetworkFacts
from traceability.alarms.service.judging import judge_network
from traceability.api import ensure_reference_data
from traceability.cases.queries.statistics import monthly_counts
from traceability.inspections.service import NewInspection, record_inspection
from traceability.lots.rules.balance import StepKind
from traceability.quota.queries.ledger import balances_of_grower
from traceability.recalls.service import ask_for_recall, confirm_recall
from traceability.transformations.service import Outcome, transform

NUMBER = re.compile(r"[A-Z]+-(\d{4})-[0-9A-Z]+")
NUMBERED = {
    "alarm", "code_action", "code_batch", "counterfeit_case", "order", "inspection", "licence", "lot",
    "lot_recall", "lot_step", "plot", "plot_survey", "quota_move", "recall_request",
}  # fmt: skip


@pytest.fixture
def at():
    """00:30 on 1 January 2027 in Shanghai."""
    return datetime(2026, 12, 31, 16, 30, tzinfo=UTC)


def years_of_numbers():
    """By table, the years that its readable numbers bear."""
    found = {}
    for table in Base.metadata.tables.values():
        if "number" in table.c and isinstance(table.c.number.type, sa.String):
            matches = [NUMBER.fullmatch(number) for number in db.session.scalars(sa.select(table.c.number))]
            if years := {int(match[1]) for match in matches if match}:
                found[table.name] = years
    return found


def test_whatever_is_numbered_bears_the_new_year(session, at):
    with transaction():
        first, second = (make_account(at=at).id for _ in range(2))
        grower = make_grower(at=at)
        make_licence(grower.id, at=at)
        make_membership(first, "technician", "guihua-osmanthus", at)
        plot = make_plot(grower=grower, at=at)
        ensure_reference_data()
        approve_plot(plot, at=at)
        lot = make_lot(plot=plot, at=at)
        transform(StepKind.SPLIT, {lot.id: 200}, [Outcome(200)], grower_id=grower.id, at=at, by=None)
        make_codes(lot=lot, count=3, at=at)
        seen = NewInspection(
            "0123456789abcdef0123", lot.number, conformant=True, seen="新梢健壮", plants_counted=120
        )
        record_inspection(seen, at=at, by=first)
        make_case(at=at)
        sku = make_variant(at=at).sku
        assert judge_network("0a", NetworkFacts(0, (), 10), at=at)
    place((sku, 1), at=at)
    with transaction():
        confirm_recall(ask_for_recall(lot.id, reason="canker", at=at, by=first), at=at, by=second)
    session.rollback()
    found = years_of_numbers()
    assert set().union(*found.values()) == {2027}, found
    assert found.keys() >= NUMBERED


def test_quota_granted_then_is_the_new_years(session, at):
    with transaction():
        lot = make_lot(at=at, quota_plants=100)
    assert [line.key.year for line in balances_of_grower(lot.grower_id, year=2027)] == [2027]
    assert sum(line.free for line in balances_of_grower(lot.grower_id, year=2027)) >= 100


def test_a_sale_of_then_stands_in_january(session, at):
    with transaction():
        grower_id = make_grower(at=at).id
        append_facts([make_fact(grower_id, occurred_at=at)], at=at)
        rollup.ensure_fresh()
    window = {"since": date(2026, 12, 1), "until": date(2027, 2, 1)}
    assert net_by_month(grower_ids=[grower_id], **window) == {(grower_id, "2027-01"): 900}
    assert month_of(local_day(at)).key == "2027-01"
    assert month_before(local_day(at)).key == "2026-12"


def test_a_case_of_then_is_counted_in_january(session, at):
    with transaction():
        make_case(at=at)
    assert [(row.month, row.received) for row in monthly_counts(at=at)] == [(date(2027, 1, 1), 1)]


def test_the_clock_tells_day_year_and_minute_of_shanghai(at):
    assert (local_day(at), local_year(at)) == (date(2027, 1, 1), 2027)
    assert local_minute(at) == "2027-01-01 00:30"
    before = at - timedelta(minutes=31)
    assert (local_day(before), local_year(before)) == (date(2026, 12, 31), 2026)
