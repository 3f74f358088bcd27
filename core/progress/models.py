"""How far long jobs have come."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record
from core.types import BigInt, JSONType

JOB = "job"  # the kind of the claims of all jobs; their key is the public id

OPEN = ("waiting", "running")


class JobProgress(Record):
    """How far a long job has come, for the page that its owner watches, and how to do it.

    `task` is called with the public id and then `args`. What its owner must still hold when it runs stands in `needs`
    (a permission), `needs_unit_id` and `needs_grower_id`. Without a word from it the message is sent again at
    `send_again_at`; `sendings` counts how often it was.
    """

    __tablename__ = "job_progress"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("total >= 0 AND done >= 0", name="counts_not_negative"),
        CheckConstraint("sendings >= 0", name="sendings_not_negative"),
        Index("ix_job_progress_state_send_again_at", "state", "send_again_at"),
    )

    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    owner_account_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10))
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(Text, default="")
    result_url: Mapped[str | None] = mapped_column(Text)
    task: Mapped[str] = mapped_column(String(80), default="")
    args: Mapped[list[Any]] = mapped_column(JSONType, default=list)
    needs: Mapped[str] = mapped_column(String(60), default="")
    needs_unit_id: Mapped[int | None] = mapped_column(BigInt)
    needs_grower_id: Mapped[int | None] = mapped_column(BigInt)
    locale: Mapped[str] = mapped_column(String(16), default="")
    may_retry: Mapped[bool] = mapped_column(default=False)
    sendings: Mapped[int] = mapped_column(BigInt, default=0)
    send_again_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
