"""What is known of the nightly backups."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.backup.models.runs import BackupRun
from core.clock import now
from core.database import session


@dataclass(frozen=True, slots=True)
class BackupStanding:
    """`failed` counts the runs that failed since the last good one."""

    last_good: datetime | None
    last_failed: datetime | None
    failed: int


def backup_standing() -> BackupStanding:
    """When a backup was good last, and what went wrong since; two small queries.

    A run that lies ahead was written by a clock that was wrong: it keeps nobody from making the next one.
    """
    happened = BackupRun.started_at <= now()
    last_good = session.scalar(
        select(func.max(BackupRun.started_at)).where(BackupRun.state == "good", happened)
    )
    failed = select(func.count(), func.max(BackupRun.started_at)).where(BackupRun.state == "failed", happened)
    if last_good is not None:
        failed = failed.where(BackupRun.started_at > last_good)
    count, last_failed = session.execute(failed).one()
    return BackupStanding(last_good, last_failed, count)
