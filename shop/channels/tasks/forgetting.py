"""What was laid down of imports goes when nobody needs it any more."""

from __future__ import annotations

from datetime import datetime

from core.database import session
from core.files import service as files
from shop.channels import queries
from shop.channels.service.stored_plans import KEEP_FOR, SHELF


def forget_plans(*, at: datetime) -> int:
    """Remove what nobody needs any more: of imports that were booked, and what was laid down and never noted."""
    old = files.keys_of(SHELF, until=at - KEEP_FOR)
    wanted = queries.plans_in_use(old)
    session.rollback()
    return files.forget_each(key for key in old if key not in wanted)
