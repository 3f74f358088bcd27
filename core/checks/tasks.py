"""What the worker does about checks: everything by night, a few rows all day, and what they said is kept."""

import time
from collections.abc import Callable, Iterator

import structlog
from celery import shared_task

from core.checks.events import ChecksFailed, FaultsFound
from core.checks.queries import last_run
from core.checks.rules import is_due
from core.checks.service import Check, Outcome, checks, note_finding, note_gone, note_run
from core.clock import now
from core.database import session, snapshot, transaction
from core.database_errors import plain, words_of
from core.outbox import service as outbox
from core.seal.queries.unsealed import newest_leaf_id
from core.seal.rules.findings import Finding

log = structlog.get_logger(__name__)

# Findings beyond these are counted, not kept: somebody who bent so much is noticed by the first.
KEPT = 1_000
NAMED = 10


Tell = Callable[[str, Finding], None]


def run_whole(*, tell: Tell | None = None, only: frozenset[str] = frozenset()) -> Outcome:
    """Hold everything against everything; nothing is kept yet.

    Args:
        tell: called with each finding as it is found.
        only: the names of the checks that are wanted; all when empty.
    """
    wanted = [check for check in checks() if not only or check.name in only]
    outcome = _begin("whole")
    for check in wanted:
        if check.prepare is not None:
            _guarded(outcome, check, _prepared(check.prepare), tell)
    snapshot()
    for check in wanted:
        if check.name not in outcome.failed:
            _guarded(outcome, check, check.whole, tell)
            session.expunge_all()
    session.rollback()
    return outcome


def run_sample() -> Outcome:
    """Look at what changed since the last run, and at a few rows drawn by chance."""
    since = last_run("sample") or last_run("whole")
    outcome = _begin("sample")
    snapshot()
    for check in checks():
        if check.sample is not None:
            sample = check.sample
            _guarded(outcome, check, lambda sample=sample: sample(since.leaf_id if since else 0), None)  # type: ignore[misc]
            session.expunge_all()
    session.rollback()
    return outcome


def keep(outcome: Outcome) -> int:
    """Keep what a run found; whoever has to know is told of what was not known. How many that were."""
    before = last_run(outcome.kind)
    session.rollback()
    ended_at = now()
    with transaction():
        fresh = [finding for check, finding in outcome.findings if note_finding(check, finding, at=ended_at)]
        if outcome.kind == "whole":
            note_gone(outcome)
        note_run(outcome, ended_at=ended_at)
        if fresh:
            rows = "\n".join(f"{finding.table or 'log'} {finding.what}" for finding in fresh[:NAMED])
            outbox.record(FaultsFound(len(fresh), rows), at=ended_at)
        if outcome.failed and (before is None or not before.failed):
            causes = "\n".join(f"{name}: {cause}" for name, cause in outcome.failed.items())
            outbox.record(ChecksFailed(causes), at=ended_at)
    log.info("checks_done", kind=outcome.kind, outcome=outcome.word, counts=outcome.counts)
    return len(fresh)


def _begin(kind: str) -> Outcome:
    session.rollback()
    newest = newest_leaf_id()
    session.rollback()
    return Outcome(kind, now(), newest)


def _prepared(prepare: Callable[[], object]) -> Callable[[], Iterator[Finding]]:
    def run() -> Iterator[Finding]:
        with transaction():
            prepare()
        return iter(())

    return run


def _guarded(outcome: Outcome, check: Check, run: Callable[[], Iterator[Finding]], tell: Tell | None) -> None:
    """Run one check; one that cannot be run stops no other."""
    started = time.perf_counter()
    count = 0
    try:
        for finding in run():
            count += 1
            if len(outcome.findings) < KEPT:
                outcome.findings.append((check.name, finding))
            if tell is not None:
                tell(check.name, finding)
    except Exception as error:
        log.exception("check_failed", check=check.name)
        outcome.failed[check.name] = plain(words_of(error))[:500]
        snapshot()
    outcome.counts[check.name] = outcome.counts.get(check.name, 0) + count
    spent = outcome.seconds.get(check.name, 0.0) + time.perf_counter() - started
    outcome.seconds[check.name] = round(spent, 3)


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
