"""What the worker does for the ledger."""

from celery import shared_task

from branch.ledger.service import daily_sums as rollup
from branch.ledger.service import reconciling
from core.clock import local_day, now
from core.sweeps import all_or_each


@shared_task(name="branch.ledger.refresh_rollups")
def refresh_rollups() -> int:
    """Recompute the daily sums of the days that changed; a day that cannot be summed up is left for its own turn."""
    return all_or_each(rollup.SUMMING, rollup.marked_days(at=now()), rollup.refresh_days).counted


@shared_task(name="branch.ledger.reconcile")
def reconcile() -> int:
    """Compare a month, drawn by the date, with the facts; the rows that differ, which are then put right."""
    run = reconciling.reconcile(local_day(now()), at=now())
    return 0 if run is None else run.differing
