"""When the nightly run is due, and what makes two findings the same one. Pure."""

from datetime import datetime, time, timedelta
from hashlib import sha256

from core.clock import last_time
from core.seal.rules.findings import Finding

# After the backup, before the reports.
NIGHTLY_AT = time(2, 30)
# A run that could not ask everything is tried again.
TRY_AGAIN_AFTER = timedelta(hours=1)
# What is older says nothing of the present: a night and some hours of a machine that was off.
STALE_AFTER = timedelta(hours=30)


def is_due(at: datetime, *, last: datetime | None, last_failed: bool) -> bool:
    """Whether a whole run should begin: none did this night, or the last one failed an hour ago.

    Args:
        at: now.
        last: when the last whole run began.
        last_failed: whether it could not ask everything.
    """
    if last is None or last < last_time(NIGHTLY_AT, at=at):
        return True
    return last_failed and at - last >= TRY_AGAIN_AFTER


def digest_of(check: str, finding: Finding) -> str:
    """What stays the same while the same row is at fault in the same way, whatever it differs in by then."""
    return sha256(f"{check}\n{finding.table}\n{finding.what}\n{finding.code}".encode()).hexdigest()


def line_of(finding: Finding) -> str:
    """A finding on one line: table, row and what differs."""
    words = f"{finding.table or 'log'} {finding.what}: {finding.text}"
    return " ".join(words.split())
