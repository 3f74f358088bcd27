"""What the committee asked about a report, and what the branch answered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from branch.reports.questions.states import PostKind
from core.database import Record, fk, one_of_check
from core.types import UTCDateTime


class ReportPost(Record):
    """One question, answer or withdrawal about a unit's report of a period; rows are only ever added.

    The thread goes on when a newer version replaces the one that was asked about, so it hangs on unit and
    period; `report_id` is the version on which the words were written. `number` counts the posts of a thread.
    """

    __tablename__ = "report_post"
    __table_args__ = (
        UniqueConstraint("unit_id", "period", "number"),
        CheckConstraint(one_of_check("kind", PostKind), name="kind_known"),
        CheckConstraint("(kind = 'question') = (about_id IS NULL)", name="replies_are_about_a_question"),
        CheckConstraint("kind = 'question' OR NOT returned", name="questions_return"),
        CheckConstraint("number > 0", name="number_positive"),
    )

    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    unit_id: Mapped[int] = fk("unit.id")
    period: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    report_id: Mapped[int] = fk("report.id")
    kind: Mapped[str] = mapped_column(String(10))
    about_id: Mapped[int | None] = fk("report_post.id", nullable=True)
    place: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(Text)
    returned: Mapped[bool]
    by_account_id: Mapped[int] = fk("account.id")
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
