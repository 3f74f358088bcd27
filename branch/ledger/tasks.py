"""What the worker does for the ledger."""

from celery import shared_task

from branch.ledger import rollup
from core.database import transaction


@shared_task(name="branch.ledger.refresh_rollups")
def refresh_rollups() -> int:
    """Recompute the daily sums of the days that changed."""
    with transaction():
        return rollup.refresh_rollups()
