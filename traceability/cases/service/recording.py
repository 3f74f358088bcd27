"""What every change of a case does: lock the row, chain evidence, leave a step, seal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import NotFound
from traceability.cases.models.tables import CaseChange, CaseEvidence, CounterfeitCase
from traceability.cases.rules.evidence import Evidence, digest_of
from traceability.cases.states import CaseState, CaseStep


def locked(number: str) -> CounterfeitCase:
    """The case, held until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    case = session.scalar(
        select(CounterfeitCase)
        .where(CounterfeitCase.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if case is None:
        raise NotFound(_("There is no case with this number."), code="no_such_case")
    return case


def put_on_record(case: CounterfeitCase, piece: Evidence, *, at: datetime, by: int | None) -> None:
    """Add one piece of evidence to a locked or fresh case."""
    position = case.evidence_count + 1
    digest = digest_of(
        case.number, position, piece.kind, piece.body, piece.file_sha256, at, case.evidence_head
    )
    session.add(
        CaseEvidence(
            case_id=case.id,
            position=position,
            kind=str(piece.kind),
            body=dict(piece.body),
            file_key=piece.file_key,
            file_sha256=piece.file_sha256,
            digest=digest,
            by_account_id=by,
            at=at,
        )
    )
    case.evidence_count = position
    case.evidence_head = digest


def leave_step(
    case: CounterfeitCase,
    step: CaseStep,
    source: CaseState | None,
    *,
    note: str = "",
    detail: Mapping[str, Any] | None = None,
    at: datetime,
    by: int | None,
) -> None:
    """Leave the row of one step; `case.state` is where it led."""
    session.add(
        CaseChange(
            case_id=case.id,
            step=str(step),
            from_state=str(source) if source else None,
            to_state=case.state,
            note=note.strip(),
            detail=dict(detail or {}),
            by_account_id=by,
            at=at,
        )
    )
    session.flush()
