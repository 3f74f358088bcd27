"""The steps of a case that people take. Each checks area and table, leaves a row and is sealed; nothing commits."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from branch import api as branch
from core.database import session
from core.errors import Conflict, Forbidden, Invalid
from core.settings import current_settings
from core.transitions import require_reason
from traceability.cases.models.tables import CaseChange, CounterfeitCase
from traceability.cases.queries.records import CaseView, view
from traceability.cases.service.recording import CASE, locked_case, require_access, take_step
from traceability.cases.states import DECIDED_ALONE, PERMISSION_OF, CaseStep, CaseVerdict

FAKE = branch.TwoPersons(
    own=lambda: Forbidden(_("A second person must confirm what you proposed."), code="second_person")
)


def take(
    number: str,
    *,
    note: str = "",
    unit_id: int | None = None,
    doubt_code: bool = False,
    at: datetime,
    by: int,
) -> CaseView:
    """Become the owner of a case; one without an area gets `unit_id`, or the taker's highest unit.

    Args:
        number: the case.
        note: why, when somebody else had it.
        unit_id: the area, for a case that has none.
        doubt_code: whether the page of the code warns from now on.
        at: now.
        by: the new owner.

    Raises:
        Conflict: it is decided or already theirs.
        Forbidden: outside the taker's area, or the taker works for the grower concerned.
        Invalid: the code is doubted without a word why.
    """
    case = begin_step(number, CaseStep.TAKE, by=by)
    if case.owner_account_id == by and not doubt_code:
        raise Conflict(_("You have this case already."), code="case_is_yours")
    if case.unit_id is None:
        case.unit_id = unit_id or branch.units_where(by, PERMISSION_OF[CaseStep.TAKE])[0].id
        require_access(view(case), by, PERMISSION_OF[CaseStep.TAKE])
    if doubt_code and case.code_id is not None:
        note = worded(note)
        case.code_doubted = True
    case.owner_account_id = by
    return finish_step(case, CaseStep.TAKE, note=note, at=at, by=by)


def propose(number: str, *, note: str, answer: str, shop: str = "", at: datetime, by: int) -> CaseView:
    """Put `confirmed_fake` before a second person.

    Args:
        number: the case.
        note: what was found; read by staff.
        answer: what the reporter and the public status page will say.
        shop: the address of the outside shop that sold it, when there is one.
        at: now.
        by: the first person.

    Raises:
        Conflict, Forbidden: as `take`.
        Invalid: no note or no answer.
    """
    case = begin_step(number, CaseStep.PROPOSE, by=by)
    note, answer = worded(note), worded(answer)
    case.proposed_by_account_id = by
    case.shop = shop.strip() or case.shop
    detail = {"verdict": str(CaseVerdict.CONFIRMED_FAKE), "answer": answer, "shop": case.shop}
    return finish_step(case, CaseStep.PROPOSE, note=note, detail=detail, at=at, by=by)


def confirm(number: str, *, note: str, proposed_at: str | None = None, at: datetime, by: int) -> CaseView:
    """The second person confirms: the verdict stands, the code is doubted, the outside shop is warned of.

    Args:
        number: the case.
        note: the second person's reasons.
        proposed_at: when what was read was proposed, in ISO form; None for who read nothing before.
        at: now.
        by: the second person.

    Raises:
        Conflict: nothing is proposed, or something else than what was read.
        Forbidden: the second person is the first, lies outside the area or works for the grower.
        Invalid: no note.
    """
    case = begin_step(number, CaseStep.CONFIRM, by=by)
    FAKE.require_another(case, by)
    note = worded(note)
    proposal = _last_proposal(case.id)
    if proposed_at not in {None, proposal.at.isoformat()}:
        raise Conflict(_("The case has moved on meanwhile."), code="case_state", state=case.state)
    answer = proposal.detail["answer"]
    listed = _warn_of_shop(case, at=at)
    if case.code_id is not None:
        case.code_doubted = True
    case.verdict, case.answer = str(CaseVerdict.CONFIRMED_FAKE), answer
    case.decided_by_account_id, case.decided_at = by, at
    return finish_step(
        case,
        CaseStep.CONFIRM,
        note=note,
        detail={"listed": listed, **_decision_detail(case, at)},
        at=at,
        by=by,
    )


def send_back(number: str, *, note: str, at: datetime, by: int) -> CaseView:
    """The second person is not convinced; the note says of what.

    Raises:
        Conflict, Forbidden, Invalid: as `confirm`.
    """
    case = begin_step(number, CaseStep.SEND_BACK, by=by)
    note = worded(note)
    case.proposed_by_account_id = None
    return finish_step(case, CaseStep.SEND_BACK, note=note, at=at, by=by)


def decide(
    number: str, verdict: CaseVerdict | str, *, note: str, answer: str, at: datetime, by: int
) -> CaseView:
    """Clear a case, or leave it open what it was. Takes back this case's own doubt, warning and suspensions,
    and nobody else's.

    Raises:
        Conflict: as `take`, or a confirmed fake is to be decided by one person.
        Forbidden: as `take`.
        Invalid: no note or no answer.
    """
    verdict = CaseVerdict(verdict)
    case = begin_step(number, CaseStep.DECIDE, by=by)
    if verdict not in DECIDED_ALONE:
        raise Conflict(_("A confirmed fake is proposed first, then confirmed."), code="second_person")
    note, answer = worded(note), worded(answer)
    branch.lift_warning(case.number, at=at)
    end_suspensions(case, at=at)
    case.verdict, case.answer = str(verdict), answer
    case.decided_by_account_id, case.decided_at = by, at
    case.code_doubted = False
    return finish_step(case, CaseStep.DECIDE, note=note, detail=_decision_detail(case, at), at=at, by=by)


def close(number: str, *, note: str = "", at: datetime, by: int) -> CaseView:
    """Nothing more follows from the verdict.

    Raises:
        Conflict: it is not decided.
        Forbidden: as `take`.
    """
    case = begin_step(number, CaseStep.CLOSE, by=by)
    case.closed_at = at
    return finish_step(case, CaseStep.CLOSE, note=note, at=at, by=by)


def reopen(number: str, *, note: str, at: datetime, by: int) -> CaseView:
    """Look again, after an objection or new evidence. What the old verdict did stays until the new one.

    Raises:
        Conflict: it is open.
        Forbidden: as `take`.
        Invalid: no note.
    """
    case = begin_step(number, CaseStep.REOPEN, by=by)
    note = worded(note)
    detail = {"verdict": case.verdict, "answer": case.answer}
    case.verdict = case.decided_at = case.closed_at = None
    case.proposed_by_account_id = case.decided_by_account_id = None
    case.escalated_unit_id = None
    case.answer = ""
    case.due_at = at + timedelta(days=current_settings().case_days)
    case.reopened += 1
    return finish_step(case, CaseStep.REOPEN, note=note, detail=detail, at=at, by=by)


def begin_step(number: str, step: CaseStep, *, by: int) -> CounterfeitCase:
    """The locked case, once area, own interest and table allow the step.

    Raises:
        Conflict: the table does not allow it.
        Forbidden: outside the actor's area, or the actor works for the grower concerned.
        NotFound: no such case.
    """
    case = locked_case(number)
    require_access(view(case), by, PERMISSION_OF[step])
    if case.unit_id is None and step is not CaseStep.TAKE:
        raise Conflict(_("Take the case on first; then it is with your unit."), code="case_without_area")
    if case.grower_id is not None and branch.works_for(by, case.grower_id):
        raise Forbidden(_("You work for the grower whom this case is about."), code="own_case")
    CASE.require(case, step)
    return case


def finish_step(
    case: CounterfeitCase,
    step: CaseStep,
    *,
    note: str,
    detail: dict[str, Any] | None = None,
    at: datetime,
    by: int,
) -> CaseView:
    """Move the case, leave the row of the step and seal."""
    take_step(case, step, note=note, detail=detail, at=at, by=by)
    return view(case)


def _decision_detail(case: CounterfeitCase, at: datetime) -> dict[str, Any]:
    """What a decision was, for counts that a later reopening must not change."""
    return {"verdict": case.verdict, "in_time": at <= case.due_at}


def worded(text: str) -> str:
    """The note without the space around it.

    Raises:
        Invalid: nothing was written.
    """
    return require_reason(text, _("Write a note: what was found, what was done."), code="note_missing")


def _last_proposal(case_id: int) -> CaseChange:
    return session.scalars(
        select(CaseChange)
        .where(CaseChange.case_id == case_id, CaseChange.step == str(CaseStep.PROPOSE))
        .order_by(CaseChange.id.desc())
        .limit(1)
    ).one()


def _warn_of_shop(case: CounterfeitCase, *, at: datetime) -> str:
    """List the outside shop in the register; empty when the text names none or it is a grower's own shop."""
    if not case.shop:
        return ""
    try:
        return branch.warn_of_shop(case.shop, reference=case.number, at=at)
    except (Invalid, Conflict):
        return ""


def end_suspensions(case: CounterfeitCase, *, at: datetime) -> None:
    """End what this case suspended, and nothing that anybody else did; a new verdict no longer supports it."""
    reason = _("Case %(number)s was decided otherwise.", number=case.number)
    details = session.scalars(
        select(CaseChange.detail).where(CaseChange.case_id == case.id, CaseChange.step == str(CaseStep.ACT))
    ).all()
    for number in {detail["licence"] for detail in details if "licence" in detail}:
        if case.number in branch.licence_suspended_by(number):
            branch.reinstate_licence(number, reason=reason, by_account_id=None, at=at, source=case.number)
    for public_id in {detail["storefront"] for detail in details if "storefront" in detail}:
        if case.number in branch.storefront_suspended_by(public_id):
            branch.decide_storefront(
                public_id,
                branch.StorefrontStep.REINSTATE,
                reason=reason,
                by_account_id=None,
                at=at,
                source=case.number,
            )
