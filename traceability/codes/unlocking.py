"""A locked inner code is opened again by two people of the branch: one asks with a reason, another agrees.

Rows join the caller's transaction; nothing here commits.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import seal
from core.accounts.queries import display_names
from core.database import session
from core.errors import Conflict, Invalid, NotFound
from core.ids import random_id
from core.seal.entries import moment
from traceability.codes.models import Code, CodeBatch, InnerCode, InnerUnlock
from traceability.codes.queries import get_batch

KIND = "inner_unlock"
SHOWN = 50


@dataclass(frozen=True)
class UnlockView:
    """Somebody's wish to open a locked inner code, and what became of it."""

    public_id: str
    reason: str
    state: str
    asked_by_account_id: int
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True)
class LockedView:
    """A code whose inner code is locked after wrong entries."""

    batch_number: str
    position: int
    grower_id: int
    locked_at: datetime
    request: UnlockView | None


def locked_codes(grower_ids: Collection[int]) -> list[LockedView]:
    """Locked inner codes of these growers, the latest first, with the request that waits."""
    rows = session.execute(
        select(CodeBatch.number, Code.position, Code.grower_id, InnerCode.locked_at, InnerUnlock)
        .join(Code, Code.id == InnerCode.code_id)
        .join(CodeBatch, CodeBatch.id == Code.batch_id)
        .outerjoin(InnerUnlock, (InnerUnlock.code_id == Code.id) & (InnerUnlock.state == "open"))
        .where(InnerCode.locked_at.is_not(None), Code.grower_id.in_(list(grower_ids)))
        .order_by(InnerCode.locked_at.desc(), Code.id)
        .limit(SHOWN)
    ).all()
    names = display_names({row[4].asked_by_account_id for row in rows if row[4] is not None})
    return [
        LockedView(number, position, grower_id, locked_at, _view(asked, names))
        for number, position, grower_id, locked_at, asked in rows
        if locked_at is not None
    ]


def _view(row: InnerUnlock | None, names: dict[int, str]) -> UnlockView | None:
    if row is None:
        return None
    return UnlockView(
        row.public_id,
        row.reason,
        row.state,
        row.asked_by_account_id,
        names.get(row.asked_by_account_id, ""),
        row.asked_at,
    )


def ask_to_unlock(batch_number: str, position: int, *, reason: str, at: datetime, by: int) -> str:
    """Ask to open a locked inner code; the request's public id.

    Raises:
        Invalid: no reason.
        NotFound: no such batch, or no inner code at this place.
        Conflict: it is not locked (`not_locked`), or somebody asked already (`unlock_asked`).
    """
    if not reason.strip():
        raise Invalid(_("Say why the inner code may be tried again."), code="reason_missing")
    inner = session.scalar(
        select(InnerCode)
        .join(Code, Code.id == InnerCode.code_id)
        .where(Code.batch_id == get_batch(batch_number).id, Code.position == position)
        .with_for_update(of=InnerCode)
        .execution_options(populate_existing=True)
    )
    if inner is None:
        raise NotFound(_("There is no inner code for this code."), code="no_inner_code")
    if inner.locked_at is None:
        raise Conflict(_("This inner code is not locked."), code="not_locked")
    waits = select(InnerUnlock.id).where(InnerUnlock.code_id == inner.code_id, InnerUnlock.state == "open")
    if session.scalar(waits) is not None:
        raise Conflict(_("Somebody asked for that already."), code="unlock_asked")
    row = InnerUnlock(
        public_id=random_id(16),
        code_id=inner.code_id,
        reason=reason.strip(),
        asked_by_account_id=by,
        asked_at=at,
    )
    session.add(row)
    session.flush()
    _seal(row)
    return row.public_id


def grower_of_unlock(public_id: str) -> int:
    """Whose code a request is about.

    Raises:
        NotFound: no such request.
    """
    found = session.scalar(
        select(Code.grower_id)
        .join(InnerUnlock, InnerUnlock.code_id == Code.id)
        .where(InnerUnlock.public_id == public_id)
    )
    if found is None:
        raise NotFound(_("There is no such request."), code="no_such_request")
    return int(found)


def decide_unlock(public_id: str, *, confirm: bool, at: datetime, by: int) -> None:
    """Another person agrees, and there are five tries again; or refuses. Entries so far stay on record.

    Raises:
        NotFound: no such request.
        Conflict: it is decided (`unlock_decided`), or the same person asked (`same_person`).
    """
    row = session.scalar(
        select(InnerUnlock)
        .where(InnerUnlock.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(_("There is no such request."), code="no_such_request")
    if row.state != "open":
        raise Conflict(_("This request is decided already."), code="unlock_decided")
    if row.asked_by_account_id == by:
        raise Conflict(_("Whoever asked cannot agree."), code="same_person")
    row.state = "done" if confirm else "refused"
    row.decided_by_account_id, row.decided_at = by, at
    session.flush()
    if confirm:
        inner = session.get_one(InnerCode, row.code_id, with_for_update=True, populate_existing=True)
        inner.locked_at, inner.wrong = None, 0
        session.flush()
    _seal(row)


def _seal(row: InnerUnlock) -> None:
    batch, position = session.execute(
        select(CodeBatch.number, Code.position)
        .join(Code, Code.batch_id == CodeBatch.id)
        .where(Code.id == row.code_id)
    ).one()
    seal.append(KIND, _subject(row), _body(row, batch, position))


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
