"""What was found when the books were held against each other."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record
from core.types import JSONType


class CheckRun(Record):
    """One run of the checks; written when it has ended. A `whole` one looks at everything, a `sample` at a few rows.

    `counts` are the findings by check, `seconds` how long each took; `failed` names the checks that could not be run,
    with the cause. `leaf_id` is the newest leaf of the log that there was when it began.
    """

    __tablename__ = "check_run"
    __table_args__ = (
        CheckConstraint("kind IN ('whole', 'sample')", name="kind_known"),
        CheckConstraint("outcome IN ('good', 'findings', 'failed')", name="outcome_known"),
        Index("ix_check_run_kind_started_at", "kind", "started_at"),
    )

    kind: Mapped[str] = mapped_column(String(6))
    outcome: Mapped[str] = mapped_column(String(8))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]] = mapped_column(JSONType)
    seconds: Mapped[dict[str, Any]] = mapped_column(JSONType)
    failed: Mapped[dict[str, Any]] = mapped_column(JSONType)
    leaf_id: Mapped[int] = mapped_column(default=0)


class CheckFinding(Record):
    """One thing that does not agree, as long as it does not: told once, however many nights it is found again.

    `digest` is over check, table, row and kind of fault (`code`); `gone_at` is when a whole run did not find it any more.
    """

    __tablename__ = "check_finding"
    __table_args__ = (Index("ix_check_finding_gone_at", "gone_at"),)

    digest: Mapped[str] = mapped_column(String(64), unique=True)
    check: Mapped[str] = mapped_column("check_name", String(40))
    table: Mapped[str] = mapped_column("table_name", String(80))
    code: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
