"""What the public log keeps of a payee account: who receives, by its digest, and who decided when."""

from hashlib import sha256
from typing import Any

from sqlalchemy import select

from core import seal
from shop.payees.models.tables import PayeeAccount

KIND = "payee_account"


def subject_of(public_id: str) -> str:
    """How the log calls an account."""
    return f"payee_account/{public_id}"


def sealed_body(row: PayeeAccount) -> dict[str, Any]:
    """Everything that decides where money goes; what people wrote freely by its digest."""
    return {
        "unit": row.unit_id,
        "unit_path": row.unit_path,
        "payee": row.payee,
        "bank": row.bank,
        "account_number": row.account_number,
        "note": sha256(row.note.encode()).hexdigest(),
        "reason": sha256(row.reason.encode()).hexdigest(),
        "proposed_by": row.proposed_by_account_id,
        "proposed_at": seal.moment(row.proposed_at),
        "confirmed_by": row.confirmed_by_account_id,
        "confirmed_at": seal.moment(row.confirmed_at),
        "in_force_from": seal.moment(row.in_force_from),
        "withdrawn_by": row.withdrawn_by_account_id,
        "withdrawn_at": seal.moment(row.withdrawn_at),
        "withdrawn_reason": sha256(row.withdrawn_reason.encode()).hexdigest(),
    }


def seal_account(row: PayeeAccount) -> None:
    """Seal an account as it stands after a step; it is flushed."""
    seal.append(KIND, subject_of(row.public_id), sealed_body(row))


SOURCE = seal.SealSource(
    KIND,
    seal.bodies_of(
        select(PayeeAccount).order_by(PayeeAccount.id),
        lambda account: subject_of(account.public_id),
        sealed_body,
    ),
    tables=("payee_account",),
)
