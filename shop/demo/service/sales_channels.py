"""Where the nurseries of the demonstration say that they sell, and which days their invented records cover."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from branch import api as branch
from core.clock import local_day
from shop.demo.rules.plan import TownPlan

REFERENCE = "demo"


def declare_channels(
    plan: TownPlan, growers: Sequence[branch.GrowerView], *, since: date, at: datetime
) -> None:
    """Every nursery says where it sells, since `since`, and its records cover the days from their first to yesterday."""
    for nursery, grower in zip(plan.nurseries, growers, strict=True):
        for channel, address in (("taobao", nursery.taobao_shop), ("website", nursery.website)):
            sells = address is not None
            branch.declare_channel(
                grower.id, channel, sells=sells, since=since if sells else None, by_account_id=None, at=at
            )
            if sells:
                branch.record_coverage(
                    grower.id,
                    channel,
                    first_day=nursery.records_since,
                    last_day=local_day(at) - timedelta(days=1),
                    reference=REFERENCE,
                    at=at,
                )
