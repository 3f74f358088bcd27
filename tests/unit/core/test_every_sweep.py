"""Every sweep of the system with one bad row at its head: the others are done, and it has its turn when it is good."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from branch.ledger import tasks as ledger
from branch.ledger.models.tables import SalesDaily
from branch.ledger.service import daily_sums as rollup
from branch.licences import tasks as licence_tasks
from branch.licences.models.tables import Licence
from branch.licences.service import expiry as licence_expiry
from branch.reports.deadlines import service as duties
from branch.reports.deadlines.models import ReportDuty
from branch.reports.models.tables import Report
from branch.reports.tasks import building as reports
from branch.reports.tasks import deadlines as duty_tasks
from branch.reports.tasks import making
from core.clock import local_day, local_year, now
from core.database import transaction
from core.files import service as files
from core.messaging.models import Message
from shop.orders import tasks as orders
from shop.orders.models.tables import Order
from shop.orders.service import paying
from tests.bad_rows import failures, spoil
from tests.factories.accounts import make_account
from tests.factories.cases import make_case
from tests.factories.ledger import make_fact
from tests.factories.licences import make_licence
from tests.factories.lookups import make_lookup, make_visitor
from tests.factories.orders import make_variant, place
from tests.factories.organisation import make_grower, make_membership, make_tree
from tests.factories.traceability import approve_plot, make_codes, make_plot
from traceability.alarms import tasks as alarm_tasks
from traceability.alarms.queries import licensee_facts
from traceability.alarms.service import judging as alarms
from traceability.api import ensure_reference_data
from traceability.cases import tasks as case_tasks
from traceability.cases.models.tables import CounterfeitCase
from traceability.cases.service import reminders as cases
from traceability.codes.models.tables import Code
from traceability.lookups import tasks as lookup_tasks
from traceability.lookups.models import CodeLookup
from traceability.lookups.service import recording as lookups
from traceability.quota import tasks as quota_tasks
from traceability.quota.queries.ledger import balance
from traceability.quota.rules import Key
from traceability.quota.service import accounting as quota
from traceability.quota.service import moves
from traceability.surveys import service as plots
from traceability.surveys import tasks as plot_tasks

pytestmark = pytest.mark.both
YEAR = timedelta(days=365)


@pytest.fixture
def bad(monkeypatch):
    """`bad(owner, name, is_bad)` spoils a function for some arguments; what it answers mends it."""
    return lambda owner, name, is_bad: spoil(monkeypatch, owner, name, is_bad)


def column(session, *wanted):
    session.rollback()
    return list(session.scalars(sa.select(*wanted).order_by(wanted[0].class_.id)))


def test_licences_expire(session, clock, at, bad):
    with transaction():
        rows = [make_licence(make_grower(at=at), valid_until=local_day(at), at=at) for _ in range(3)]
    mend = bad(licence_expiry, "move", lambda licence, *_args, **_named: licence.number == rows[0].number)
    first = session.scalar(sa.select(Licence.id).where(Licence.number == rows[0].number))
    clock.forward(days=2)
    assert licence_tasks.expire.run() == 2
    assert column(session, Licence.state) == ["valid", "expired", "expired"]
    assert set(failures()) == {("branch.licences.expire", str(first))}
    mend()
    assert licence_tasks.expire.run() == 0, "before its turn"
    clock.forward(minutes=1)
    assert licence_tasks.expire.run() == 1
    assert failures() == {}


def test_quota_expires(session, clock, at, bad):
    with transaction():
        ensure_reference_data()
        growers = [make_grower(at=at) for _ in range(3)]
        keys = [Key(one.id, one.unit_id, "dangui", "first_year", local_year(at)) for one in growers]
        for key in keys:
            quota.approve(key, 100, reference="survey/1", at=at, by=None)
    bad(moves, "post", lambda _kind, legs, **_named: any(name.key == keys[0] for name in legs))
    clock.to(at + YEAR)
    assert quota_tasks.expire.run() == 2
    assert [balance(key).expired for key in keys] == [0, 100, 100]
    assert len(failures()) == 1


def test_orders_run_out(session, clock, at, bad):
    with transaction():
        sku = make_variant(at=at).sku
    ids = [place((sku, 1), at=at).id for _ in range(3)]
    bad(paying, "locked_order", lambda order_id: order_id == ids[0])
    clock.forward(days=20)
    assert orders.expire.run() == 2
    assert column(session, Order.payment_state) == ["awaiting_payment", "expired", "expired"]
    assert set(failures()) == {("shop.orders.expire", str(ids[0]))}


@pytest.fixture
def two_cases(session, at):
    with transaction():
        make_tree()
        secretary = make_account(email="secretary@example.org", at=at).id
        make_membership(secretary, "secretary", "guihua-osmanthus", at)
        return [make_case(at=at, contact="138").number for _ in range(2)]


def test_cases_are_reminded_of(two_cases, session, clock, bad):
    bad(cases, "locked_case", lambda number: number == two_cases[0])
    clock.forward(days=9)
    case_tasks.remind.run()
    assert set(failures()) == {("traceability.cases.remind", two_cases[0])}
    assert cases.cases_to_remind_of(at=clock()) == [two_cases[1]]


def test_contacts_are_forgotten(two_cases, session, clock, bad, monkeypatch):
    monkeypatch.setattr(cases, "contacts_to_forget", lambda **_named: two_cases)
    bad(cases, "seal_case", lambda case: case.number == two_cases[0])
    clock.forward(days=200)
    assert case_tasks.forget_contacts.run() == 1
    assert column(session, CounterfeitCase.contact) == ["138", ""]


def test_people_are_reminded_of_growth(session, clock, at, bad):
    with transaction():
        ensure_reference_data()
        approve_plot(make_plot(grower=make_grower(at=at), at=at), at=at)
        people = [make_account(email=f"{name}@example.org", at=at).id for name in ("bad", "good")]
        for account_id in people:
            make_membership(account_id, "technician", "guihua-osmanthus", at)
    bad(plots, "remind_of_growth", lambda account_id, **_named: account_id == people[0])
    clock.to(at + YEAR)
    assert plot_tasks.remind_of_growth.run() == 1
    assert column(session, Message.receiver) == ["good@example.org"]


def test_codes_are_judged_and_the_next_run_goes_on_from_there(session, clock, at, bad):
    with transaction():
        issued = make_codes(count=3, at=at)
        for number, one in enumerate(issued.codes):
            make_lookup(one.code, make_visitor(f"buyer {number}"), at + timedelta(minutes=1))
    codes = [row.id for row in session.scalars(sa.select(Code).order_by(Code.id))]
    mend = bad(alarms, "_update_alarm", lambda _kind, key, *_rest, **_named: key == f"code/{codes[0]}")
    clock.to(at + timedelta(minutes=2))
    alarm_tasks.judge_recent.run()
    assert set(failures()) == {("traceability.alarms.code", str(codes[0]))}
    clock.forward(hours=1)
    assert not alarms.codes_to_judge(at=clock()) & set(codes), "what was judged is not asked about again"
    session.rollback()
    mend()
    alarm_tasks.judge_recent.run()
    assert failures() == {}, "a code whose turn has come is judged though nobody looked at it since"


def test_a_mark_that_a_wrong_clock_set_keeps_no_code_from_being_judged(session, clock, at):
    with transaction():
        issued = make_codes(count=1, at=at)
    clock.to(at + YEAR)
    alarm_tasks.judge_recent.run()
    clock.to(at + timedelta(minutes=5))
    with transaction():
        make_lookup(issued.codes[0].code, make_visitor("buyer"), at + timedelta(minutes=5))
    session.rollback()
    assert alarms.codes_to_judge(at=clock()), "the look-up is news though the mark lies a year ahead"
    session.rollback()
    clock.forward(minutes=2)
    alarm_tasks.judge_recent.run()
    clock.forward(hours=1)
    assert not alarms.codes_to_judge(at=clock()), "and the mark is right again"


def test_licensees_are_judged(session, clock, at, bad):
    with transaction():
        ensure_reference_data()
        growers = [make_grower(at=at) for _ in range(2)]
        for one in growers:
            key = Key(one.id, one.unit_id, "dangui", "first_year", local_year(at))
            quota.approve(key, 100, reference="survey/1", at=at, by=None)
    judged = []
    bad(
        alarms,
        "_update_alarm",
        lambda _kind, key, *_rest, **_named: judged.append(key) or key == f"grower/{growers[0].id}",
    )
    alarm_tasks.judge_licensees.run()
    assert judged == [f"grower/{one.id}" for one in growers]
    assert len(failures()) == 1


@pytest.mark.both
def test_a_look_up_that_cannot_be_understood_costs_its_own_licensee_only(session, clock, at, bad):
    with transaction():
        batches = [make_codes(count=3, at=at) for _ in range(2)]
        for issued in batches:
            for number, one in enumerate(issued.codes):
                make_lookup(one.code, make_visitor(f"buyer {number}"), at + timedelta(minutes=1))
    growers = [one.batch.grower_id for one in batches]
    theirs = session.scalars(
        sa.select(CodeLookup.id)
        .join(Code, Code.digest == CodeLookup.code_digest)
        .where(Code.grower_id == growers[0])
    ).all()
    session.rollback()
    bad(licensee_facts, "look_of", lambda row: row.id in theirs)
    clock.forward(days=1)
    alarm_tasks.judge_licensees.run()
    assert set(failures()) == {("traceability.alarms.licensee", str(growers[0]))}


def test_old_look_ups_are_folded(session, clock, at, bad):
    with transaction():
        issued = make_codes(count=3, at=at)
        for number, one in enumerate(issued.codes):
            make_lookup(one.code, make_visitor(f"buyer {number}"), at + timedelta(days=number))
    bad(lookups, "local_day", lambda moment: moment == at)
    clock.to(at + timedelta(days=100))
    assert lookup_tasks.fold.run() == 2
    assert len(column(session, CodeLookup.id)) == 1


def test_sales_are_summed_up_and_only_reports_that_need_the_bad_day_wait(session, clock, at, bad):
    from branch.api import append_facts

    with transaction():
        growers = [make_grower(at=at) for _ in range(2)]
        append_facts([make_fact(one.id, occurred_at=at) for one in growers], at=at)
    day = rollup.GrowerDay(growers[0].id, local_day(at))
    mend = bad(rollup, "_recompute", lambda days: day in days)
    assert ledger.refresh_rollups.run() == 1
    assert column(session, SalesDaily.grower_id) == [growers[1].id]
    with transaction():
        rollup.ensure_fresh()
    around = (local_day(at), local_day(at) + timedelta(days=1))
    assert rollup.left_out([one.id for one in growers], *around) == [day]
    assert rollup.left_out([growers[1].id], *around) == []
    session.rollback()
    mend()
    clock.forward(minutes=2)
    assert ledger.refresh_rollups.run() == 1
    assert rollup.left_out([growers[0].id], *around) == []


def test_duties_are_opened_and_reminded_of(session, clock, at, bad):
    with transaction():
        make_tree()
    duty_tasks.remind.run()
    first, second = session.scalars(sa.select(ReportDuty).order_by(ReportDuty.id)).all()
    with transaction():
        session.execute(
            sa.update(ReportDuty).where(ReportDuty.id == first.id).values(period="of another calendar")
        )
    clock.forward(days=40)
    duty_tasks.remind.run()
    asked = [row.unit_id for row in session.scalars(sa.select(ReportDuty).order_by(ReportDuty.id))]
    assert asked == [first.unit_id, second.unit_id, second.unit_id]
    assert ("branch.reports.ask", str(first.unit_id)) in failures()
    bad(duties, "due_steps", lambda _due, *, opened_at, **_named: opened_at == first.opened_at)
    clock.forward(days=1)
    duty_tasks.remind.run()
    assert {key for kind, key in failures() if kind == "branch.reports.remind"} == {
        str(first.id),
        str(second.id),
    }


def test_a_report_whose_glyph_is_missing_keeps_no_other_branch_from_its_own(session, clock, at, monkeypatch):
    from branch.organisation.models.tables import Unit

    with transaction():
        make_tree()
        branches = session.scalars(sa.select(Unit).where(Unit.kind == "branch").order_by(Unit.path)).all()
        branches[0].name_zh = "桂花\ue000支部"
    drawn = []
    forms = making.rendered_forms

    def few(document, frozen, period, unit, language):
        """One form, with the real check of its glyphs: this is about who is built, not about drawing."""
        drawn.append(unit.code)
        return [one for one in forms(document, frozen, period, unit, language) if one.format == "html"]

    monkeypatch.setattr(making, "rendered_forms", few)
    clock.to(at.replace(month=4, day=2))
    assert reports.build_last_month.run() == len(branches) - 1
    built = set(column(session, Report.unit_id))
    assert built == {one.id for one in branches[1:]}
    [(key, words)] = failures().items()
    assert key == ("branch.reports.build_last_month", f"2026-03/{branches[0].code}")
    assert "\ue000" in words
    assert reports.build_last_month.run() == 0, "those that stand are not built again"
    assert date(2026, 3, 12) == local_day(at)


def test_files_are_removed(session, bad):
    keys = [
        files.put(text.encode(), kind="code_file", content_type="text/csv", public=False)
        for text in ("a", "b", "c")
    ]
    bad(files, "forget", lambda key: key == keys[0])
    assert files.forget_each(keys) == 2
    left = files.keys_of(
        "code_file", until=now() + timedelta(days=1)
    )  # others of this process leave theirs too
    assert set(left) & set(keys) == {keys[0]}
    assert set(failures()) == {("core.files.forget", keys[0])}
