"""The few figures of submitted reports that the committee's desk compares."""

from decimal import Decimal

from sqlalchemy import Numeric
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk


class ReportKeyFigures(Record):
    """What one submitted report says in sum, read from its document so that a list needs no documents.

    Growth is a ratio (0.1 for one tenth more), None where the report does not state it: `growth` of all growers
    (rung D2), `like_growth` of those with complete data in both windows (rung D3).
    """

    __tablename__ = "report_key_figures"

    report_id: Mapped[int] = fk("report.id", unique=True)
    net_minor: Mapped[int]
    plants: Mapped[int]
    growth: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))
    like_growth: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))
