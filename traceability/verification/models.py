"""Reports of suspected fakes, and what became of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, fk, pk
from core.types import JSONType
from traceability.lots.states import allowed
from traceability.verification.cases import CaseState


class FakeReport(Base):
    """A report of a suspected fake, and what became of it. The contact is read by the branch only."""

    __tablename__ = "fake_report"
    __table_args__ = (CheckConstraint(allowed("state", tuple(CaseState)), name="state_known"),)

    id: Mapped[int] = pk()
    number: Mapped[str] = mapped_column(String(24), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="received", index=True)
    code_id: Mapped[int | None] = fk("code.id", nullable=True)
    verdict: Mapped[str] = mapped_column(String(24), default="")
    what: Mapped[str] = mapped_column(Text)
    price: Mapped[str] = mapped_column(String(60), default="")
    shop: Mapped[str] = mapped_column(String(500), default="")
    shop_status: Mapped[str] = mapped_column(String(24), default="")
    contact: Mapped[str] = mapped_column(String(120), default="")
    photo_keys: Mapped[list[str]] = mapped_column(JSONType, default=list)
    locale: Mapped[str] = mapped_column(String(16), default="zh_Hans_CN")
    received_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]


class FakeReportChange(Base):
    """One step of a report: who, when, and the note. Rows are only ever added."""

    __tablename__ = "fake_report_change"

    id: Mapped[int] = pk()
    fake_report_id: Mapped[int] = fk("fake_report.id")
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
    by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    at: Mapped[datetime]
