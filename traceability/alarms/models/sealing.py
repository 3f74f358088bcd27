"""What is sealed of alarms: every version of the rules' thresholds."""

from collections.abc import Iterator

from sqlalchemy import select

from core import seal
from core.database import session
from core.seal import Body, SealSource
from core.seal.rules.entries import moment
from traceability.alarms.models.tables import RuleThresholds

KIND = "rule_thresholds"


def subject(row: RuleThresholds) -> str:
    """The version as the log knows it."""
    return f"rule_thresholds/{row.version}"


def sealed_body(row: RuleThresholds) -> dict[str, object]:
    """The numbers, why, by which account and when."""
    return {
        "version": row.version,
        "values": dict(sorted(row.values.items())),
        "reason": row.reason,
        "by": row.by_account_id,
        "at": moment(row.at),
    }


def append(row: RuleThresholds) -> None:
    """Seal a new version."""
    seal.append(KIND, subject(row), sealed_body(row))


def _bodies() -> Iterator[tuple[str, Body]]:
    for row in session.scalars(select(RuleThresholds).order_by(RuleThresholds.version)):
        yield subject(row), sealed_body(row)


SOURCE = SealSource(KIND, _bodies, tables=("rule_thresholds",))
