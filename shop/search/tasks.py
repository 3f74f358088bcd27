"""The nightly re-index (sale windows open and close by the clock, without an event), and a first index made by itself."""

from celery import shared_task

from core.clock import now
from shop.search import service


@shared_task(name="shop.search.rebuild")
def rebuild_index() -> int:
    """Build a new index and swap it in."""
    return service.rebuild(at=now())


@shared_task(name="shop.search.rebuild_missing")
def rebuild_missing_index() -> int:
    """Build the index where there is none, so that nobody has to think of it."""
    return service.rebuild_missing(at=now())
