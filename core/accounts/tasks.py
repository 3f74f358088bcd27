"""What the worker does for accounts: sign-ins that ended long ago are forgotten."""

from datetime import timedelta

from celery import shared_task

from core.accounts.queries.devices import FORGETTING, ids_to_forget
from core.accounts.service.devices import forget as forget_devices_by_id
from core.clock import now
from core.settings import current_settings
from core.sweeps import batch_by_batch

AT_ONCE = 500


@shared_task(name=FORGETTING)
def forget_devices() -> int:
    """Drop sign-ins that nobody asks about any more; how many. Nightly."""
    at, session_for = now(), timedelta(days=current_settings().session_days)
    return batch_by_batch(
        FORGETTING,
        lambda: ids_to_forget(at=at, session_for=session_for, limit=AT_ONCE),
        forget_devices_by_id,
    ).counted
