"""What operators decided about work that failed. Rows are only ever added."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.append_only import guard
from core.database import Record, fk


class FailureDecision(Record):
    """Somebody had a failed event, message or row tried again, or set it aside with a reason.

    `subject` is its number in the table of its kind, `what` names it as it was then. Nobody's account: the command line.
    """

    __tablename__ = "failure_decision"
    __table_args__ = (
        CheckConstraint("kind IN ('event', 'message', 'work')", name="kind_known"),
        CheckConstraint("step IN ('again', 'aside')", name="step_known"),
        CheckConstraint("step = 'again' OR reason <> ''", name="reason_given"),
        Index("ix_failure_decision_kind_subject", "kind", "subject"),
    )

    kind: Mapped[str] = mapped_column(String(8))
    subject: Mapped[int]
    what: Mapped[str] = mapped_column(String(300))
    step: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True)
    at: Mapped[datetime]


guard(FailureDecision)
