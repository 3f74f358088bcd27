"""Applying an import from its edges (command, task): chunk by chunk, each chunk one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from branch import api as branch
from core.database import transaction
from core.progress.events import JobFailed
from shop.channels.rules.outside_orders import OutsideOrder
from shop.channels.service import importing
from shop.channels.service.booking import Shop


def shop_of(storefront: branch.StorefrontView) -> Shop:
    """The storefront as facts know it."""
    return Shop(public_id=storefront.public_id, grower_id=storefront.grower_id, channel=storefront.channel)


def apply_import(
    import_id: int,
    orders: Sequence[OutsideOrder],
    storefront: branch.StorefrontView,
    *,
    at: datetime,
    progress: Callable[[int], None] | None = None,
    still_ours: Callable[[], None] = lambda: None,
    on_finished: Callable[[Counter[str]], None] = lambda _counts: None,
) -> Counter[str]:
    """Apply all chunks of a claimed import; what was done before a crash is met again as unchanged.

    Args:
        progress: told how many orders are done, between transactions.
        still_ours: called at the head of each transaction; what it raises undoes that one and stops.
        on_finished: told the counts in the last transaction.
    """
    shop = shop_of(storefront)
    words = importing.cultivar_words()
    counts: Counter[str] = Counter()
    done = 0
    for chunk in importing.chunks(orders):
        with transaction():
            still_ours()
            counts += importing.apply_orders(
                chunk, import_id=import_id, storefront_id=storefront.id, shop=shop, words=words, at=at
            )
        done += len(chunk)
        if progress is not None:
            progress(done)
    with transaction():
        importing.finish(import_id, shop, at=at)
        on_finished(counts)
    return counts


def note_failed_import(event: JobFailed, *, event_id: str) -> None:  # noqa: ARG001 - every handler gets the id
    """The job of an import came to nothing: its page says so, and offers to try again."""
    importing.note_state(event.public_id, failed=True)
