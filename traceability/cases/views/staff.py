"""Cases for staff: the list by deadline, one case on one screen, and a page for each step."""

import hashlib

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core import seal
from core.accounts.queries.account import display_names
from core.clock import now
from core.errors import Conflict, NotFound
from core.files import service as files
from core.gate import actor_id, requires
from core.web.rules.pagination import page_number
from traceability.cases.models.sealing import evidence_of, subject_of
from traceability.cases.queries import records
from traceability.cases.queries.records import CaseView, get_case
from traceability.cases.rules import evidence
from traceability.cases.service.recording import may_handle, require_access
from traceability.cases.states import PERMISSION_OF, CaseState, CaseStep, CaseVerdict, steps_from
from traceability.cases.wording import names as wording
from traceability.cases.wording.letters import LETTERS, letter_pdf

blueprint = Blueprint("cases", __name__)


@blueprint.get("/branch/reports-of-fakes")
@requires("cases.view")
def index() -> ResponseReturnValue:
    """The cases of one's areas; open ones by deadline, so that the late ones stand first."""
    account_id = actor_id()
    requested = request.args.get("folder", "")
    folder = requested if requested in records.FOLDERS else "open"
    units = [unit.id for unit in branch.units_where(account_id, "cases.view")]
    page = records.case_page(
        units, folder=folder, account_id=account_id, page=page_number(request.args.get("page"))
    )
    return render_template(
        "traceability/cases/index.html",
        page=page,
        folder=folder,
        counts=records.folder_counts(units, account_id),
        names=display_names(case.owner_account_id for case in page.items),
        wording=wording,
        at=now(),
    )


@blueprint.get("/branch/reports-of-fakes/<number>")
@requires("cases.view")
def show(number: str) -> ResponseReturnValue:
    """One case: what it is about, the evidence, what happened, and the one thing to do next."""
    case = accessible_case(number)
    pieces = evidence_of(case.id)
    grower = branch.get_grower(id=case.grower_id) if case.grower_id else None
    unit = branch.unit_by_id(case.unit_id) if case.unit_id else None
    escalated = branch.unit_by_id(case.escalated_unit_id) if case.escalated_unit_id else None
    owner = display_names([case.owner_account_id]) if case.owner_account_id else {}
    return render_template(
        "traceability/cases/show.html",
        case=case,
        pieces=records.evidence_views(case.id),
        broken=evidence.first_break(case.number, pieces),
        steps=records.steps_of(case.id),
        strength=records.strength_of(case.id),
        label=records.label_of(case),
        grower=grower,
        area=branch.unit_name(unit) if unit else "",
        escalated=branch.unit_name(escalated) if escalated else "",
        owner=owner.get(case.owner_account_id or 0, ""),
        next_step=next_step(case, actor_id()),
        may_add=case.is_open and may_handle(case, actor_id(), "cases.evidence"),
        may_reopen=not case.is_open and may_handle(case, actor_id(), PERMISSION_OF[CaseStep.REOPEN]),
        may_close=case.state is CaseState.DECIDED
        and may_handle(case, actor_id(), PERMISSION_OF[CaseStep.CLOSE]),
        seal=seal.seal_of(subject_of(case)),
        letters=LETTERS if case.verdict is CaseVerdict.CONFIRMED_FAKE else (),
        wording=wording,
        at=now(),
    )


def accessible_case(number: str) -> CaseView:
    """The case, when it is in the actor's area.

    Raises:
        Forbidden, NotFound: it is not, or there is none.
    """
    case = get_case(number)
    require_access(case, actor_id(), "cases.view")
    return case


def next_step(case: CaseView, account_id: int) -> CaseStep | None:
    """The one step that leads on from here and that this person may take; none when others are to act."""
    own = branch.grower_of(account_id)
    if own is not None and own.id == case.grower_id:
        return None
    order = {
        CaseState.RECEIVED: [CaseStep.TAKE],
        CaseState.INVESTIGATING: [CaseStep.PROPOSE if case.owner_account_id == account_id else CaseStep.TAKE],
        CaseState.PROPOSED: [] if case.proposed_by_account_id == account_id else [CaseStep.CONFIRM],
        CaseState.DECIDED: [CaseStep.ACT if case.verdict is CaseVerdict.CONFIRMED_FAKE else CaseStep.CLOSE],
        CaseState.CLOSED: [],
    }[case.state]
    allowed = [
        step
        for step in order
        if step in steps_from(case.state) and may_handle(case, account_id, PERMISSION_OF[step])
    ]
    return allowed[0] if allowed else None


@blueprint.get("/branch/reports-of-fakes/<number>/photos/<int:position>")
@requires("cases.view")
def photo(number: str, position: int) -> Response:
    """A photograph of the evidence, for staff only, and only with the bytes that were put on record.

    Raises:
        Conflict: the stored file is not the one that was put on record.
    """
    case = accessible_case(number)
    key, digest = records.evidence_file(case.id, position)
    try:
        content = files.get(key)
    except NotFound as damaged:
        if damaged.code != "file_damaged":
            raise
        content = b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise Conflict(_("This file was changed after it was put on record."), code="evidence_changed")
    return Response(
        content,
        content_type=files.content_type_of(key),
        headers={
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


@blueprint.get("/branch/reports-of-fakes/<number>/letters/<kind>.pdf")
@requires("cases.view")
def letter(number: str, kind: str) -> ResponseReturnValue:
    """The notice to the shop or the complaint file for the platform, with the proofs."""
    case = accessible_case(number)
    if kind not in LETTERS or case.verdict is not CaseVerdict.CONFIRMED_FAKE:
        return redirect(url_for("cases.show", number=number))
    return Response(
        letter_pdf(case, kind, at=now()),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{case.number}-{kind}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


@blueprint.get("/branch/reports-of-fakes/<number>/proof")
@requires("cases.view")
def proof(number: str) -> Response:
    """The proof that the case, as it now stands, is in the public log; for staff, because it names who decided."""
    case = accessible_case(number)
    return seal.proof_answer(seal.proof_for(subject_of(case)), case.number)
