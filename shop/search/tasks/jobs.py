"""The nightly re-index (sale windows open and close by the clock, without an event), and a first index made by itself."""

from celery import shared_task

from core.clock import now
from core.work_claims import InWork
from shop.search.tasks import rebuilding


@shared_task(name="shop.search.rebuild")
def rebuild_index() -> int:
    """Build a new index and swap it in, unless somebody is at it."""
    try:
        return rebuilding.rebuild(at=now())
    except InWork:
        return 0


@shared_task(name="shop.search.rebuild_missing")
def rebuild_missing_index() -> int:
    """Build the index where there is none, and make good what a killed rebuild left; nobody has to think of it."""
    return rebuilding.tend(at=now())
