"""What of a case is sealed: its state, its verdict and the head of its evidence; nothing that anybody wrote."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from core.database import session
from traceability.cases.models import CounterfeitCase

KIND = "case_verdict"


def subject_of(case: CounterfeitCase) -> str:
    """The name of a case in the log."""
    return f"case/{case.number}"


def sealed_body(case: CounterfeitCase) -> dict[str, Any]:
    """The facts of a case that must not be bent later."""
    return {
        "number": case.number,
        "origin": case.origin,
        "subject": case.subject_kind,
        "state": case.state,
        "verdict": case.verdict,
        "opened_at": case.opened_at.isoformat(timespec="microseconds"),
        "due_at": case.due_at.isoformat(timespec="microseconds"),
        "decided_at": case.decided_at.isoformat(timespec="microseconds") if case.decided_at else None,
        "evidence_count": case.evidence_count,
        "evidence_head": case.evidence_head,
    }


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every case as it stands now, for the self-audit."""
    for case in session.scalars(
        select(CounterfeitCase).order_by(CounterfeitCase.id).execution_options(yield_per=500)
    ):
        yield subject_of(case), sealed_body(case)


def seal(case: CounterfeitCase) -> None:
    """Append the case as it now stands to the log, in the caller's transaction."""
    # core.seal is wired here as soon as it can take leaves.
