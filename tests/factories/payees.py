"""Payee accounts as two people made them, in force."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from branch.api import UnitView
from core.clock import now
from core.database import session
from shop.payees.models.sealing import seal_account
from shop.payees.models.tables import PayeeAccount
from tests.factories.accounts import make_account
from tests.factories.organisation import make_tree

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_payee(*, unit: str | UnitView = "guihua", at: datetime | None = None, **columns) -> PayeeAccount:
    """An account of a unit: proposed and confirmed by two people, in force since a day before `at`."""
    at = at or now()
    given = {
        "public_id": f"payee-{session.query(PayeeAccount).count() + 1}",
        "payee": "桂花协会",
        "bank": "工商银行咸宁支行",
        "account_number": "6222 0000 1111 2222",
        "note": "",
        "reason": "test",
        "proposed_by_account_id": make_account().id,
        "proposed_at": at - timedelta(days=3),
        "confirmed_by_account_id": make_account().id,
        "confirmed_at": at - timedelta(days=2),
        "in_force_from": at - timedelta(days=1),
    }
    place = make_tree()[unit] if isinstance(unit, str) else unit
    row = PayeeAccount(unit_id=place.id, unit_path=place.path, **(given | columns))
    session.add(row)
    session.flush()
    seal_account(row)
    return row


def ensure_payee(unit: str = "guihua-osmanthus") -> None:
    """An account of the unit that has always been in force, unless it has one."""
    of_unit = select(PayeeAccount.id).where(PayeeAccount.unit_path.like(f"%{unit}/"))
    if session.scalar(of_unit.limit(1)) is None:
        make_payee(unit=unit, at=LONG_AGO)
