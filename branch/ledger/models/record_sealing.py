"""What the public log keeps of what reports rest on besides sales: words on channels, covered days, costs."""

from datetime import date
from typing import Any

from sqlalchemy import select

from branch.ledger.models.tables import ChannelCoverage, GrowerCost, SalesChannel
from core import seal

DECLARED = "sales_channel"
COVERED = "channel_coverage"
COST = "grower_cost"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _declaration_subject(row: SalesChannel) -> str:
    return f"sales-channel/{row.grower_id}/{row.channel}/{row.version}"


def _declaration_body(row: SalesChannel) -> dict[str, Any]:
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


def _coverage_subject(row: ChannelCoverage) -> str:
    return f"coverage/{row.grower_id}/{row.channel}/{row.reference}"


def _coverage_body(row: ChannelCoverage) -> dict[str, Any]:
    return {
        "grower_id": row.grower_id,
        "channel": row.channel,
        "shop": row.shop,
        "first_day": _day(row.first_day),
        "last_day": _day(row.last_day),
        "reference": row.reference,
        "recorded_at": seal.moment(row.recorded_at),
    }


def _cost_subject(row: GrowerCost) -> str:
    return f"cost/{row.grower_id}/{row.season}/{row.purpose}/{row.version}"


def _cost_body(row: GrowerCost) -> dict[str, Any]:
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
    seal.append(COST, _cost_subject(row), _cost_body(row))


def seal_declaration(row: SalesChannel) -> None:
    """Seal a grower's word that has just been written."""
    seal.append(DECLARED, _declaration_subject(row), _declaration_body(row))


def seal_coverage(row: ChannelCoverage) -> None:
    """Seal covered days that have just been written."""
    seal.append(COVERED, _coverage_subject(row), _coverage_body(row))


_KINDS: tuple[tuple[str, Any, Any, Any], ...] = (
    (DECLARED, SalesChannel, _declaration_subject, _declaration_body),
    (COVERED, ChannelCoverage, _coverage_subject, _coverage_body),
    (COST, GrowerCost, _cost_subject, _cost_body),
)
# Each kind has the name of its table.
SOURCES = tuple(
    seal.SealSource(kind, seal.bodies_of(select(model).order_by(model.id), subject, body), tables=(kind,))
    for kind, model, subject, body in _KINDS
)
