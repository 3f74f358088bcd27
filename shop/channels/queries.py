"""Imports of outside shops, and how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.database import session
from core.errors import NotFound
from core.work_claims import in_work
from shop.channels.models import OutsideImport

MOST_SHOWN = 20
BY_CONSOLE = "channels.import"  # the claim of `flask channels import`; imports of the page are jobs


def get_import(public_id: str) -> OutsideImport:
    """One import.

    Raises:
        NotFound: there is none with this id.
    """
    row = session.scalars(select(OutsideImport).where(OutsideImport.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound(code="import_unknown")
    return row


def state_of(row: OutsideImport, *, at: datetime) -> str:
    """Its state; one that a console was booking, and is not any more, has failed."""
    left = row.state == "applying" and row.job_id is None and not in_work(BY_CONSOLE, row.public_id, at=at)
    return "failed" if left else row.state


def imports_of(storefront_ids: Sequence[int]) -> Sequence[OutsideImport]:
    """The latest imports of these storefronts, the newest first."""
    wanted = select(OutsideImport).where(OutsideImport.storefront_id.in_(storefront_ids))
    return session.scalars(wanted.order_by(OutsideImport.id.desc()).limit(MOST_SHOWN)).all()


def plans_in_use(keys: Sequence[str]) -> set[str | None]:
    """Those of these keys of plans that an import still needs."""
    return set(session.scalars(select(OutsideImport.plan_key).where(OutsideImport.plan_key.in_(keys))))
