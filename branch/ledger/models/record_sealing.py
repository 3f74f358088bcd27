"""What the public log keeps of what reports rest on besides sales: words on channels, covered days, costs."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select

from branch.ledger.models.tables import ChannelCoverage, GrowerCost, SalesChannel
from core import seal
from core.database import session

DECLARED = "sales_channel"
COVERED = "channel_coverage"
COST = "grower_cost"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def declaration_subject(row: SalesChannel) -> str:
    """How the log calls one version of a grower's word on a channel."""
    return f"sales-channel/{row.grower_id}/{row.channel}/{row.version}"


def declaration_body(row: SalesChannel) -> dict[str, Any]:
    """Everything that one version says."""
    return {
        "grower_id": row.grower_id,
        "channel": row.channel,
        "version": row.version,
        "sells": row.sells,
        "since": _day(row.since),
        "until": _day(row.until),
        "by": row.by_account_id,
        "at": seal.moment(row.at),
    }


def coverage_subject(row: ChannelCoverage) -> str:
    """How the log calls the days that one import covers."""
    return f"coverage/{row.grower_id}/{row.channel}/{row.reference}"


def coverage_body(row: ChannelCoverage) -> dict[str, Any]:
    """The channel, the shop, the days and the import."""
    return {
        "grower_id": row.grower_id,
        "channel": row.channel,
        "shop": row.shop,
        "first_day": _day(row.first_day),
        "last_day": _day(row.last_day),
        "reference": row.reference,
        "recorded_at": seal.moment(row.recorded_at),
    }


def cost_subject(row: GrowerCost) -> str:
    """How the log calls one version of an amount."""
    return f"cost/{row.grower_id}/{row.season}/{row.purpose}/{row.version}"


def cost_body(row: GrowerCost) -> dict[str, Any]:
    """Everything that one version says."""
    return {
        "grower_id": row.grower_id,
        "season": row.season,
        "purpose": row.purpose,
        "version": row.version,
        "amount_minor": row.amount_minor,
        "note": row.note,
        "by": row.by_account_id,
        "at": seal.moment(row.at),
    }


def seal_cost(row: GrowerCost) -> None:
    """Seal an amount that has just been written."""
    seal.append(COST, cost_subject(row), cost_body(row))


def seal_declaration(row: SalesChannel) -> None:
    """Seal a grower's word that has just been written."""
    seal.append(DECLARED, declaration_subject(row), declaration_body(row))


def seal_coverage(row: ChannelCoverage) -> None:
    """Seal covered days that have just been written."""
    seal.append(COVERED, coverage_subject(row), coverage_body(row))


def _declarations() -> Iterator[tuple[str, seal.Body]]:
    for row in session.scalars(select(SalesChannel).order_by(SalesChannel.id)):
        yield declaration_subject(row), declaration_body(row)


def _coverage() -> Iterator[tuple[str, seal.Body]]:
    for row in session.scalars(select(ChannelCoverage).order_by(ChannelCoverage.id)):
        yield coverage_subject(row), coverage_body(row)


def _costs() -> Iterator[tuple[str, seal.Body]]:
    for row in session.scalars(select(GrowerCost).order_by(GrowerCost.id)):
        yield cost_subject(row), cost_body(row)


SOURCES = (
    seal.SealSource(kind=DECLARED, bodies=_declarations, tables=("sales_channel",)),
    seal.SealSource(kind=COVERED, bodies=_coverage, tables=("channel_coverage",)),
    seal.SealSource(kind=COST, bodies=_costs, tables=("grower_cost",)),
)
