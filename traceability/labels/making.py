"""Large batches: the codes are made, typeset and kept for a day by a worker that shows how far it is."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select, update

from core import files
from core.database import changed, session, transaction
from core.errors import Conflict
from traceability.codes import issuing
from traceability.codes.models import CodeBatch
from traceability.codes.queries import BatchView, get_batch
from traceability.codes.service import void_batch
from traceability.codes.states import BatchState
from traceability.labels.codes import code_file
from traceability.lots.queries import get_lot

KEEP_FOR = timedelta(hours=24)
CONTENT_TYPES = {"csv": "text/csv"}


def waiting() -> list[tuple[str, str | None]]:
    """Batches whose codes may be made: (number, job), the oldest first."""
    rows = session.execute(
        select(CodeBatch.number, CodeBatch.job_id)
        .where(CodeBatch.state == str(BatchState.APPROVED))
        .order_by(CodeBatch.id)
    )
    return [(number, job_id) for number, job_id in rows]


def make_file(
    batch_number: str, *, public_url: str, now: Callable[[], datetime], tick: Callable[[int], None]
) -> BatchView:
    """Make the codes of an approved batch and their file: an edge of its own, in two transactions.

    A worker that died in between has left codes that nobody has seen: they are voided, and the batch has to be
    asked for again.

    Raises:
        Conflict: another worker makes it (`batch_state`), or it was left half made (`batch_half_made`).
        LicenceNotValid, Conflict: as `issuing.make_codes`.
    """
    batch = get_batch(batch_number)
    if batch.state is BatchState.MADE:
        if batch.file_key is None and batch.states.get("reserved"):
            _void_half_made(batch, now())
        return batch
    with transaction():
        at = now()
        codes = tuple(
            one
            for some in issuing.make_codes(batch_number, at=at, by=batch.issued_by_account_id)
            for one in some
        )
    issued = issuing.IssuedCodes(get_batch(batch_number), codes)
    content = code_file(
        issued, get_lot(id=batch.lot_id), ending=batch.form or "pdf", public_url=public_url, at=at, tick=tick
    )
    content_type = CONTENT_TYPES.get(batch.form, "application/pdf")
    key = files.put(content, kind="code_file", content_type=content_type, public=False)
    with transaction():
        at = now()
        return issuing.note_printed(
            batch_number, file_key=key, until=at + KEEP_FOR, at=at, by=batch.issued_by_account_id
        )


def _void_half_made(batch: BatchView, at: datetime) -> None:
    with transaction():
        void_batch(
            batch.number, grower_id=batch.grower_id, reason=_("its file was never made"), at=at, by=None
        )
    raise Conflict(
        _("The file could not be made; its codes are void. Ask for the batch again."), code="batch_half_made"
    )


def forget_files(*, at: datetime) -> int:
    """Remove the files of codes that have been there for a day; how many. An edge of its own."""
    with transaction():
        rows = session.execute(
            select(CodeBatch.id, CodeBatch.file_key).where(CodeBatch.file_until <= at)
        ).all()
        ids = [row.id for row in rows]
        changed(update(CodeBatch).where(CodeBatch.id.in_(ids)).values(file_key=None, file_until=None))
    for row in rows:
        if row.file_key:
            files.forget(row.file_key)
    return len(rows)
