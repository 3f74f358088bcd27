"""What the public log keeps of a programme: its unit and dates, who noted it and what was said by their digests, its end."""

from hashlib import sha256
from typing import Any

from sqlalchemy import select

from branch.programmes.models.tables import Programme
from core import seal

KIND = "programme"


def subject_of(row: Programme) -> str:
    """How the log calls a programme."""
    return f"programme/{row.id}"


def sealed_body(row: Programme) -> dict[str, Any]:
    """The facts that must not be bent afterwards: above all the date, and the day on which it was noted."""
    return {
        "unit_id": row.unit_id,
        "name": _digest(row.name),
        "started_on": row.started_on.isoformat(),
        "note": _digest(row.note),
        "by": row.noted_by_account_id,
        "by_name": _digest(row.noted_by),
        "noted_at": seal.moment(row.noted_at),
        "withdrawn_at": seal.moment(row.withdrawn_at) if row.withdrawn_at else None,
        "withdrawn_by": row.withdrawn_by_account_id,
        "reason": _digest(row.withdrawn_reason),
    }


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest() if words else ""


def seal_programme(row: Programme) -> None:
    """Seal a programme as it stands now; it is flushed."""
    seal.append(KIND, subject_of(row), sealed_body(row))


SOURCE = seal.SealSource(
    KIND,
    seal.bodies_of(
        select(Programme).order_by(Programme.id).execution_options(populate_existing=True),
        subject_of,
        sealed_body,
    ),
    tables=("programme",),
)
