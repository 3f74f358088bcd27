"""Doing the long jobs of `core.progress.service.starting`: one worker at a time, by a claim; failures kept; what died taken up again.

A task calls `work(job_id, do)` and nothing else; `do(job)` tells how far it is and ends with `job.finish`.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery import shared_task
from flask import Flask, current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from core.clock import now
from core.database import roll_back_after, session, transaction, within_transaction
from core.database_errors import database_away, plain
from core.errors import DomainError, Forbidden, Unavailable
from core.jobs import send_soon
from core.progress.models import JOB, OPEN
from core.progress.queries import dead_jobs, get_row, silent_jobs
from core.progress.service.moving import change, move, tell_failed
from core.progress.service.starting import SEND_AGAIN_AFTER, Authority
from core.sweeps import note_failure
from core.work_claims import (
    CLAIM_FOR,
    Claim,
    ClaimLost,
    InWork,
    NotDue,
    Retry,
    fail_or_give_back,
    find_claim,
    take_claim,
)

log = structlog.get_logger(__name__)
RETRY = Retry(first=timedelta(seconds=30), longest=timedelta(minutes=30), attempts=5)
LONGEST_SILENCE = timedelta(hours=1)
AT_ONCE = 200


# Whether an account still holds what a job of its needs: asked of the room that knows.
StillHolds = Callable[[int, Authority], bool]
EXTENSION = "job_authority"


def set_authority(app: Flask, still_holds: StillHolds) -> None:
    """Say who is asked whether the owner of a job may still do what it does; wired by the policy."""
    app.extensions[EXTENSION] = still_holds


@dataclass
class Job:
    """A job in our hands. Every step first renews the claim, so a worker that was overtaken writes nothing.

    While it is in hand the schedule sends it again when the claim has run out, and after a failure when its turn comes.
    """

    public_id: str
    claim: Claim
    ended: bool = False

    def advance(self, done: int, *, total: int | None = None, message: str = "") -> None:
        """Say how far the job is; between transactions, never inside one.

        Raises:
            ClaimLost: another worker took over; stop, and keep nothing.
        """
        values: dict[str, Any] = {"state": "running", "done": done, "message": message}
        values["send_again_at"] = now() + self.claim.claim_for
        if total is not None:
            values["total"] = total
        with transaction():
            self.claim.renew()
            move(self.public_id, **values)

    def renew(self) -> None:
        """Keep the claim; at the head of a transaction this makes all of it conditional on its being ours still.

        Raises:
            ClaimLost: another worker took over.
        """
        self.claim.renew()

    def finish(self, *, result_url: str | None = None, message: str = "") -> None:
        """The job is done; the page leads to `result_url`. Call it in the transaction that writes the result.

        Raises:
            ClaimLost: another worker took over; the transaction keeps nothing.
            Forbidden: its owner may not do this any more (`authority_ended`); nothing is kept either.
        """
        with within_transaction():
            _require_authority(self.public_id)
        self._end(state="done", result_url=result_url, message=message)

    def fail(self, message: str, *, may_retry: bool = False) -> None:
        """The job cannot be done; `message` says in the user's words what to do."""
        self._end(state="failed", message=message, may_retry=may_retry)

    def _end(self, **values: Any) -> None:
        values["message"] = plain(values["message"])
        with within_transaction():
            self.claim.done()
            move(self.public_id, **values)
            if values["state"] == "failed":
                tell_failed(self.public_id, values["message"])
        self.ended = True


def work(public_id: str, do: Callable[[Job], None], *, claim_for: timedelta = CLAIM_FOR) -> None:
    """Do a job, unless it is done, in other hands or not due; an edge: opens transactions of its own.

    What a rule refuses ends the job with its sentence. What fails otherwise is tried again after a while, and ends
    the job after the last attempt; the cause stays on its claim. Whether its owner may still do this is asked each time. `do` must bear to be repeated from its beginning.

    Args:
        claim_for: longer than from one `advance` to the next.
    """
    with transaction():
        row = get_row(public_id)
        locale, is_open = row.locale, row.state in OPEN
    if not is_open:
        return
    with force_locale(locale) if locale else nullcontext():
        try:
            claim = take_claim(JOB, public_id, claim_for=claim_for, when_due=True, retry=RETRY)
        except InWork:
            return
        except NotDue:
            _end_if_dead(public_id)
            return
        _hold(Job(public_id, claim), do)


