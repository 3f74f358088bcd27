"""What the worker does about keys of forms: old ones are forgotten."""

from __future__ import annotations

from celery import shared_task

from core.clock import now
from core.database import transaction
from core.form_keys.service import FORGOTTEN_AT_ONCE, forget_used


@shared_task(name="core.form_keys.forget")
def forget() -> int:
    """Forget old keys, in small transactions, so that nobody waits long."""
    at, total = now(), 0
    while True:
        with transaction():
            forgotten = forget_used(at=at)
        total += forgotten
        if forgotten < FORGOTTEN_AT_ONCE:
            return total
