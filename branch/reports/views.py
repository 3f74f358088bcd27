"""Pages of reports: the branch builds and submits, the committee returns or accepts."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from branch.ledger.periods import month_before
from branch.organisation.queries import require_unit_access, unit_name, units_where
from branch.reports import labels, queries, service
from branch.reports.forms import BuildForm, MoveForm
from branch.reports.page import cells
from branch.reports.sealing import subject_of
from branch.reports.states import ReportState
from core import files, jobs, progress, seal
from core.accounts.gate import actor_id, current_actor, may, requires
from core.clock import local_day, now
from core.database import transaction
from core.errors import Conflict, Invalid

blueprint = Blueprint("reports", __name__)


@blueprint.context_processor
def words() -> dict[str, object]:
    return {"state_name": labels.state_name, "state_tone": labels.state_tone, "move_name": labels.move_name}


def _language() -> str:
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


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
    form = _build_form() if may("reports.build") else None
    return render_template("branch/reports/index.html", reports=queries.reports_for(actor_id()), form=form)


@blueprint.post("/branch/reports")
@requires("reports.build")
def build() -> ResponseReturnValue:
    """Start building; the page of the job shows how far it is."""
    form = _build_form()
    if not form.validate():
        return render_template(
            "branch/reports/index.html", reports=queries.reports_for(actor_id()), form=form
        ), 422
    period = form.chosen()
    if local_day(now()) < period.start:
        form.period.errors = [*form.period.errors, _("This period has not begun yet.")]
        return render_template(
            "branch/reports/index.html", reports=queries.reports_for(actor_id()), form=form
        ), 422
    unit = next(unit for unit in units_where(actor_id(), "reports.build") if unit.code == form.unit.data)
    require_unit_access(actor_id(), unit.id, "reports.build")
    actor = current_actor()
    with transaction():
        job = progress.start("report", owner_account_id=actor.account_id, message=_("Waiting for its turn"))
    locale = str(get_locale())
    sent = jobs.send_soon(
        "branch.reports.build", unit.code, period.key, job, actor.account_id, actor.display_name, locale
    )
    if not sent:
        progress.fail(job, _("The queue is away. Please try again in a few minutes."))
    return redirect(url_for("web.job", public_id=job))


@blueprint.get("/branch/reports/<public_id>")
@requires("reports.view")
def show(public_id: str) -> ResponseReturnValue:
    """The whole report, its files and its history."""
    return _show(public_id, MoveForm(), 200)


def _show(public_id: str, form: MoveForm, status: int) -> ResponseReturnValue:
    report = queries.report_for(actor_id(), public_id, language=_language())
    page = render_template(
        "branch/reports/show.html",
        report=report,
        form=form,
        cells=cells,
        may_submit=may("reports.submit"),
        seal=seal.seal_of(subject_of(public_id)),
    )
    return page, status


@blueprint.post("/branch/reports/<public_id>/submit")
@requires("reports.submit")
def submit(public_id: str) -> ResponseReturnValue:
    """Send a draft, or a returned report with an answer, to the committee."""
    form = MoveForm()
    if not _moved(form, public_id, allowed={ReportState.SUBMITTED}):
        return _show(public_id, form, 422)
    return redirect(url_for("reports.show", public_id=public_id))


def _moved(form: MoveForm, public_id: str, *, allowed: set[ReportState]) -> bool:
    """Move the report as the form says; False when the form has to be shown again."""
    if not form.validate():
        return False
    if form.target.data not in set(allowed):
        raise Conflict(_("This report has moved on meanwhile. Please look at it again."), code="report_moved")
    try:
        with transaction():
            service.move_report(
                public_id,
                form.target.data,
                revision=form.revision.data,
                comment=form.comment.data or "",
                account_id=actor_id(),
                by_name=current_actor().display_name,
                at=now(),
            )
    except Invalid as error:
        form.comment.errors = [*form.comment.errors, str(error)]
        return False
    return True


@blueprint.get("/branch/reports/<public_id>/files/<name>")
@requires("reports.view")
def download(public_id: str, name: str) -> ResponseReturnValue:
    """One file of a report; pictures are shown in place, all others are saved."""
    key = queries.file_key(actor_id(), public_id, name)
    content_type = files.content_type_of(key)
    disposition = "inline" if content_type == "image/png" else "attachment"
    headers = {
        "Content-Disposition": f'{disposition}; filename="{name}"',
        "Cache-Control": "private, max-age=3600",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(files.get(key), content_type=content_type, headers=headers)


@blueprint.get("/branch/reports/<public_id>/proof")
@requires("reports.view")
def proof(public_id: str) -> ResponseReturnValue:
    """The proof that a report is sealed in the public log: its input, its words and its files by their digests."""
    report = queries.report_for(actor_id(), public_id, language=_language())
    return seal.proof_answer(seal.proof_for(subject_of(report.public_id)), f"report-{report.public_id}")


@blueprint.get("/committee/reports")
@requires("reports.view")
def committee_index() -> ResponseReturnValue:
    """What waits for the committee, then everything else."""
    account_id = actor_id()
    past = queries.reports_for(
        account_id, states=[ReportState.ACCEPTED, ReportState.RETURNED, ReportState.ARCHIVED]
    )
    return render_template(
        "committee/reports.html", waiting=queries.waiting_for_review(account_id), past=past
    )


@blueprint.get("/committee/reports/<public_id>")
@requires("reports.view")
def review(public_id: str) -> ResponseReturnValue:
    """One page: three figures with their grade, what changed, what is doubtful, accept or return."""
    return _review(public_id, MoveForm(), 200)


def _review(public_id: str, form: MoveForm, status: int) -> ResponseReturnValue:
    report = queries.report_for(actor_id(), public_id, language=_language())
    return render_template(
        "committee/report.html",
        report=report,
        form=form,
        cells=cells,
        may_review=may("reports.review"),
        seal=seal.seal_of(subject_of(public_id)),
    ), status


@blueprint.post("/committee/reports/<public_id>/decide")
@requires("reports.review")
def decide(public_id: str) -> ResponseReturnValue:
    """Accept, return with a comment, or archive."""
    form = MoveForm()
    if not _moved(
        form, public_id, allowed={ReportState.ACCEPTED, ReportState.RETURNED, ReportState.ARCHIVED}
    ):
        return _review(public_id, form, 422)
    return redirect(url_for("reports.review", public_id=public_id))
