"""The page of what the checks found, and what `/metrics` tells of it."""

from flask import Blueprint, render_template
from prometheus_client import Gauge

from core.checks.queries import checks_standing, last_run, runs
from core.checks.wording import OUTCOME_TONE, OUTCOME_WORDS, check_words, fault_words
from core.clock import now
from core.gate import requires
from core.health.views import unknown_without_database

blueprint = Blueprint("checks", __name__, url_prefix="/operations/checks")

FINDINGS = Gauge("guiyuan_check_findings", "Things that do not agree, by the last whole run of the checks")
AGE = Gauge("guiyuan_check_age_seconds", "Since the last whole run of the checks; +Inf: there was none")


def measure() -> None:
    """Set the gauges; NaN while the database is away."""
    with unknown_without_database(FINDINGS, AGE):
        run = last_run("whole")
        FINDINGS.set(sum(run.counts.values()) if run else 0)
        AGE.set((now() - run.started_at).total_seconds() if run else float("inf"))


@blueprint.get("")
@requires("checks.view")
def index() -> str:
    """The last runs, and what does not agree now."""
    standing = checks_standing()
    return render_template(
        "core/checks/index.html",
        standing=standing,
        stale=standing.stale(now()),
        runs=runs(14),
        outcome_words=OUTCOME_WORDS,
        outcome_tone=OUTCOME_TONE,
        check_words=check_words,
        fault_words=fault_words,
    )
