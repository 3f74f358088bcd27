"""Where buyers transfer to: bank accounts of units."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Record, fk


class PayeeAccount(Record):
    """A bank account of a unit; who receives is never changed, only confirmed by another person, or withdrawn.

    `unit_path` is the unit's place in the tree, which stays for good: its codes from the root down.
    """

    __tablename__ = "payee_account"
    __table_args__ = (
        CheckConstraint("confirmed_by_account_id <> proposed_by_account_id", name="two_people"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by_account_id IS NULL) "
            "AND (confirmed_at IS NULL) = (in_force_from IS NULL)",
            name="confirmed_by_somebody",
        ),
        CheckConstraint("in_force_from >= confirmed_at", name="in_force_after"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_account_id IS NULL)", name="withdrawn_by_somebody"
        ),
    )

    public_id: Mapped[str] = mapped_column(String(24), unique=True)
    unit_id: Mapped[int] = fk("unit.id")
    unit_path: Mapped[str] = mapped_column(String(400), index=True)
    payee: Mapped[str] = mapped_column(String(80))
    bank: Mapped[str] = mapped_column(String(120))
    account_number: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(String(200))
    proposed_by_account_id: Mapped[int] = fk("account.id", index=False)
    proposed_at: Mapped[datetime]
    confirmed_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    confirmed_at: Mapped[datetime | None]
    in_force_from: Mapped[datetime | None]
    withdrawn_by_account_id: Mapped[int | None] = fk("account.id", nullable=True, index=False)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(200), default="")
