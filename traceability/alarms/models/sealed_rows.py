"""What of alarms is sealed: whom they doubt, and what people made of it. What the rules reckon goes on changing."""

from core.seal.service.sealed_rows import SealedRows
from traceability.alarms.models.tables import Alarm, AlarmChange

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
