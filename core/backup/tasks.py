"""What the worker does about backups: one every night, verified, and old ones removed."""

from __future__ import annotations

import structlog
from celery import shared_task
from flask import current_app

from core import outbox
from core.backup import rules
from core.backup.events import BackupFailed
from core.backup.models import BackupRun
from core.backup.place import BackupInWork, Place, this_place
from core.backup.queries import backup_standing
from core.backup.service.checking import check
from core.backup.service.making import make
from core.clock import local_day, now
from core.database import session, transaction
from core.settings import Settings

log = structlog.get_logger(__name__)
LONGEST_ERROR = 2000


@shared_task(name="core.backup.nightly")
def nightly() -> str:
    """Make this night's backup when it is due; a failure is tried again an hour later.

    Returns:
        The name of the backup that was made, empty when none was.
    """
    place = this_place()
    if place is None:
        return ""
    standing, begun = backup_standing(), now()
    session.rollback()
    if not rules.is_due(begun, last_good=standing.last_good, last_failed=standing.last_failed):
        return ""
    run = BackupRun(started_at=begun, state="good", name=rules.name_of(begun))
    try:
        made = make(place, at=begun)
        run.size_bytes = made.manifest.size_bytes
        _manifest, findings = check(made.folder)
        run.error = "\n".join(findings)
    except BackupInWork:
        return ""
    except Exception as error:  # noqa: BLE001 - whatever it was, operators are told and the next hour tries again
        run.error = str(error) or type(error).__name__
    if run.error:
        _failed(run)
        return ""
    _thin_out(place)
    run.ended_at = now()
    with transaction() as current:
        current.add(run)
    log.info("backup_made", name=run.name, bytes=run.size_bytes)
    return run.name


def _failed(run: BackupRun) -> None:
    run.state, run.error, run.ended_at = "failed", run.error[:LONGEST_ERROR], now()
    log.error("backup_failed", name=run.name, error=run.error)
    night = rules.last_night(run.started_at)
    with transaction() as current:
        last = backup_standing().last_failed
        current.add(run)
        if last is None or last < night:
            outbox.record(BackupFailed(local_day(night).isoformat(), run.error))


def _thin_out(place: Place) -> None:
    """Remove what is not kept; a folder that cannot be removed makes the backup no worse."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        for name in place.thin_out(days=settings.backup_keep_days, months=settings.backup_keep_months):
            log.info("backup_removed", name=name)
    except OSError as error:
        log.warning("backups_not_thinned_out", error=str(error))
