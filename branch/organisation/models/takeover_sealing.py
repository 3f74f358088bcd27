"""What the public log keeps of a take-over: who does whose work, from when until when; the reason by its digest."""

from hashlib import sha256
from typing import Any

from sqlalchemy import select

from branch.organisation.models.tables import Takeover, Unit
from core import seal
from core.database import session

KIND = "takeover"


def _subject(row: Takeover) -> str:
    return f"takeover/{row.public_id}"


def _body(row: Takeover, unit_code: str) -> dict[str, Any]:
    return {
        "unit": unit_code,
        "account": row.account_id,
        "role": str(row.role),
        "reason": sha256(row.reason.encode()).hexdigest(),
        "begun_at": seal.moment(row.begun_at),
        "ends_at": seal.moment(row.ends_at),
        "ended_at": seal.moment(row.ended_at),
        "ended_by": row.ended_by_account_id,
    }


def seal_takeover(row: Takeover) -> None:
    """Seal a take-over as it stands; it is flushed."""
    code = session.scalars(select(Unit.code).where(Unit.id == row.unit_id)).one()
    seal.append(KIND, _subject(row), _body(row, code))


SOURCE = seal.SealSource(
    KIND,
    seal.bodies_of(
        select(Takeover, Unit.code)
        .join(Unit, Unit.id == Takeover.unit_id)
        .order_by(Takeover.id)
        .execution_options(populate_existing=True),
        _subject,
        _body,
    ),
    tables=("takeover",),
)
