"""A failed job is tried again because its owner asks for it."""

from flask_babel import gettext as _

from core.clock import now
from core.database import session
from core.errors import Conflict
from core.progress.models import JOB
from core.progress.queries import get_row
from core.progress.service.starting import send_after_commit
from core.work_claims import forget


def again(public_id: str) -> None:
    """Try a failed job again, because its owner asks for it; in the caller's transaction.

    Raises:
        NotFound: no such job.
        Conflict: it did not fail, or cannot be repeated.
    """
    row = get_row(public_id, lock=True)
    if row.state != "failed" or not row.may_retry:
        raise Conflict(_("This is not waiting for another try."), code="job_not_failed")
    forget(JOB, public_id)
    row.state, row.message, row.done, row.may_retry = "waiting", "", 0, False
    row.started_at = row.updated_at = now()
    row.sendings = 0
    session.flush()
    send_after_commit(row)
