"""Reads of counterfeit cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, or_, select

from core.accounts.queries.account import display_names
from core.clock import local_day
from core.database import session, view_of
from core.errors import NotFound
from core.web.rules.pagination import Page
from traceability.cases.models.tables import CaseChange, CaseEvidence, CaseReport, CounterfeitCase
from traceability.cases.states import (
    OPEN_STATES,
    CaseState,
    CaseStep,
    CaseVerdict,
    EvidenceKind,
    Origin,
    SubjectKind,
)
from traceability.codes.models.tables import Code, CodeBatch
from traceability.lots.models.tables import Lot

PAGE_SIZE = 20
MOST_IN_FILE = 10_000
FOLDERS = ("open", "mine", "escalated", "done")


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
    escalated_unit_id: int | None
    code_doubted: bool
    summary: str
    shop: str
    contact: str
    opened_at: datetime
    due_at: datetime
    reopened: int
    verdict: CaseVerdict | None
    proposed_by_account_id: int | None
    decided_at: datetime | None
    closed_at: datetime | None
    answer: str
    evidence_count: int
    evidence_head: str

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.verdict is None

    def is_late(self, at: datetime) -> bool:
        """Whether the deadline passed without a verdict, or passed before it."""
        return (self.decided_at or at) > self.due_at


def view(case: CounterfeitCase) -> CaseView:
    """The row as others see it."""
    return view_of(
        CaseView,
        case,
        origin=Origin(case.origin),
        state=CaseState(case.state),
        subject_kind=SubjectKind(case.subject_kind),
        verdict=CaseVerdict(case.verdict) if case.verdict else None,
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


@dataclass(frozen=True)
class EvidenceView:
    """A piece of evidence as staff read it."""

    position: int
    kind: EvidenceKind
    body: Mapping[str, Any]
    has_file: bool
    digest: str
    by: str
    at: datetime


@dataclass(frozen=True)
class StepView:
    """A step of a case."""

    step: CaseStep
    note: str
    detail: Mapping[str, Any]
    by: str
    at: datetime


def evidence_views(case_id: int) -> list[EvidenceView]:
    """The evidence of a case with the names of who put it on record, the first piece first."""
    rows = list(
        session.scalars(
            select(CaseEvidence).where(CaseEvidence.case_id == case_id).order_by(CaseEvidence.position)
        )
    )
    names = display_names(row.by_account_id for row in rows)
    return [
        view_of(
            EvidenceView,
            row,
            kind=EvidenceKind(row.kind),
            has_file=row.file_key is not None,
            by=names[row.by_account_id],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Strength:
    """How much the reports of a case weigh: networks and days tell independent people, proofs tell who holds the goods."""

    reports: int
    networks: int
    days: int
    proven: int
    contacts: tuple[str, ...]


def strength_of(case_id: int) -> Strength:
    """What is known of the people who reported, for staff."""
    rows = session.scalars(
        select(CaseReport).where(CaseReport.case_id == case_id).order_by(CaseReport.id)
    ).all()
    return Strength(
        reports=len(rows),
        networks=len({row.network_digest or row.id for row in rows}),
        days=len({local_day(row.at) for row in rows}),
        proven=sum(row.proof != "none" for row in rows),
        contacts=tuple(dict.fromkeys(row.contact for row in rows if row.contact)),
    )


def evidence_file(case_id: int, position: int) -> tuple[str, str]:
    """The key of a piece's file and the sha256 that its bytes had.

    Raises:
        NotFound: the piece does not exist or is no file.
    """
    row = session.execute(
        select(CaseEvidence.file_key, CaseEvidence.file_sha256).where(
            CaseEvidence.case_id == case_id,
            CaseEvidence.position == position,
            CaseEvidence.file_key.is_not(None),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(code="no_such_photo")
    return row.file_key or "", row.file_sha256 or ""


def steps_of(case_id: int) -> list[StepView]:
    """What happened to a case, the oldest first."""
    rows = list(
        session.scalars(select(CaseChange).where(CaseChange.case_id == case_id).order_by(CaseChange.id))
    )
    names = display_names(row.by_account_id for row in rows)
    return [
        StepView(CaseStep(row.step), row.note, row.detail, names[row.by_account_id], row.at) for row in rows
    ]


def label_of(case: CaseView) -> str:
    """The code's place in its batch, or the number of the lot; empty for a case about neither."""
    if case.code_id is not None:
        row = session.execute(
            select(CodeBatch.number, Code.position)
            .join(CodeBatch, CodeBatch.id == Code.batch_id)
            .where(Code.id == case.code_id)
        ).one()
        return f"{row.number} #{row.position}"
    return lot_number(case)


def lot_number(case: CaseView) -> str:
    """The number of the lot that the case is about; empty when it is about none."""
    if case.lot_id is None:
        return ""
    return session.scalars(select(Lot.number).where(Lot.id == case.lot_id)).one()


def _of_units(unit_ids: Sequence[int]) -> ColumnElement[bool]:
    return or_(CounterfeitCase.unit_id.is_(None), CounterfeitCase.unit_id.in_(list(unit_ids)))


def _in(folder: str, account_id: int) -> ColumnElement[bool]:
    is_open = CounterfeitCase.state.in_(sorted(OPEN_STATES))
    if folder == "mine":
        return is_open & (CounterfeitCase.owner_account_id == account_id)
    if folder == "escalated":
        return is_open & CounterfeitCase.escalated_unit_id.is_not(None)
    return ~is_open if folder == "done" else is_open


def case_page(unit_ids: Sequence[int], *, folder: str, account_id: int, page: int) -> Page[CaseView]:
    """Cases of these areas and of none: open ones by deadline, so late ones first; done ones the latest first."""
    wanted = _of_units(unit_ids) & _in(folder, account_id)
    order = (
        (CounterfeitCase.decided_at.desc(), CounterfeitCase.id.desc())
        if folder == "done"
        else (CounterfeitCase.due_at, CounterfeitCase.id)
    )
    rows = session.scalars(
        select(CounterfeitCase).where(wanted).order_by(*order).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    )
    total = session.scalar(select(func.count()).select_from(CounterfeitCase).where(wanted)) or 0
    return Page([view(row) for row in rows], total, page, PAGE_SIZE)


def all_cases(unit_ids: Sequence[int], *, folder: str, account_id: int) -> list[CaseView]:
    """Every case of a folder for its file, in the order of their opening; at most `MOST_IN_FILE`, the newest."""
    rows = session.scalars(
        select(CounterfeitCase)
        .where(_of_units(unit_ids) & _in(folder, account_id))
        .order_by(CounterfeitCase.id.desc())
        .limit(MOST_IN_FILE)
    ).all()
    return [view(row) for row in reversed(rows)]


def folder_counts(unit_ids: Sequence[int], account_id: int) -> dict[str, int]:
    """How many open cases wait in each folder."""
    wanted = [folder for folder in FOLDERS if folder != "done"]
    counted = select(*(func.count().filter(_in(folder, account_id)) for folder in wanted)).where(
        _of_units(unit_ids)
    )
    return dict(zip(wanted, session.execute(counted).one(), strict=True))
