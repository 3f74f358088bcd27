"""Opening a case and putting evidence on record. Rows join the caller's transaction; nothing here commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core.clock import local_year
from core.database import session
from core.errors import Conflict, Forbidden, Invalid
from core.ids import readable_number
from core.languages import FIRST
from core.settings import current_settings
from traceability.cases.models.sealing import seal_case
from traceability.cases.models.tables import CounterfeitCase
from traceability.cases.queries.records import CaseView, view
from traceability.cases.rules.evidence import Evidence
from traceability.cases.service.recording import leave_opening, locked_case, record_evidence
from traceability.cases.states import OPEN_STATES, CaseState, Origin, Subject
from traceability.codes.models.tables import Code
from traceability.lots.models.tables import Lot


def open_case(
    origin: Origin | str,
    *,
    subject: Subject,
    evidence: Sequence[Evidence],
    at: datetime,
    by: int | None,
    summary: str = "",
    contact: str = "",
    locale: str = FIRST.locale,
) -> CaseView:
    """Open a counterfeit case, or add what a rule saw or a visitor reported to the open case about the same subject.

    However many report one label or shop, the branch has one case to look at. The area is that of the grower whose code
    or lot it is, which whoever opens it must look after; a case that names nothing of ours is with the unit of the member
    of staff who opens it, and one of a visitor with the branch that keeps the marks, or, when several do, with nobody
    until somebody takes it. The deadline is `CASE_DAYS` days after `at`.

    Args:
        origin: `public`, `rule` or `staff`.
        subject: what is suspected; `Subject.of_code(id)`, `.of_lot(id)`, `.of_grower(id)`, `.of_shop(text)`, …
        evidence: what is put on record with it, in order; it cannot be changed afterwards.
        at: now.
        by: the account that opens it; none for a visitor or a rule.
        summary: one line for the list of cases, read by staff only.
        contact: how to reach the reporter; kept outside the evidence and forgotten after the case.
        locale: the reporter's language.

    Raises:
        Invalid: there is no evidence at all.
        Forbidden: the grower lies outside the units of the member of staff.
    """
    origin = Origin(origin)
    if not evidence:
        raise Invalid(_("A case needs a word or a picture of what is wrong."), code="case_empty")
    if origin is not Origin.STAFF and subject.key:
        already = _open_case_about(subject)
        if already is not None:
            return _add(already, evidence, at=at, by=by)
    lot_id, grower_id = _lot_and_grower(subject)
    case = CounterfeitCase(
        number=readable_number("F", local_year(at)),
        origin=str(origin),
        state=str(CaseState.RECEIVED),
        subject_kind=str(subject.kind),
        subject_key=subject.key,
        code_id=subject.code_id,
        lot_id=lot_id,
        grower_id=grower_id,
        unit_id=_area(grower_id, by=by),
        summary=summary.strip(),
        shop=subject.shop.strip(),
        contact=contact.strip(),
        locale=locale,
        opened_at=at,
        due_at=at + timedelta(days=current_settings().case_days),
        answer="",
        evidence_count=0,
        evidence_head="0" * 64,
    )
    session.add(case)
    session.flush()
    leave_opening(case, at=at, by=by)
    return _add(case, evidence, at=at, by=by)


def add_evidence(number: str, pieces: Sequence[Evidence], *, at: datetime, by: int | None) -> CaseView:
    """Put more on record while a case is open.

    Raises:
        NotFound: no such case.
        Conflict: it is decided; reopen it first.
    """
    case = locked_case(number)
    if CaseState(case.state) not in OPEN_STATES:
        raise Conflict(
            _("This case is decided. Reopen it to add something."), code="case_decided", state=case.state
        )
    return _add(case, pieces, at=at, by=by)


def _add(case: CounterfeitCase, pieces: Sequence[Evidence], *, at: datetime, by: int | None) -> CaseView:
    for piece in pieces:
        record_evidence(case, piece, at=at, by=by)
    session.flush()
    seal_case(case)
    return view(case)


def open_case_about(subject: Subject) -> CaseView | None:
    """The open case to which a rule or a visitor would add; None where there is none."""
    already = _open_case_about(subject) if subject.key else None
    return view(already) if already else None


def _open_case_about(subject: Subject) -> CounterfeitCase | None:
    if subject.code_id is not None:  # two who report a code at once come one after another
        session.scalar(select(Code.id).where(Code.id == subject.code_id).with_for_update())
    return session.scalar(
        select(CounterfeitCase)
        .where(
            CounterfeitCase.origin != str(Origin.STAFF),
            CounterfeitCase.subject_key == subject.key,
            CounterfeitCase.state.in_(sorted(OPEN_STATES)),
        )
        .order_by(CounterfeitCase.id)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _area(grower_id: int | None, *, by: int | None) -> int | None:
    """Whose case it becomes: the grower's unit, else that of the member of staff who opens it."""
    if grower_id is not None:
        unit_id = branch.get_grower(id=grower_id).unit_id
        if by is not None:
            branch.require_unit_access(by, unit_id, "cases.evidence")
        return unit_id
    if by is None:
        return _only_branch()
    return branch.require_unit_access(by, _highest_unit(by), "cases.evidence").id


def _highest_unit(account_id: int) -> int:
    units = branch.units_where(account_id, "cases.evidence")
    if not units:
        raise Forbidden(_("You open cases in no unit."), code="outside_your_units")
    return units[0].id


def _only_branch() -> int | None:
    units = {mark.unit_id for mark in branch.all_marks()}
    return units.pop() if len(units) == 1 else None


def _lot_and_grower(subject: Subject) -> tuple[int | None, int | None]:
    """The lot and the grower behind a code or lot."""
    if subject.code_id is not None:
        row = session.execute(select(Code.lot_id, Code.grower_id).where(Code.id == subject.code_id)).one()
        return row.lot_id, row.grower_id
    if subject.lot_id is not None:
        return subject.lot_id, session.scalars(select(Lot.grower_id).where(Lot.id == subject.lot_id)).one()
    return None, subject.grower_id
