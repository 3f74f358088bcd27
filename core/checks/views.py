"""The page of what the checks found, and what `/metrics` tells of it."""

import structlog
from flask import Blueprint, render_template
from prometheus_client import Gauge

from core.checks.queries import checks_standing, last_run, runs
from core.checks.wording import OUTCOME_TONE, OUTCOME_WORDS, check_words, fault_words
from core.clock import now
from core.database_errors import DatabaseError
from core.gate import requires

blueprint = Blueprint("checks", __name__, url_prefix="/operations/checks")
log = structlog.get_logger(__name__)

FINDINGS = Gauge("guiyuan_check_findings", "Things that do not agree, by the last whole run of the checks")
AGE = Gauge("guiyuan_check_age_seconds", "Since the last whole run of the checks; +Inf: there was none")
UNKNOWN = float("nan")


def measure() -> None:
    """Set the gauges; NaN while the database is away."""
    findings = age = UNKNOWN
    try:
        run = last_run("whole")
    except DatabaseError as error:
        log.warning("metrics_without_database", error=type(error).__name__)
    else:
        findings = float(sum(run.counts.values())) if run else 0.0
        age = (now() - run.started_at).total_seconds() if run else float("inf")
    FINDINGS.set(findings)
    AGE.set(age)


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
