"""Pages of the committee: what came in, one report at a time, ask back, accept."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from branch.reports.editions.queries.published import editions_of_report
from branch.reports.formats.html import cells
from branch.reports.forms import MoveForm
from branch.reports.models.sealing import subject_of
from branch.reports.queries import pages
from branch.reports.queries.pages import find_report, is_own
from branch.reports.questions import service
from branch.reports.questions.forms import AskForm, WordsForm
from branch.reports.questions.queries import discussion_of
from branch.reports.questions.wording import places_of
from branch.reports.review.queries import ReportOverview, report_overview
from branch.reports.states import ReportState
from branch.reports.views.committee_csv import desk_csv
from branch.reports.views.shared import language, moved, reply_forms, words, written
from core import seal
from core.clock import now
from core.gate import actor_id, may, requires
from core.scopes import Scope

blueprint = Blueprint("report_desk", __name__)
blueprint.context_processor(words)


@blueprint.get("/committee/reports")
@requires("reports.view")
def index() -> ResponseReturnValue:
    """What came in, what is late, what was asked and how the months went; of one unit or period when chosen."""
    shown = _desk()
    return render_template(
        "committee/reports.html",
        desk=shown,
        waiting=_chosen(shown, [ReportState.SUBMITTED]),
        past=_chosen(shown, [ReportState.ACCEPTED, ReportState.RETURNED, ReportState.ARCHIVED]),
        unit=request.args.get("unit", ""),
        period=request.args.get("period", ""),
    )


def _desk() -> ReportOverview:
    return report_overview(
        actor_id(), unit_code=request.args.get("unit", ""), period=request.args.get("period", ""), at=now()
    )


def _chosen(shown: ReportOverview, states: list[ReportState]) -> list[pages.ReportLine]:
    """The reports in these states, as the filters say."""
    period, names = request.args.get("period", ""), set(shown.unit_names.values())
    reports = pages.reports_for(actor_id(), states=[str(state) for state in states])
    return [
        report for report in reports if report.unit_name in names and (not period or report.period == period)
    ]


@blueprint.get("/committee/reports.csv")
@requires("reports.view")
def index_csv() -> ResponseReturnValue:
    """The same as one line per unit and month, for a spreadsheet."""
    headers = {"Content-Disposition": 'attachment; filename="reports.csv"'}
    return Response(desk_csv(_desk()), content_type="text/csv; charset=utf-8", headers=headers)


@blueprint.get("/committee/reports/<public_id>")
@requires("reports.view")
def review(public_id: str) -> ResponseReturnValue:
    """One page: three figures with their grade, what changed, what is doubtful, questions, the decision."""
    return _review(public_id, 200)


def _review(
    public_id: str,
    status: int,
    *,
    form: MoveForm | None = None,
    asking: AskForm | None = None,
    reply: tuple[str, WordsForm] | None = None,
) -> ResponseReturnValue:
    """The page; the forms are what was typed and could not be saved."""
    report = pages.report_for(actor_id(), public_id, language=language())
    row = find_report(public_id)
    discussion = discussion_of(report.unit_id, report.period)
    asking = asking or AskForm(None)
    asking.place.choices = places_of(report.document)
    return render_template(
        "committee/report.html",
        report=report,
        form=form or MoveForm(None),
        asking=asking,
        discussion=discussion,
        withdrawals=reply_forms(discussion, reply) if may("reports.review") else {},
        cells=cells,
        may_review=may("reports.review"),
        own=is_own(row, actor_id()),
        editions=editions_of_report(report.unit_id, report.period),
        may_publish=may("reports.publish") and "public-zh" in row.documents,
        seal=seal.seal_of(subject_of(public_id)),
    ), status


@blueprint.post("/committee/reports/<public_id>/decide")
@requires("reports.review", scope=Scope.UNIT)
def decide(public_id: str) -> ResponseReturnValue:
    """Accept, or put in the archive."""
    form = MoveForm()
    refused = moved(form, public_id, allowed={ReportState.ACCEPTED, ReportState.ARCHIVED})
    if refused is not None:
        return _review(public_id, refused, form=form)
    return redirect(url_for("report_desk.review", public_id=public_id))


@blueprint.post("/committee/reports/<public_id>/questions")
@requires("reports.review", scope=Scope.UNIT)
def ask(public_id: str) -> ResponseReturnValue:
    """Ask the branch back; the button says whether the report goes back to it at once."""
    form = AskForm()
    report = pages.report_for(actor_id(), public_id, language=language())
    form.place.choices = places_of(report.document)
    refused = written(
        form,
        service.ask,
        public_id,
        place=form.place.data or "",
        returns=form.returns.data == "yes",
        revision=form.revision.data,
    )
    if refused is not None:
        return _review(public_id, refused, asking=form)
    return redirect(url_for("report_desk.review", public_id=public_id, _anchor="questions"))


@blueprint.post("/committee/reports/<public_id>/questions/<question_id>/withdraw")
@requires("reports.review", scope=Scope.UNIT)
def withdraw(public_id: str, question_id: str) -> ResponseReturnValue:
    """Take a question back, saying why."""
    form = WordsForm(prefix=question_id)
    refused = written(form, service.withdraw, public_id, question_id)
    if refused is not None:
        return _review(public_id, refused, reply=(question_id, form))
    return redirect(url_for("report_desk.review", public_id=public_id, _anchor="questions"))
