"""Where a grower says that he sells, and which days the records of a channel cover."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from branch.growers.models.tables import Grower
from branch.ledger.models.record_sealing import seal_coverage, seal_declaration
from branch.ledger.models.tables import ChannelCoverage, SaleFactRow, SalesChannel
from branch.ledger.queries.channels import declarations_of
from branch.ledger.rules.coverage import OWN_SHOP
from branch.platforms.rules.shop_pages import Platform
from core.clock import local_day
from core.database import session
from core.errors import Invalid

PLATFORMS = tuple(str(platform) for platform in Platform)
EARLIER = "earlier-records"


def declare_channel(
    grower_id: int,
    channel: str,
    *,
    sells: bool,
    since: date | None = None,
    until: date | None = None,
    by_account_id: int | None,
    at: datetime,
) -> int:
    """Write down what a grower says of a channel as a new version, and seal it; saying the same again adds none.

    Adds to the caller's transaction.

    Returns:
        The number of the version that stands now.

    Raises:
        Invalid: `channel_days_wrong` (not in order, in the future, or for a channel that is not used),
            `channel_has_sales` (sales on record lie outside of what he says).
    """
    _judge(sells, since, until, at)
    _heed_records(grower_id, channel, sells=sells, since=since, until=until)
    session.execute(select(Grower.id).where(Grower.id == grower_id).with_for_update())
    last = declarations_of([grower_id]).get((grower_id, channel))
    if last is not None and (last.sells, last.since, last.until) == (sells, since, until):
        return last.version
    row = SalesChannel(
        grower_id=grower_id,
        channel=channel,
        version=last.version + 1 if last else 1,
        sells=sells,
        since=since,
        until=until,
        by_account_id=by_account_id,
        at=at,
    )
    session.add(row)
    session.flush()
    seal_declaration(row)
    return row.version


def _judge(sells: bool, since: date | None, until: date | None, at: datetime) -> None:
    days = [day for day in (since, until) if day is not None]
    in_order = days == sorted(days) and all(day <= local_day(at) for day in days)
    if not in_order or (days and not sells):
        raise Invalid(
            _("The days must be in order, and none of them may lie in the future."), code="channel_days_wrong"
        )


def _heed_records(
    grower_id: int, channel: str, *, sells: bool, since: date | None, until: date | None
) -> None:
    """Refuse a word that the records contradict. Refunds may come after the last sale."""
    first, last = session.execute(
        select(func.min(SaleFactRow.local_day), func.max(SaleFactRow.local_day)).where(
            SaleFactRow.grower_id == grower_id, SaleFactRow.channel == channel, SaleFactRow.kind == "sale"
        )
    ).one()
    if first is None:
        return
    if not sells or (since and first < since) or (until and last > until):
        raise Invalid(
            _(
                "There are sales of this channel on record from %(first)s to %(last)s.",
                first=first.isoformat(),
                last=last.isoformat(),
            ),
            code="channel_has_sales",
        )


def record_coverage(
    grower_id: int,
    channel: str,
    *,
    first_day: date,
    last_day: date,
    reference: str,
    shop: str = "",
    at: datetime,
) -> bool:
    """Write down that the records of `reference` hold all sales of a channel on these days, and seal it.

    Before the first such row of a channel, what was on record earlier (facts recorded before `at`) keeps the
    days that it spans. Repeating a reference changes nothing. Adds to the caller's transaction.

    Returns:
        Whether it was new.
    """
    if channel == OWN_SHOP:
        raise ValueError("the own shop records by itself")
    session.execute(select(Grower.id).where(Grower.id == grower_id).with_for_update())
    references = set(
        session.scalars(
            select(ChannelCoverage.reference).where(
                ChannelCoverage.grower_id == grower_id, ChannelCoverage.channel == channel
            )
        )
    )
    if reference in references:
        return False
    if not references and (earlier := _earlier_records(grower_id, channel, at)):
        _add(grower_id, channel, "", earlier, EARLIER, at)
    _add(grower_id, channel, shop, (first_day, last_day), reference, at)
    return True


def _earlier_records(grower_id: int, channel: str, at: datetime) -> tuple[date, date] | None:
    first, last = session.execute(
        select(func.min(SaleFactRow.local_day), func.max(SaleFactRow.local_day)).where(
            SaleFactRow.grower_id == grower_id,
            SaleFactRow.channel == channel,
            SaleFactRow.recorded_at < at,
        )
    ).one()
    return None if first is None else (first, last)


def _add(
    grower_id: int, channel: str, shop: str, days: tuple[date, date], reference: str, at: datetime
) -> None:
    row = ChannelCoverage(
        grower_id=grower_id,
        channel=channel,
        shop=shop,
        first_day=days[0],
        last_day=days[1],
        reference=reference,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    seal_coverage(row)
