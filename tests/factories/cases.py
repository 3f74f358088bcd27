"""Counterfeit cases for tests."""

from datetime import datetime
from typing import Any

from core.clock import now
from traceability.cases.queries.records import CaseView
from traceability.cases.rules.evidence import Evidence
from traceability.cases.service import decisions
from traceability.cases.service.opening import open_case
from traceability.cases.states import EvidenceKind, Subject


def make_case(
    *, subject: Subject | None = None, at: datetime | None = None, origin: str = "public", **values: Any
) -> CaseView:
    """A case with one sentence of evidence; call inside a transaction."""
    evidence = [Evidence(EvidenceKind.STATEMENT, {"text": "树不是朱砂丹桂"})]
    given: dict[str, Any] = {"by": None, "summary": "树不是朱砂丹桂", "evidence": evidence}
    return open_case(origin, subject=subject or Subject.other(), at=at or now(), **(given | values))


def confirm_case(number: str, *, first: int, second: int, at: datetime, **values: Any) -> CaseView:
    """Take, propose and confirm a case by two accounts."""
    decisions.take(number, at=at, by=first)
    given = {"note": "叶形不符", "answer": "经核实为假冒。"}
    decisions.propose(number, at=at, by=first, **(given | values))
    return decisions.confirm(number, note="同意", at=at, by=second)
