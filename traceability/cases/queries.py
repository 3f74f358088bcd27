"""Reads of counterfeit cases."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from core.database import session
from core.errors import NotFound
from traceability.cases.evidence import Piece
from traceability.cases.models import CaseEvidence, CounterfeitCase
from traceability.cases.states import CaseState, CaseVerdict, EvidenceKind, Origin, SubjectKind


@dataclass(frozen=True)
class CaseView:
    """A case as staff see it; the public page shows its number, state, days, verdict and answer only."""

    id: int
    number: str
    origin: Origin
    state: CaseState
    subject_kind: SubjectKind
    subject_key: str
    code_id: int | None
    lot_id: int | None
    grower_id: int | None
    unit_id: int | None
    owner_account_id: int | None
    summary: str
    shop: str
    contact: str
    opened_at: datetime
    due_at: datetime
    verdict: CaseVerdict | None
    proposed_by_account_id: int | None
    decided_at: datetime | None
    closed_at: datetime | None
    answer: str
    evidence_count: int
    evidence_head: str

    @property
    def is_open(self) -> bool:
        return self.verdict is None

    def is_late(self, at: datetime) -> bool:
        """Whether the deadline passed without a verdict, or passed before it."""
        return (self.decided_at or at) > self.due_at


def view(case: CounterfeitCase) -> CaseView:
    """The row as others see it."""
    return CaseView(
        id=case.id,
        number=case.number,
        origin=Origin(case.origin),
        state=CaseState(case.state),
        subject_kind=SubjectKind(case.subject_kind),
        subject_key=case.subject_key,
        code_id=case.code_id,
        lot_id=case.lot_id,
        grower_id=case.grower_id,
        unit_id=case.unit_id,
        owner_account_id=case.owner_account_id,
        summary=case.summary,
        shop=case.shop,
        contact=case.contact,
        opened_at=case.opened_at,
        due_at=case.due_at,
        verdict=CaseVerdict(case.verdict) if case.verdict else None,
        proposed_by_account_id=case.proposed_by_account_id,
        decided_at=case.decided_at,
        closed_at=case.closed_at,
        answer=case.answer,
        evidence_count=case.evidence_count,
        evidence_head=case.evidence_head,
    )


def get_case(number: str) -> CaseView:
    """The case with this number, in any writing of it.

    Raises:
        NotFound: there is none.
    """
    case = session.scalar(select(CounterfeitCase).where(CounterfeitCase.number == number.strip().upper()))
    if case is None:
        raise NotFound(_("There is no case with this number."), code="no_such_case")
    return view(case)


def evidence_of(case_id: int) -> list[Piece]:
    """The chain of evidence, the first piece first."""
    rows = session.scalars(
        select(CaseEvidence).where(CaseEvidence.case_id == case_id).order_by(CaseEvidence.position)
    )
    return [
        Piece(row.position, EvidenceKind(row.kind), row.body, row.file_sha256, row.at, row.digest)
        for row in rows
    ]
