"""What `/metrics` tells of backups."""

import structlog
from prometheus_client import Gauge

from core.backup.queries import backup_standing
from core.backup.service.storage import this_backup_folder
from core.clock import now
from core.database_errors import DatabaseError

log = structlog.get_logger(__name__)

AGE = Gauge("guiyuan_backup_age_seconds", "Since the last good backup was begun; +Inf: there is none")
FAILED = Gauge("guiyuan_backups_failed", "Backups that failed since the last good one")
UNKNOWN = float("nan")


def measure() -> None:
    """Set the gauges; without BACKUP_DIR there is no schedule, and no age either."""
    age = failed = UNKNOWN
    if this_backup_folder() is not None:
        try:
            standing = backup_standing()
        except DatabaseError as error:
            log.warning("metrics_without_database", error=type(error).__name__)
        else:
            failed = standing.failed
            age = (now() - standing.last_good).total_seconds() if standing.last_good else float("inf")
    AGE.set(age)
    FAILED.set(failed)
