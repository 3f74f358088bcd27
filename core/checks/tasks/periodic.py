"""What the worker does about checks: everything by night, a few rows all day."""

from celery import shared_task

from core.checks.queries import last_run
from core.checks.rules import is_due
from core.checks.tasks.running import keep, run_sample, run_whole
from core.clock import now
from core.database import session


@shared_task(name="core.checks.nightly")
def nightly() -> str:
    """Check everything when it is this night's turn; the outcome in a word, empty when it was not."""
    last = last_run("whole")
    session.rollback()
    if not is_due(now(), last=last.started_at if last else None, last_failed=bool(last and last.failed)):
        return ""
    outcome = run_whole()
    keep(outcome)
    return outcome.word


@shared_task(name="core.checks.sample")
def sample() -> str:
    """Check what changed lately and a few rows drawn by chance."""
    outcome = run_sample()
    keep(outcome)
    return outcome.word
