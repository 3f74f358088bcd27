"""Applying an import from its edges (command, task): chunk by chunk, each chunk one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select

from branch import api as branch
from core.database import session, transaction
from core.errors import NotFound
from shop.channels import service
from shop.channels.booking import Shop
from shop.channels.models import OutsideImport
from shop.channels.orders import OutsideOrder


def shop_of(storefront: branch.StorefrontView) -> Shop:
    """The storefront as facts know it."""
    return Shop(public_id=storefront.public_id, grower_id=storefront.grower_id, channel=storefront.channel)


def get_import(public_id: str) -> OutsideImport:
    """One import.

    Raises:
        NotFound: there is none with this id.
    """
    row = session.scalars(select(OutsideImport).where(OutsideImport.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound(code="import_unknown")
    return row


def apply_import(
    import_id: int,
    orders: Sequence[OutsideOrder],
    storefront: branch.StorefrontView,
    *,
    at: datetime,
    progress: Callable[[int], None] | None = None,
) -> Counter[str]:
    """Apply all chunks of a claimed import; what was done before a crash is met again as unchanged.

    Args:
        progress: told how many orders are done, between transactions.
    """
    shop = shop_of(storefront)
    words = service.cultivar_words()
    counts: Counter[str] = Counter()
    done = 0
    for chunk in service.chunks(orders):
        with transaction():
            counts += service.apply_orders(
                chunk, import_id=import_id, storefront_id=storefront.id, shop=shop, words=words, at=at
            )
        done += len(chunk)
        if progress is not None:
            progress(done)
    with transaction():
        service.finish(import_id, shop, at=at)
    return counts
