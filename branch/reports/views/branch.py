"""Pages of reports: the branch builds and submits, the committee returns or accepts."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch.ledger.rules.periods import month_before
from branch.organisation.queries.tree import require_unit_access, unit_name, units_where
from branch.reports.deadlines.queries import duties_of
from branch.reports.formats.html import cells
from branch.reports.forms import BuildForm, MoveForm
from branch.reports.models.sealing import subject_of
from branch.reports.queries import pages
from branch.reports.questions import service
from branch.reports.questions.forms import WordsForm
from branch.reports.questions.queries import discussion_of
from branch.reports.questions.states import ANSWERED_ON
from branch.reports.states import ReportState
from branch.reports.views.shared import language, moved, reply_forms, shelved_file, words, written
from core import seal
from core.clock import local_day, now
from core.form_keys.views import creates, creating
from core.gate import actor_id, current_actor, may, requires
from core.progress.service import starting as progress
from core.scopes import Scope

blueprint = Blueprint("reports", __name__)
blueprint.context_processor(words)


def _build_form() -> BuildForm:
    form = BuildForm()
    units = units_where(actor_id(), "reports.build")
    form.unit.choices = [(unit.code, unit_name(unit)) for unit in units]
    if not form.is_submitted():
        form.unit.data = next((unit.code for unit in units if unit.kind == "branch"), None)
        form.period.data = month_before(local_day(now())).key
    return form


@blueprint.get("/branch/reports")
@requires("reports.view")
def index() -> ResponseReturnValue:
    """The branch's reports, and a form to build one."""
    return _index(_build_form() if may("reports.build") else None), 200


def _index(form: BuildForm | None) -> str:
    units = [unit.id for unit in units_where(actor_id(), "reports.view")]
    return render_template(
        "branch/reports/index.html",
        reports=pages.reports_for(actor_id()),
        duties=duties_of(units, at=now(), open_only=True),
        form=form,
    )


@blueprint.post("/branch/reports")
@requires("reports.build", scope=Scope.UNIT)
@creates()
def build() -> ResponseReturnValue:
    """Start building; the page of the job shows how far it is."""
    form = _build_form()
    if not form.validate():
        return _index(form), 422
    period = form.chosen()
    if local_day(now()) < period.start:
        form.period.errors = [*form.period.errors, _("This period has not begun yet.")]
        return _index(form), 422
    unit = next(unit for unit in units_where(actor_id(), "reports.build") if unit.code == form.unit.data)
    require_unit_access(actor_id(), unit.id, "reports.build")
    actor = current_actor()
    with creating() as made:
        job = progress.start(
            "report",
            task="branch.reports.build",
            args=[unit.code, period.key, actor.account_id, actor.display_name],
            owner_account_id=actor.account_id,
            needs=progress.Authority("reports.build", unit_id=unit.id),
            message=_("Waiting for its turn"),
        )
        made.leads_to(url_for("progress.job", public_id=job))
    return made.answer()


@blueprint.get("/branch/reports/<public_id>")
@requires("reports.view")
def show(public_id: str) -> ResponseReturnValue:
    """The whole report, its files and its history."""
    return _show(public_id, 200)


def _show(
    public_id: str, status: int, *, form: MoveForm | None = None, reply: tuple[str, WordsForm] | None = None
) -> ResponseReturnValue:
    """The page; `form` or `reply` (a question and the answer to it) are what was typed and could not be saved."""
    report = pages.report_for(actor_id(), public_id, language=language())
    discussion = discussion_of(report.unit_id, report.period)
    page = render_template(
        "branch/reports/show.html",
        report=report,
        form=form or MoveForm(None),
        discussion=discussion,
        answers=reply_forms(discussion, reply)
        if may("reports.submit") and report.state in ANSWERED_ON
        else {},
        cells=cells,
        may_submit=may("reports.submit"),
        seal=seal.seal_of(subject_of(public_id)),
    )
    return page, status


@blueprint.post("/branch/reports/<public_id>/submit")
@requires("reports.submit", scope=Scope.UNIT)
def submit(public_id: str) -> ResponseReturnValue:
    """Send a draft, or a returned report whose questions are answered, to the committee."""
    form = MoveForm()
    refused = moved(form, public_id, allowed={ReportState.SUBMITTED})
    if refused is not None:
        return _show(public_id, refused, form=form)
    return redirect(url_for("reports.show", public_id=public_id))


@blueprint.post("/branch/reports/<public_id>/questions/<question_id>/answer")
@requires("reports.submit", scope=Scope.UNIT)
def answer(public_id: str, question_id: str) -> ResponseReturnValue:
    """Answer a question of the committee."""
    form = WordsForm(prefix=question_id)
    refused = written(form, service.answer, public_id, question_id)
    if refused is not None:
        return _show(public_id, refused, reply=(question_id, form))
    return redirect(url_for("reports.show", public_id=public_id, _anchor="questions"))


@blueprint.get("/branch/reports/<public_id>/files/<name>")
@requires("reports.view")
def download(public_id: str, name: str) -> ResponseReturnValue:
    """One file of a report; pictures are shown in place, all others are saved."""
    key = pages.file_key(actor_id(), public_id, name)
    return shelved_file(key, name, kept="private, max-age=3600")


@blueprint.get("/branch/reports/<public_id>/proof")
@requires("reports.view")
def proof(public_id: str) -> ResponseReturnValue:
    """The proof that a report is sealed in the public log: its input, its words and its files by their digests."""
    report = pages.report_for(actor_id(), public_id, language=language())
    return seal.proof_answer(seal.proof_for(subject_of(report.public_id)), f"report-{report.public_id}")