def _hold(job: Job, do: Callable[[Job], None]) -> None:
    try:
        if not _still_open(job):
            return
        with transaction():
            _require_authority(job.public_id)
        do(job)
        if not job.ended:
            raise RuntimeError(f"the work of job {job.public_id} ended without a result")
    except ClaimLost:
        session.rollback()
        log.warning("job_overtaken", job=job.public_id)
    except Unavailable as error:
        _let_go(job, error)
    except DomainError as error:
        _refuse(job, error)
    except BaseException as error:
        _let_go(job, error)
        if not isinstance(error, Exception):
            raise
        if not database_away(error):
            _end_if_dead(job.public_id)


def _require_authority(public_id: str) -> None:
    """What was asked for with a role that ended since is not done, now or after another try."""
    row = get_row(public_id)
    if row.owner_account_id is None or not row.needs:
        return
    needs = Authority(row.needs, row.needs_unit_id, row.needs_grower_id)
    still_holds: StillHolds = current_app.extensions[EXTENSION]
    if not still_holds(row.owner_account_id, needs):
        raise Forbidden(
            _("Whoever asked for this may not do it any more. Somebody who may has to ask for it anew."),
            code="authority_ended",
            may_retry=False,
        )


def _let_go(job: Job, error: BaseException) -> None:
    fail_or_give_back(job.claim, error)
    if database_away(error):
        return  # nobody can write; the schedule looks when the claim has run out
    with transaction():
        claim = find_claim(JOB, job.public_id)
        turn = now() + SEND_AGAIN_AFTER if claim is None else claim.available_at
        change(job.public_id, send_again_at=turn)


def _refuse(job: Job, error: DomainError) -> None:
    session.rollback()
    try:
        job.fail(str(error), may_retry=error.details.get("may_retry", True))
    except ClaimLost:
        log.warning("job_overtaken", job=job.public_id)


def _still_open(job: Job) -> bool:
    """Another worker may have ended it between our look and our claim."""
    with transaction():
        if get_row(job.public_id).state in OPEN:
            change(job.public_id, sendings=0, send_again_at=now() + job.claim.claim_for)
            return True
        job.claim.done()
    return False


def _end_if_dead(public_id: str) -> None:
    with transaction():
        claim = find_claim(JOB, public_id)
        if claim is None or claim.dead_at is None:
            return
        message = _("It failed several times and is not tried again by itself. The cause has been noted.")
        move(public_id, state="failed", message=message, may_retry=True)
        tell_failed(public_id, message)


def resume(*, at: datetime) -> int:
    """Send again what was never taken up, or whose worker died; ends what died too often. An edge.

    Returns:
        How many were sent.
    """
    session.rollback()
    for public_id in dead_jobs(limit=AT_ONCE):
        _alone(_end_if_dead, public_id)
    with transaction():
        silent = silent_jobs(at=at, limit=AT_ONCE)
        for public_id, sendings in silent:
            wait = min(SEND_AGAIN_AFTER * 2 ** min(sendings + 1, 10), LONGEST_SILENCE)
            change(public_id, sendings=sendings + 1, send_again_at=at + wait)
    return sum(_alone(_send_again, public_id) for public_id, _sendings in silent)


def _alone(do: Callable[[str], object], public_id: str) -> bool:
    """Do something about one job; one of which that is impossible is noted as failed and keeps no other."""
    try:
        return bool(do(public_id))
    except Exception as error:  # noqa: BLE001 - a job may fail in any way; what ends the run goes on
        roll_back_after(error)
        note_failure(JOB, public_id, error, retry=RETRY)
        return False


def _send_again(public_id: str) -> bool:
    with transaction():
        row = get_row(public_id)
        task, args = row.task, tuple(row.args)
    return send_soon(task, public_id, *args)


@shared_task(name="core.jobs.resume")
def resume_jobs() -> int:
    """Send long jobs again whose task was lost, or whose worker died."""
    return resume(at=now())
