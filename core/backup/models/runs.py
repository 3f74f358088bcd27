"""What became of the nightly backups."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record


class BackupRun(Record):
    """One backup that was made and verified, or failed; written when it has ended, so it is never in its own copy.

    A good one may have an `error` too: what was damaged in the original before it was copied.
    """

    __tablename__ = "backup_run"
    __table_args__ = (
        CheckConstraint("state IN ('good', 'failed')", name="state_known"),
        CheckConstraint("size_bytes >= 0", name="size_not_negative"),
        Index("ix_backup_run_state_started_at", "state", "started_at"),
    )

    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(6))
    name: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
