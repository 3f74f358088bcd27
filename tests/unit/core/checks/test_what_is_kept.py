"""What is kept of a run: each fault by itself, nothing taken for gone that was not looked at, and how old it all is."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from core import seal
from core.checks import cli
from core.checks import tasks as running
from core.checks.models import CheckFinding
from core.checks.queries import checks_standing, details
from core.checks.rules import STALE_AFTER
from core.checks.service import Check, init_checks
from core.checks.tasks import keep, run_sample, run_whole
from core.database import transaction
from core.seal.models.leaves import SealLeaf
from core.seal.rules.findings import Finding


@pytest.fixture
def only_check(app, session):
    """Let one check be all that there is."""
    before = app.extensions["checks"]
    yield lambda **given: init_checks(app, [Check("one", **given)])
    app.extensions["checks"] = before


def finds(*findings):
    return lambda: iter(findings)


FAULT = Finding("changed", "row 1", "is odd", "t")


@pytest.mark.parametrize(
    "other",
    [
        Finding("changed", "row 2", "is odd", "t"),
        Finding("gone", "row 1", "is odd", "t"),
        Finding("changed", "row 1", "is odd", "u"),
    ],
)
def test_another_row_and_another_kind_of_fault_are_told_too(only_check, other):
    only_check(whole=finds(FAULT))
    assert keep(run_whole()) == 1
    only_check(whole=finds(FAULT, other))
    assert keep(run_whole()) == 1
    assert checks_standing().open == 2


def test_what_was_found_beyond_what_is_kept_makes_nothing_gone(only_check, monkeypatch):
    second = Finding("changed", "row 2", "is odd", "t")
    only_check(whole=finds(FAULT, second))
    keep(run_whole())
    monkeypatch.setattr(running, "KEPT", 1)
    keep(run_whole())
    assert checks_standing().open == 2
    only_check(whole=finds(second))
    keep(run_whole())
    assert checks_standing().open == 1


def test_a_sample_begins_at_the_leaf_at_which_the_last_run_began(session, only_check):
    asked = []

    def sampled(leaf_id):
        asked.append(leaf_id)
        return iter(())

    only_check(whole=finds(), sample=sampled)
    newest = [0]
    for run in (run_sample, run_sample, run_whole, run_sample):
        keep(run())
        session.rollback()
        with transaction():
            seal.append("plot", f"plot/{len(newest)}", {})
        newest.append(session.scalar(select(func.max(SealLeaf.id))))
    assert asked == [0, 0, newest[1]]


def test_a_first_sample_begins_where_the_whole_run_began(session, only_check):
    asked = []

    def sampled(leaf_id):
        asked.append(leaf_id)
        return iter(())

    with transaction():
        seal.append("plot", "plot/1", {})
    begun = session.scalar(select(func.max(SealLeaf.id)))
    only_check(whole=finds(), sample=sampled)
    keep(run_whole())
    with transaction():
        seal.append("plot", "plot/2", {})
    keep(run_sample())
    assert asked == [begun]


def test_a_check_that_could_not_be_prepared_is_one_that_could_not_be_asked(only_check):
    def unprepared():
        raise ValueError("no figures")

    only_check(whole=finds(), prepare=unprepared)
    outcome = run_whole()
    assert (outcome.word, "no figures" in outcome.failed["one"]) == ("failed", True)


def test_who_never_checked_or_not_for_long_knows_nothing_of_the_present(session, only_check):
    only_check(whole=finds())
    outcome = run_whole()
    assert details(outcome.started_at)["stale"] is True
    keep(outcome)
    session.rollback()
    assert details(outcome.started_at + STALE_AFTER)["stale"] is False
    assert details(outcome.started_at + STALE_AFTER + timedelta(seconds=1))["stale"] is True


def test_a_database_that_is_away_is_no_agreement(app, session, monkeypatch):
    def away(**_given):
        raise OperationalError("SELECT 1", {}, OSError("away"))

    monkeypatch.setattr(cli, "run_whole", away)
    assert app.test_cli_runner().invoke(args=["check"]).exit_code == 2
    session.rollback()
    assert session.scalars(select(CheckFinding)).all() == []
