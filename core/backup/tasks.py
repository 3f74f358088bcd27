"""What the worker does about backups: one every night, verified, and old ones removed."""

from __future__ import annotations

import structlog
from celery import shared_task

from core.backup import rules
from core.backup.events import BackupFailed, FaultsFoundByBackup
from core.backup.models.runs import BackupRun
from core.backup.queries import backup_standing
from core.backup.service.checking import refuse_unsound
from core.backup.service.making import make
from core.backup.service.storage import BackupFolder, BackupInWork, this_backup_folder
from core.clock import local_day, now
from core.database import session, transaction
from core.database_errors import plain
from core.outbox import service as outbox
from core.settings import current_settings

log = structlog.get_logger(__name__)
LONGEST_ERROR = 2000


@shared_task(name="core.backup.nightly")
def nightly() -> str:
    """Make this night's backup when it is due; a failure is tried again an hour later.

    Returns:
        The name of the backup that was made, empty when none was.
    """
    place = this_backup_folder()
    if place is None:
        return ""
    standing, started_at = backup_standing(), now()
    session.rollback()
    if not rules.is_due(started_at, last_good=standing.last_good, last_failed=standing.last_failed):
        return ""
    run = BackupRun(started_at=started_at, state="good", name=rules.name_of(started_at))
    try:
        made = make(place, at=started_at)
        refuse_unsound(place, made.folder)
    except BackupInWork:
        return ""
    except Exception as error:  # noqa: BLE001 - whatever it was, operators are told and the next hour tries again
        run.error = str(error) or type(error).__name__
        _failed(run)
        return ""
    run.size_bytes, run.error = made.manifest.size_bytes, "\n".join(made.manifest.problems)[:LONGEST_ERROR]
    _thin_out(place)
    run.ended_at = now()
    with transaction() as current:
        current.add(run)
        if run.error:
            outbox.record(FaultsFoundByBackup(_night_of(run), run.error))
    log.info("backup_made", name=run.name, bytes=run.size_bytes, faults=len(made.manifest.problems))
    return run.name


def _failed(run: BackupRun) -> None:
    run.state, run.error, run.ended_at = "failed", plain(run.error)[:LONGEST_ERROR], now()
    log.error("backup_failed", name=run.name, error=run.error)
    with transaction() as current:
        last = backup_standing().last_failed
        current.add(run)
        if last is None or last < rules.last_night(run.started_at):
            outbox.record(BackupFailed(_night_of(run), run.error))


def _night_of(run: BackupRun) -> str:
    return local_day(rules.last_night(run.started_at)).isoformat()


def _thin_out(place: BackupFolder) -> None:
    """Remove what is not kept; a folder that cannot be removed makes the backup no worse."""
    settings = current_settings()
    try:
        for name in place.thin_out(days=settings.backup_keep_days, months=settings.backup_keep_months):
            log.info("backup_removed", name=name)
    except OSError as error:
        log.warning("backups_not_thinned_out", error=str(error))
