"""What the worker does about files: remove what killed processes had not come to the end of writing."""

from celery import shared_task

from core.files import service as files


@shared_task(name="core.files.remove_torn")
def remove_torn_files() -> int:
    """Remove what killed processes had not come to the end of writing."""
    return files.remove_torn()
