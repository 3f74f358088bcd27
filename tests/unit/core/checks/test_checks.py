"""The checks in one: what each finds, what is kept, who is told and how often, and the one exit code."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.checks import rules
from core.checks.models import CheckFinding, CheckRun
from core.checks.queries import checks_standing, last_run, runs
from core.checks.service import Check, checks, init_checks
from core.checks.tasks import keep, nightly, run_sample, run_whole, sample
from core.database import transaction
from core.messaging.models import Message
from core.outbox.models import OutboxEvent
from core.outbox.tasks import deliver_pending
from core.seal.rules.findings import Finding
from core.seal.tasks.sequencer import sequence
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.traceability import approve_plot, make_codes, make_lot, make_plot
from tests.seals import behind_the_back
from traceability.api import ensure_reference_data

NIGHT = datetime(2026, 3, 11, 18, 30, tzinfo=UTC)  # half past two in Shanghai, on the twelfth


@pytest.fixture
def codes(session, at):
    with transaction():
        ensure_reference_data()
        plot = make_plot(at=at)
        approve_plot(plot, at=at)
        lot = make_lot(plot=plot, quota_plants=0, at=at)
        make_licence(lot.grower_id, at=at)
        issued = make_codes(lot=lot, at=at)
    sequence()
    return issued


def bend():
    behind_the_back("UPDATE code SET plants = 9 WHERE position = 2")


def found(session):
    session.rollback()
    return session.scalars(select(CheckFinding).order_by(CheckFinding.id)).all()


@pytest.mark.both
def test_what_the_services_wrote_is_good(session, codes):
    outcome = run_whole()
    assert (outcome.word, outcome.failed) == ("good", {})
    assert set(outcome.seconds) == set(outcome.counts) >= {"seal", "codes", "ledger", "quota"}
    assert keep(outcome) == 0
    session.rollback()
    assert last_run("whole").outcome == "good"
    assert [one.outcome for one in runs(5)] == ["good"]
    assert run_sample().word == "good"


@pytest.mark.both
def test_a_finding_is_kept_told_once_and_gone_when_it_agrees_again(session, codes):
    bend()
    assert [keep(run_whole()) for _night in range(3)] == [1, 0, 0]
    one = found(session)[0]
    assert (one.check, one.table, one.what) == ("codes", "code", f"{codes.batch.number} #2")
    assert "plants is 9, sealed as 1" in one.text
    events = select(OutboxEvent.body).where(OutboxEvent.name == "FaultsFound")
    assert [body["count"] for body in session.scalars(events)] == [1]
    behind_the_back("UPDATE code SET plants = 1 WHERE position = 2")
    assert keep(run_whole()) == 0
    assert found(session)[0].gone_at is not None
    assert checks_standing().open == 0
    bend()
    assert keep(run_whole()) == 1
    assert found(session)[0].gone_at is None


def test_operators_and_committees_are_told_of_rows_without_what_stands_in_them(session, codes, at):
    with transaction() as current:
        unit = make_grower(at=at).unit_id
        for number, role in enumerate(("operator", "committee", "secretary")):
            account = make_account(email=f"{role}@example.org", at=at)
            from branch.organisation.models.tables import Membership

            held = Membership(
                account_id=account.id, unit_id=None if role == "operator" else unit, role=role, since=at
            )
            current.add(held)
            assert number < 3
    bend()
    keep(run_whole())
    deliver_pending()
    session.rollback()
    messages = session.scalars(select(Message).where(Message.template == "faults_found")).all()
    assert {one.receiver for one in messages} == {"operator@example.org", "committee@example.org"}
    assert messages[0].context["rows"] == f"code {codes.batch.number} #2"
    assert messages[0].context["url"].endswith("/operations/checks")


@pytest.fixture
def other_checks(app):
    before = app.extensions["checks"]
    yield lambda *given: init_checks(app, given)
    app.extensions["checks"] = before


def broken():
    raise ValueError("no such book")
    yield


def test_a_check_that_cannot_be_run_stops_no_other_and_is_told_once(session, other_checks):
    other_checks(
        Check("first", broken), Check("second", lambda: iter([Finding("x", "row 1", "is odd", "t")]))
    )
    for fresh in (1, 0):
        outcome = run_whole()
        assert (outcome.word, outcome.counts) == ("failed", {"first": 0, "second": 1})
        assert "no such book" in outcome.failed["first"]
        assert keep(outcome) == fresh
    session.rollback()
    names = session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id)).all()
    assert sorted(names) == ["ChecksFailed", "FaultsFound"]


def test_what_a_check_that_failed_had_found_stays_open(session, other_checks):
    other_checks(Check("one", lambda: iter([Finding("x", "row 1", "is odd", "t")])))
    keep(run_whole())
    other_checks(Check("one", broken))
    keep(run_whole())
    session.rollback()
    assert checks_standing().open == 1


def test_two_checks_of_one_name_are_refused(other_checks):
    with pytest.raises(ValueError, match="one name"):
        other_checks(Check("one", broken), Check("one", broken))


@pytest.mark.both
def test_a_sample_sees_what_changed_lately_and_never_says_that_something_is_gone(session, codes):
    keep(run_whole())
    bend()
    assert keep(run_sample()) in {0, 1}  # a step may be older than the last run; chance may draw the code
    with transaction():
        from traceability.codes.service.lifecycle import void_batch

        void_batch(codes.batch.number, grower_id=codes.batch.grower_id, reason="x", at=NIGHT, by=None)
    keep(run_sample())
    assert [one.what for one in found(session)] == [f"{codes.batch.number} #2"]
    keep(run_sample())
    assert found(session)[0].gone_at is None


@pytest.mark.parametrize(
    ("last", "failed", "due"),
    [
        (None, False, True),
        (NIGHT - timedelta(minutes=1), False, True),
        (NIGHT + timedelta(minutes=1), False, False),
        (NIGHT + timedelta(minutes=1), True, True),
        (NIGHT + timedelta(hours=9), True, False),
    ],
)
def test_a_whole_run_is_due_once_a_night_and_again_when_it_failed(last, failed, due):
    assert rules.is_due(NIGHT + timedelta(hours=9, minutes=30), last=last, last_failed=failed) is due


def test_the_worker_runs_once_a_night(session, codes):
    assert nightly() == "good"
    assert nightly() == ""
    assert sample() == "good"
    session.rollback()
    assert session.scalars(select(CheckRun.kind).order_by(CheckRun.id)).all() == ["whole", "sample"]


def test_a_line_names_table_row_and_what_differs():
    assert rules.line_of(Finding("x", "B #2", "plants is 9,\nsealed as 1", "code")) == (
        "code B #2: plants is 9, sealed as 1"
    )
    assert rules.line_of(Finding("x", "the root", "differs")) == "log the root: differs"


def test_the_command_has_one_exit_code(app, session, codes, other_checks):
    runner = app.test_cli_runner()
    done = runner.invoke(args=["check"])
    assert (done.exit_code, "agrees   codes: 0 findings" in done.output) == (0, True), done.output
    bend()
    done = runner.invoke(args=["check"])
    assert done.exit_code == 1
    assert f"codes    code {codes.batch.number} #2: plants is 9, sealed as 1" in done.output
    assert "DIFFERS  codes: 1 findings" in done.output
    assert runner.invoke(args=["check", "--only", "quota"]).exit_code == 0
    assert runner.invoke(args=["check", "--only", "nothing"]).exit_code == 2
    other_checks(*checks(), Check("first", broken))
    done = runner.invoke(args=["check"])
    assert done.exit_code == 2
    assert "NOT RUN  first: " in done.output


def test_readyz_tells_details_to_staff_only(client, session, codes, login):
    bend()
    keep(run_whole())
    session.rollback()
    assert "checks" not in client.get("/readyz").json
    operator = login(role="operator")
    told = operator.get("/readyz").json["checks"]
    assert (told["outcome"], told["open"], told["stale"]) == ("findings", 1, False)
    assert told["counts"]["codes"] == 1
    assert told["age_s"] >= 0
    assert told["findings"][0].startswith(f"code {codes.batch.number} #2: plants is 9")
    page = operator.get("/operations/checks").text
    assert f"{codes.batch.number} #2" in page


def test_the_page_is_for_those_who_answer_for_the_books(session, login):
    committee, grower = login(role="committee"), login(role="grower")
    assert committee.get("/operations/checks").status_code == 200
    assert grower.get("/operations/checks").status_code == 403
    assert "checks" not in grower.get("/readyz").json
