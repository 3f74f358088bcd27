"""One page for each step that staff take with a case; what was typed and photographed survives a failed form."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.clock import now
from core.database import transaction
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope
from core.uploads.forms import kept_token, read_kept
from core.web.views.bounds import PHOTOS, takes
from traceability.cases import forms
from traceability.cases.queries.records import CaseView, evidence_views, steps_of
from traceability.cases.rules.evidence import Evidence
from traceability.cases.service import actions, decisions, opening, reporting
from traceability.cases.service.recording import require_access
from traceability.cases.service.reporting import photos_of
from traceability.cases.states import PERMISSION_OF, CaseStep, CaseVerdict, EvidenceKind, Origin, Subject
from traceability.cases.views.staff import accessible_case
from traceability.cases.wording import names as wording
from traceability.lots.queries.records import find_lot

blueprint = Blueprint("case_steps", __name__)
PURPOSE = "case evidence"


@blueprint.route("/branch/reports-of-fakes/new", methods=["GET", "POST"])
@requires("cases.evidence", scope=Scope.UNIT)
@takes(PHOTOS)
@creates()
def new() -> ResponseReturnValue:
    """Open a case after a visit, a call or a look at a shop."""
    form = forms.StaffReportForm()
    photo_keys, problem = _photos(form)
    if not problem and form.validate_on_submit():
        lot = find_lot(number=form.lot.data) if form.lot.data else None
        with creating() as made:
            case = _open(form, photo_keys, lot.id if lot else None)
            made.leads_to(_case_url(case))
        return made.answer()
    return _page(form, "new.html", kept=len(photo_keys))


def _open(form: forms.StaffReportForm, photo_keys: list[str], lot_id: int | None) -> CaseView:
    report = reporting.Report(
        what=form.what.data or "",
        price=form.price.data or "",
        shop=(form.shop.data or "").strip(),
        photo_keys=tuple(photo_keys),
    )
    subject = Subject.of_lot(lot_id, shop=report.shop) if lot_id else Subject.of_shop(report.shop)
    if not lot_id and not report.shop:
        subject = Subject.other()
    return opening.open_case(
        Origin.STAFF,
        subject=subject,
        evidence=reporting.evidence_of(report, at=now()),
        summary=report.what.strip(),
        at=now(),
        by=actor_id(),
    )


@blueprint.route("/branch/reports-of-fakes/<number>/take", methods=["GET", "POST"])
@requires("cases.decide", scope=Scope.UNIT)
def take(number: str) -> ResponseReturnValue:
    """Take a case on, or over from somebody else."""
    case = _case_for_step(number, CaseStep.TAKE)
    form = forms.TakeForm()
    if case.code_id is None:
        del form.doubt_code
    if form.validate_on_submit():
        doubt = bool(form.doubt_code.data) if form.doubt_code else False
        if doubt and not (form.note.data or "").strip():
            form.note.errors = [*form.note.errors, forms.SAY_NOTE]
            return _page(form, "take.html", case=case)
        with transaction():
            decisions.take(case.number, note=form.note.data or "", doubt_code=doubt, at=now(), by=actor_id())
        return _back_to_case(case)
    return _page(form, "take.html", case=case)


@blueprint.route("/branch/reports-of-fakes/<number>/evidence", methods=["GET", "POST"])
@requires("cases.evidence", scope=Scope.UNIT)
@takes(PHOTOS)
@creates()
def add_evidence(number: str) -> ResponseReturnValue:
    """Put a finding or photographs on record; nobody can change them afterwards."""
    case = accessible_case(number)
    require_access(case, actor_id(), "cases.evidence")
    form = forms.EvidenceForm()
    photo_keys, problem = _photos(form)
    text = (form.text.data or "").strip()
    if not problem and form.validate_on_submit():
        if text or photo_keys:
            pieces = [Evidence(EvidenceKind.NOTE, {"text": text})] if text else []
            pieces += [reporting.photo_evidence(key) for key in photo_keys]
            with creating() as made:
                opening.add_evidence(case.number, pieces, at=now(), by=actor_id())
                made.leads_to(_case_url(case))
            return made.answer()
        form.text.errors = [*form.text.errors, _("Write what was found, or add a photograph.")]
    return _page(form, "evidence.html", case=case, kept=len(photo_keys))


@blueprint.route("/branch/reports-of-fakes/<number>/verdict", methods=["GET", "POST"])
@requires("cases.decide", scope=Scope.UNIT)
def verdict(number: str) -> ResponseReturnValue:
    """Say what was found out; a fake goes to a second person."""
    case = _case_for_step(number, CaseStep.PROPOSE)
    form = forms.VerdictForm(shop=case.shop)
    if form.validate_on_submit():
        note, answer = form.note.data or "", form.answer.data or ""
        at, by = now(), actor_id()
        with transaction():
            if form.verdict.data == CaseVerdict.CONFIRMED_FAKE:
                shop = form.shop.data or ""
                decisions.propose(case.number, note=note, answer=answer, shop=shop, at=at, by=by)
            else:
                decisions.decide(case.number, form.verdict.data, note=note, answer=answer, at=at, by=by)
        return _back_to_case(case)
    return _page(form, "verdict.html", case=case)


@blueprint.route("/branch/reports-of-fakes/<number>/confirm", methods=["GET", "POST"])
@requires("cases.confirm", scope=Scope.UNIT)
def confirm(number: str) -> ResponseReturnValue:
    """The second person confirms what was proposed, or sends it back."""
    case = _case_for_step(number, CaseStep.CONFIRM)
    form = forms.ConfirmForm()
    if form.validate_on_submit():
        with transaction():
            if request.form.get("outcome") == "confirm":
                decisions.confirm(
                    case.number,
                    note=form.note.data or "",
                    proposed_at=form.proposed_at.data or "",
                    at=now(),
                    by=actor_id(),
                )
            else:
                decisions.send_back(case.number, note=form.note.data or "", at=now(), by=actor_id())
        return _back_to_case(case)
    proposal = next((step for step in reversed(steps_of(case.id)) if step.step is CaseStep.PROPOSE), None)
    form.proposed_at.data = proposal and proposal.at.isoformat()
    pieces = evidence_views(case.id)
    return _page(form, "confirm.html", case=case, proposal=proposal, pieces=pieces)


@blueprint.route("/branch/reports-of-fakes/<number>/act", methods=["GET", "POST"])
@requires("cases.decide", scope=Scope.UNIT)
def act(number: str) -> ResponseReturnValue:
    """Do or note what follows from a confirmed fake."""
    case = _case_for_step(number, CaseStep.ACT)
    form = forms.ActForm()
    form.kind.choices = [
        (str(kind), wording.action_name(kind)) for kind in actions.open_actions(case, at=now())
    ]
    if form.validate_on_submit():
        with transaction():
            actions.take_action(
                case.number, form.kind.data, note=form.note.data or "", at=now(), by=actor_id()
            )
        return _back_to_case(case)
    return _page(form, "act.html", case=case)


@blueprint.post("/branch/reports-of-fakes/<number>/close")
@requires("cases.decide", scope=Scope.UNIT)
def close(number: str) -> ResponseReturnValue:
    """Nothing more is to be done."""
    case = _case_for_step(number, CaseStep.CLOSE)
    with transaction():
        decisions.close(case.number, at=now(), by=actor_id())
    return _back_to_case(case)


@blueprint.route("/branch/reports-of-fakes/<number>/reopen", methods=["GET", "POST"])
@requires("cases.confirm", scope=Scope.UNIT)
def reopen(number: str) -> ResponseReturnValue:
    """Look again, after an objection or with something new."""
    case = _case_for_step(number, CaseStep.REOPEN)
    form = forms.NoteForm()
    if form.validate_on_submit():
        with transaction():
            decisions.reopen(case.number, note=form.note.data or "", at=now(), by=actor_id())
        return _back_to_case(case)
    return _page(form, "reopen.html", case=case)


def _case_for_step(number: str, step: CaseStep) -> CaseView:
    """The case, when the actor may take this step in its area."""
    case = accessible_case(number)
    require_access(case, actor_id(), PERMISSION_OF[step])
    return case


def _photos(form: Any) -> tuple[list[str], str | None]:
    photo_keys = read_kept(form.kept.data, purpose=PURPOSE)
    if request.method != "POST":
        return photo_keys, None
    photo_keys, problem = photos_of(form.photos.data or [], photo_keys, most=reporting.MOST_PHOTOS)
    if problem:
        form.validate()
        form.photos.errors = [*form.photos.errors, problem]
    form.kept.data = kept_token(photo_keys, purpose=PURPOSE)
    return photo_keys, problem


def _page(form: Any, template: str, **context: Any) -> ResponseReturnValue:
    page = render_template(f"traceability/cases/{template}", form=form, wording=wording, **context)
    return page, 422 if form.errors else 200


def _back_to_case(case: CaseView) -> ResponseReturnValue:
    return redirect(_case_url(case), 303)


def _case_url(case: CaseView) -> str:
    return url_for("cases.show", number=case.number)
