"""What the worker does for listings."""

from celery import shared_task

from core.clock import now
from core.progress.tasks import work
from shop.catalogue.tasks import photo_making


@shared_task(name="shop.catalogue.make_photo")
def make_photo(job_id: str, public_id: str) -> None:
    """Make the three pictures of an uploaded one."""
    work(job_id, lambda job: photo_making.make_photo(public_id, job, at=now()))


@shared_task(name="shop.catalogue.forget_originals")
def forget_originals() -> int:
    """Originals hold what the camera wrote; none stays without need."""
    return photo_making.forget_originals(at=now())
