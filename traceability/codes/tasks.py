"""Large batches: the codes are made, typeset and kept for a day by a worker that shows how far it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from celery import shared_task
from flask_babel import gettext as _

from core.clock import now
from core.database import session, transaction
from core.errors import Conflict, DomainError
from core.files import service as files
from core.progress.events import JobFailed
from core.progress.queries import get_progress
from core.progress.tasks import Job, work
from core.settings import current_settings
from core.work_claims import ClaimLost
from traceability.codes.queries.batches import BatchView, batch_of_job, files_in_use, get_batch
from traceability.codes.service import issuing
from traceability.codes.service.lifecycle import void_batch
from traceability.codes.service.printing import code_file
from traceability.codes.states import BatchState, CodeState
from traceability.lots.queries.records import get_lot

KEEP_FOR = timedelta(hours=24)
CONTENT_TYPES = {"csv": "text/csv"}
SHELF = "code_file"


@shared_task(name="traceability.labels.make")
def make(job_id: str, batch_number: str) -> None:
    """Make one batch's codes and file; the job's page leads to the file."""
    work(job_id, partial(make_file, batch_number))


@shared_task(name="traceability.labels.forget_files")
def forget_files() -> int:
    """Files with codes in clear are kept for a day only."""
    return forget_files_until(now())


def make_file(batch_number: str, job: Job) -> None:
    """Make the codes of an approved batch and their file, and end the job; an edge of its own.

    The codes are drawn and typeset first, and written, sealed and given out in one transaction at the end, which is
    conditional on the job's claim: of two workers only the one that holds it changes anything, and of a worker that
    died, or found the disk full, nothing is left but a file whose codes mean nothing. The next one begins anew.

    Raises:
        Unavailable: the file could not be kept.
        LicenceNotValid, Conflict: as `issuing.make_codes`.
        ClaimLost: another worker took over; nothing of ours is kept.
    """
    batch = get_batch(batch_number)
    if batch.state is BatchState.MADE:
        _finish_earlier_attempt(batch, job, now())
        return
    lot, codes = get_lot(id=batch.lot_id), issuing.draw_codes(batch)
    session.rollback()
    content = code_file(
        issuing.IssuedCodes(batch, codes), lot, ending=batch.form or "pdf",
        public_url=current_settings().base_url, at=now(), tick=job.advance,
    )  # fmt: skip
    content_type = CONTENT_TYPES.get(batch.form, "application/pdf")
    key = files.put(content, kind=SHELF, content_type=content_type, public=False)
    try:
        _make_printed_codes(batch, codes, job, key, now())
    except (ClaimLost, DomainError):  # certainly not committed: nobody can have the file
        files.forget(key)
        raise


def _make_printed_codes(
    batch: BatchView, codes: Sequence[issuing.IssuedCode], job: Job, key: str, at: datetime
) -> None:
    by = batch.issued_by_account_id
    with transaction():
        job.finish(result_url=f"/seller/codes/{batch.number}/file")
        issuing.make_codes(batch.number, codes, at=at, by=by)
        issuing.note_printed(batch.number, file_key=key, until=at + KEEP_FOR, at=at, by=by)


def _finish_earlier_attempt(batch: BatchView, job: Job, at: datetime) -> None:
    """A batch that was made by another: its file, or codes that an earlier version wrote before it had the file."""
    if batch.file_key is not None:
        job.finish(result_url=f"/seller/codes/{batch.number}/file")
        return
    with transaction():
        job.renew()
        if batch.states.get(CodeState.RESERVED):
            _void_unseen(batch, at)
    raise Conflict(
        _("The file could not be made; its codes are void. Ask for the batch again."),
        code="batch_half_made", may_retry=False,
    )  # fmt: skip


def _void_unseen(batch: BatchView, at: datetime) -> None:
    void_batch(
        batch.number, grower_id=batch.grower_id, reason=_("its file was never made"), at=at, by=None,
        states=frozenset({CodeState.RESERVED}),
    )  # fmt: skip


def void_half_made(event: JobFailed, *, event_id: str) -> None:  # noqa: ARG001 - every handler gets the id
    """A job came to nothing: codes that it made and nobody saw are void, and the plants free for another batch.

    So are those of a batch whose job nobody can try again.
    """
    number = batch_of_job(event.public_id)
    if number is None:
        return
    batch = get_batch(number)
    if batch.state is BatchState.MADE and batch.states.get(CodeState.RESERVED):
        _void_unseen(batch, now())
    elif not get_progress(event.public_id, at=now()).may_retry:
        issuing.abandon_batch(number, reason=event.message, at=now())


def forget_files_until(at: datetime) -> int:
    """Remove the files of codes that have been there for a day; how many. An edge of its own."""
    with transaction():
        keys = issuing.take_files_off(at=at)
    files.forget_each(key for key in keys if key)
    return len(keys) + _forget_unknown(at)


def _forget_unknown(at: datetime) -> int:
    """Files that a worker put and did not live to note, or noted as gone and did not live to remove."""
    old = files.keys_of(SHELF, until=at - KEEP_FOR)
    known = files_in_use(old)
    session.rollback()
    return files.forget_each(key for key in old if key not in known)
