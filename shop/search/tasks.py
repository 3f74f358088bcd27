"""The nightly re-index: sale windows open and close by the clock, without an event."""

from celery import shared_task

from core.clock import now
from shop.search import service


@shared_task(name="shop.search.rebuild")
def rebuild_index() -> int:
    """Build a new index and swap it in."""
    return service.rebuild(at=now())
