"""What is sealed of alarms: whom they doubt, what people made of it, and every version of the rules' thresholds."""

from sqlalchemy import select

from core import seal
from core.seal import SealSource, bodies_of
from core.seal.rules.entries import moment
from core.seal.service.sealed_rows import SealedRows
from traceability.alarms.models.tables import Alarm, AlarmChange, RuleThresholds

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


VERSIONS = select(RuleThresholds).order_by(RuleThresholds.version)
SOURCE = SealSource(KIND, bodies_of(VERSIONS, subject, sealed_body), tables=("rule_thresholds",))

ROWS = (
    SealedRows(
        "alarm",
        Alarm,
        columns=(
            "number", "subject_kind", "subject_key", "code_id", "grower_id", "alert", "state", "case_number",
            "first_at", "cleared_until",
        ),
        besides=("score", "last_at"),
    ),
    SealedRows(
        "alarm_change",
        AlarmChange,
        columns=("alarm_id", "step", "by_account_id", "at"),
        digests=("note",),
    ),
)  # fmt: skip
