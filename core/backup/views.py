"""What `/metrics` tells of backups."""

from prometheus_client import Gauge

from core.backup.queries import backup_standing
from core.backup.service.storage import this_backup_folder
from core.clock import now
from core.health.views import UNKNOWN, unknown_without_database

AGE = Gauge("guiyuan_backup_age_seconds", "Since the last good backup was begun; +Inf: there is none")
FAILED = Gauge("guiyuan_backups_failed", "Backups that failed since the last good one")


def measure() -> None:
    """Set the gauges; without BACKUP_DIR there is no schedule, and no age either."""
    if this_backup_folder() is None:
        AGE.set(UNKNOWN)
        FAILED.set(UNKNOWN)
        return
    with unknown_without_database(AGE, FAILED):
        standing = backup_standing()
        AGE.set((now() - standing.last_good).total_seconds() if standing.last_good else float("inf"))
        FAILED.set(standing.failed)
