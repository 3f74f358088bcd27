"""Papers that travel with a consignment, and the branch's rules about which are needed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Act, Record, fk, one_of_check
from traceability.papers.rules import PaperKind

KINDS = tuple(PaperKind)


class PaperRuleRow(Record):
    """Whether a province (or `*`) and root kind (or `*`) needs a paper.

    `unit_code` says whose rule it is: a unit's, for the growers below it, or, when empty, everybody's.
    """

    __tablename__ = "paper_rule"
    __table_args__ = (
        UniqueConstraint("unit_code", "province", "root", "kind"),
        CheckConstraint(one_of_check("kind", KINDS), name="kind_known"),
    )

    unit_code: Mapped[str] = mapped_column(String(64), default="")
    province: Mapped[str] = mapped_column(String(40))
    root: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(24))
    required: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)


class PaperRuleChange(Act, Record):
    """One decision about a rule: who, when, why. Rows are only ever added."""

    __tablename__ = "paper_rule_change"

    unit_code: Mapped[str] = mapped_column(String(64), default="", server_default="")
    province: Mapped[str] = mapped_column(String(40))
    root: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(24))
    required: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(String(200))


class Paper(Record):
    """A paper of one consignment. A newer one of the same kind stands in for the older, which stays."""

    __tablename__ = "paper"
    __table_args__ = (CheckConstraint(one_of_check("kind", KINDS), name="kind_known"),)

    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    consignment_number: Mapped[str] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    number: Mapped[str] = mapped_column(String(60))
    issued_on: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    file_key: Mapped[str | None] = mapped_column(String(160))
    recorded_at: Mapped[datetime]
    recorded_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
