"""What is sealed of inner codes that two people opened again, while wrong entries locked them. Nothing is added."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from core import seal
from core.database import session
from core.seal.rules.entries import moment
from traceability.codes.models.tables import Code, CodeBatch, InnerUnlock

KIND = "inner_unlock"


def _subject(row: InnerUnlock) -> str:
    return f"inner-unlock/{row.public_id}"


def _body(row: InnerUnlock, batch: str, position: int) -> dict[str, Any]:
    return {
        "code": f"{batch} #{position}",
        "reason": row.reason,
        "state": row.state,
        "asked_by": row.asked_by_account_id,
        "asked_at": moment(row.asked_at),
        "decided_by": row.decided_by_account_id,
        "decided_at": moment(row.decided_at) if row.decided_at else None,
    }


def _bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    rows = session.execute(
        select(InnerUnlock, CodeBatch.number, Code.position)
        .join(Code, Code.id == InnerUnlock.code_id)
        .join(CodeBatch, CodeBatch.id == Code.batch_id)
        .order_by(InnerUnlock.id)
    )
    for row, batch, position in rows:
        yield _subject(row), _body(row, batch, position)


SOURCE = seal.SealSource(KIND, _bodies, tables=("inner_unlock",))
