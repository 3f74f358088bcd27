"""Each night a month drawn by the date is compared with the facts; what somebody changed is found and put right."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from branch.api import append_facts
from branch.ledger import tasks as ledger_tasks
from branch.ledger.cli import group
from branch.ledger.models.tables import ReconcileRun, SalesDaily, SalesDirty, SalesPart
from branch.ledger.queries import invariants
from branch.ledger.rules.periods import Period
from branch.ledger.service import reconciling
from branch.ledger.service.daily_sums import refresh_rollups
from branch.ledger.tasks import reconcile_drawn_month as nightly
from core.database import transaction
from core.messaging.models import Message
from tests.factories.accounts import make_account
from tests.factories.ledger import NOON, make_fact, make_refund
from tests.factories.organisation import make_grower, make_membership
from tests.seals import behind_the_back

NIGHT = date(2026, 4, 2)
MARCH = Period(2026, 3)


@pytest.fixture
def growers(session):
    with transaction():
        made = [make_grower() for _number in range(2)]
        for one in made:
            for month in (1, 2, 3):
                sale = make_fact(
                    one.id,
                    occurred_at=datetime(2026, month, 12, 4, tzinfo=UTC),
                    size_class="liner",
                    province="浙江省",
                )
                append_facts([sale, make_refund(sale, 100, size_class="liner", province="浙江省")], at=NOON)
        refresh_rollups()
    return made


def compare(month=MARCH):
    return ledger_tasks.reconcile(NIGHT, at=NOON, month=month)


def net_of_march(session):
    session.rollback()
    march = (SalesDaily.local_day >= MARCH.start, SalesDaily.local_day < MARCH.end)
    return session.scalar(sa.select(sa.func.sum(SalesDaily.net_minor)).where(*march))


def put_right():
    with transaction():
        refresh_rollups()


def test_the_month_is_drawn_by_the_date_and_every_month_has_its_turn():
    months = [Period(2024 + number // 12, number % 12 + 1) for number in range(36)]
    nights = [date.fromordinal(date(2026, 1, 1).toordinal() + number) for number in range(400)]
    drawn = [reconciling.drawn_month(night, months) for night in nights]
    assert drawn == [reconciling.drawn_month(night, months) for night in nights]
    assert set(drawn) == set(months)


def test_sums_that_follow_from_the_facts_are_left_alone(growers, session):
    run = compare()
    assert (run.month, run.days, run.differing) == ("2026-03", 2, 0)
    assert (run.first_month, run.last_month) == ("2026-01", "2026-03")
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(SalesDirty)) == 0


@pytest.mark.parametrize(
    ("change", "days"),
    [
        (
            "UPDATE sales_daily SET gross_minor = gross_minor + 5, net_minor = net_minor + 5 WHERE grower_id = 1",
            1,
        ),
        ("UPDATE sales_daily SET plants = plants + 1", 2),
        ("UPDATE sales_daily SET sales = sales + 1 WHERE grower_id = 1", 1),
        ("DELETE FROM sales_daily", 2),
        ("UPDATE sales_daily SET product_key = 'other' WHERE grower_id = 1", 1),
        (
            "UPDATE sales_daily SET local_day = '2026-03-30' WHERE local_day = '2026-03-12' AND grower_id = 1",
            2,
        ),
        ("UPDATE sales_part SET plants = plants + 1 WHERE dimension = 'province' AND grower_id = 1", 1),
        ("UPDATE sales_monthly SET plants = plants + 1 WHERE grower_id = 1", 1),
        ("UPDATE sales_monthly SET last_day = '2026-03-31' WHERE grower_id = 1 AND month = '2026-03'", 1),
        ("DELETE FROM sales_monthly", 2),
        ("DELETE FROM sales_part WHERE dimension = 'size_class'", 2),
        ("UPDATE sales_part SET value = 'eight' WHERE dimension = 'size_class' AND grower_id = 1", 1),
    ],
)
def test_a_sum_that_was_changed_by_sql_is_found_marked_and_put_right(growers, session, change, days):
    before = net_of_march(session)
    behind_the_back(change)
    run = compare()
    assert run.differing == days
    put_right()
    assert net_of_march(session) == before
    assert compare().differing == 0
    for month in (1, 2):
        compare(Period(2026, month))
    put_right()
    assert [finding.broken for finding in invariants.check_all() if not finding.holds] == []


def test_a_day_that_only_waits_for_its_sums_is_no_difference(growers, session):
    with transaction():
        append_facts([make_fact(growers[0].id)], at=NOON)
    assert compare().differing == 0


def test_another_month_is_not_looked_at(growers, session):
    behind_the_back("UPDATE sales_daily SET plants = plants + 1 WHERE local_day = '2026-01-12'")
    assert compare().differing == 0
    assert compare(Period(2026, 1)).differing == 2


@pytest.mark.both
def test_the_operator_is_told_and_the_metric_shows_it(growers, session, client):
    with transaction():
        make_membership(make_account(email="operator@example.org").id, "operator", None)
    behind_the_back("UPDATE sales_daily SET plants = plants + 1 WHERE local_day = '2026-03-12'")
    compare()
    session.rollback()
    told = session.scalars(sa.select(Message)).one()
    assert (told.receiver, told.template, told.context["differing"]) == (
        "operator@example.org",
        "ledger_differs",
        2,
    )
    assert "guiyuan_ledger_days_differing 2.0" in client.get("/metrics").text
    put_right()
    compare()
    assert "guiyuan_ledger_days_differing 0.0" in client.get("/metrics").text


def test_each_night_is_written_down_and_can_be_replayed(app, growers, session):
    assert nightly() == 0
    session.rollback()
    run = session.scalars(sa.select(ReconcileRun)).one()
    again = app.test_cli_runner().invoke(group, ["reconcile", "--day", run.day.isoformat()])
    assert again.exit_code == 0, again.output
    assert again.output.startswith(f"{run.month} (drawn from 2026-01 to 2026-03 by {run.day.isoformat()})")


@pytest.mark.both
def test_the_command_puts_right_what_it_finds_and_fails(app, growers, session):
    behind_the_back("DELETE FROM sales_part")
    command = ["reconcile", "--month", "2026-03"]
    found = app.test_cli_runner().invoke(group, command)
    assert found.exit_code == 1
    assert "2 differed" in found.output
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).where(SalesPart.month == "2026-03")) == 4
    assert app.test_cli_runner().invoke(group, command).exit_code == 0
    assert app.test_cli_runner().invoke(group, ["reconcile", "--month", "soon"]).exit_code == 2


def test_before_the_first_fact_there_is_nothing_to_compare(app, session):
    assert ledger_tasks.reconcile(NIGHT, at=NOON) is None
    assert "no facts yet" in app.test_cli_runner().invoke(group, ["reconcile"]).output
