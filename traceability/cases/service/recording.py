"""What every change of a case does: ask who may, lock the row, chain evidence, leave a step, seal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from branch import api as branch
from core.database import locked as locked_row
from core.database import session
from core.errors import Conflict, Forbidden, NotFound
from core.scopes import Scope, note_checked
from core.transitions import StateMachine
from traceability.cases.models.sealing import seal_case
from traceability.cases.models.tables import CaseChange, CaseEvidence, CounterfeitCase
from traceability.cases.queries.records import CaseView
from traceability.cases.rules.evidence import Evidence, digest_of
from traceability.cases.states import TRANSITIONS, CaseStep

CASE = StateMachine(
    TRANSITIONS,
    CaseChange,
    of="case_id",
    refusal=lambda case, _step: Conflict(
        _("The case has moved on meanwhile."), code="case_state", state=case.state
    ),
)


def require_access(case: CaseView, account_id: int, permission: str) -> None:
    """A case of an area is for those who hold `permission` there; one without is for all who hold it at all: whoever
    takes it makes it a case of his own unit, and nothing else can be decided before.

    Raises:
        Forbidden: the case is none of theirs.
    """
    if case.unit_id is None:
        allowed = branch.may(account_id, permission)
        if allowed:
            note_checked(Scope.UNIT, of=account_id)
    else:
        allowed = branch.may(account_id, permission, case.unit_id)
    if not allowed:
        raise Forbidden(_("This case is with another branch."), code="outside_your_units")


def may_handle(case: CaseView, account_id: int, permission: str) -> bool:
    """Whether `require_access` would pass."""
    try:
        require_access(case, account_id, permission)
    except Forbidden:
        return False
    return True


def locked_case(number: str) -> CounterfeitCase:
    """The case, held until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    case = locked_row(CounterfeitCase, CounterfeitCase.number == number)
    if case is None:
        raise NotFound(_("There is no case with this number."), code="no_such_case")
    return case


def record_evidence(case: CounterfeitCase, piece: Evidence, *, at: datetime, by: int | None) -> None:
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


def leave_opening(case: CounterfeitCase, *, at: datetime, by: int | None) -> None:
    """Leave the row of a new case; it is sealed with its first evidence."""
    CASE.note(case, None, step=CaseStep.OPEN, at=at, by=by, note="", detail={})
    session.flush()


def take_step(
    case: CounterfeitCase,
    step: CaseStep,
    *,
    note: str = "",
    detail: Mapping[str, Any] | None = None,
    at: datetime,
    by: int | None,
) -> None:
    """Move a locked case, leave the row of the step and seal."""
    CASE.move(case, step, at=at, by=by, note=note.strip(), detail=dict(detail or {}))
    session.flush()
    seal_case(case)
