"""Plots as the branch sees them: technicians survey, the village agrees, the town approves."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import local_day, local_year, now
from core.database import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.files import service as files
from core.form_keys.views import creates, creating
from core.gate import actor_id, may, requires
from core.scopes import Scope
from core.uploads.forms import take_photo
from core.web.rules.pagination import page_number
from core.web.views.bounds import PHOTO, takes
from traceability.lots.queries.records import cultivar_group_name, cultivar_groups
from traceability.plots.queries import PlotView
from traceability.plots.states import Decision, SurveyState
from traceability.quota.queries.ledger import stages
from traceability.surveys import service
from traceability.surveys.forms import DecisionForm, SurveyForm, stage_words
from traceability.surveys.queries import MISSING, get_plot_by_number, plots_at_work, surveys_of_plot
from traceability.surveys.wording import TONES, method_name, survey_state_name, survey_steps

blueprint = Blueprint("plot_surveys", __name__)
STATES = (MISSING, SurveyState.SURVEYED, SurveyState.AGREED, SurveyState.APPROVED)
FIELDS = {"area": "area_mu", "stands": "area_1"}


@blueprint.get("/branch/plots")
@requires("plots.view")
def index() -> ResponseReturnValue:
    """The plots of one's villages by how far this year's survey is."""
    state = request.args.get("state", MISSING)
    state = state if state in STATES else MISSING
    units = {unit.id: unit for unit in branch.units_where(actor_id() or 0, "plots.view")}
    page, counts = plots_at_work(
        units, year=local_year(now()), state=state, page=page_number(request.args.get("page"))
    )
    return _page(
        "work.html",
        page=page,
        counts=counts,
        state=state,
        states=STATES,
        growers=branch.growers_by_ids({plot_at_work.plot.grower_id for plot_at_work in page.items}),
        villages={unit.id: branch.unit_name(unit) for unit in units.values()},
        year=local_year(now()),
    )


@blueprint.get("/branch/plots/<number>")
@requires("plots.view")
def show(number: str) -> ResponseReturnValue:
    """One plot with its surveys and what is to be decided."""
    return _show(_visible(number), DecisionForm(formdata=None))


@blueprint.route("/branch/plots/<number>/survey", methods=["GET", "POST"])
@requires("plots.survey", scope=Scope.UNIT)
@takes(PHOTO)
@creates()
def survey(number: str) -> ResponseReturnValue:
    """Note down what stands on the plot."""
    plot = _visible(number)
    branch.require_unit_access(actor_id(), plot.unit_id, "plots.survey")
    form = SurveyForm()
    form.offer(today=local_day(now()), groups=cultivar_groups(), stages=stages(at=now()))
    if request.method != "POST":
        form.surveyed_on.data = local_day(now())
        form.area_mu.data = round(plot.area_mu, 2)
        return _page("survey.html", plot=plot, form=form, kept=False)
    photo = take_photo(form, kind="plot_photo")
    readable = form.outline_is_read()
    if form.validate() and photo.ok and readable:
        at = now()
        try:
            with creating() as made:
                service.record_survey(
                    plot.id,
                    form.survey(photo.key),
                    surveyed_at=form.surveyed_at(at=at),
                    at=at,
                    by=actor_id() or 0,
                )
                made.leads_to(url_for("plot_surveys.show", number=plot.number))
            flash(_("The survey is written down. The village decides next."), "success")
            return made.answer()
        except Conflict as error:
            form.form_errors.append(str(error))
        except Invalid as error:
            for name, text in error.details.get("fields", {}).items():
                field = form[FIELDS.get(name, name)]
                field.errors = [*field.errors, text]
    elif not readable:
        form.outline_is_read()
    return _page("survey.html", plot=plot, form=form, kept=bool(photo.key)), 422


@blueprint.post("/branch/plots/<number>/village")
@requires("plots.decide", scope=Scope.UNIT)
def village(number: str) -> ResponseReturnValue:
    """The village agrees, or sends the survey back."""
    return _decide(number, "plots.decide", {Decision.AGREE, Decision.RETURN})


@blueprint.post("/branch/plots/<number>/town")
@requires("plots.approve", scope=Scope.UNIT)
def town(number: str) -> ResponseReturnValue:
    """The town approves, or sends the survey back."""
    return _decide(number, "plots.approve", {Decision.APPROVE, Decision.RETURN})


@blueprint.get("/branch/plots/<number>/surveys/<survey_number>/photo")
@requires("plots.view")
def photo(number: str, survey_number: str) -> ResponseReturnValue:
    """The photograph of a survey, for those who look after the plot."""
    plot = _visible(number)
    for survey in surveys_of_plot(plot.id):
        if survey.number == survey_number and survey.photo_key:
            return Response(files.get(survey.photo_key), mimetype="image/jpeg")
    raise NotFound(_("There is no survey with this number."), code="no_such_survey")


def _decide(number: str, permission: str, allowed: set[Decision]) -> ResponseReturnValue:
    plot = _visible(number)
    branch.require_unit_access(actor_id(), plot.unit_id, permission)
    form = DecisionForm()
    word = request.form.get("decision", "")
    if word not in allowed:
        raise Invalid(_("Choose what to decide."), code="decision_missing")
    if not form.validate():
        return _show(plot, form), 422
    try:
        with transaction():
            state = service.decide(
                plot.id,
                request.form.get("survey", ""),
                Decision(word),
                at=now(),
                by=actor_id() or 0,
                reason=form.reason.data or "",
            )
    except (Invalid, Forbidden) as error:
        form.reason.errors = [str(error)]
        return _show(plot, form), 422
    flash(
        {
            SurveyState.AGREED: _("The village has agreed. The town decides next."),
            SurveyState.APPROVED: _("The plot is approved; its quota can be used now."),
            SurveyState.RETURNED: _("The survey is returned."),
        }[state],
        "success",
    )
    return redirect(url_for("plot_surveys.show", number=plot.number), 303)


def _visible(number: str) -> PlotView:
    plot = get_plot_by_number(number)
    branch.require_unit_access(actor_id(), plot.unit_id, "plots.view")
    return plot


def _show(plot: PlotView, form: DecisionForm) -> str:
    surveys = surveys_of_plot(plot.id)
    this_year = local_year(now())
    standing = any(
        survey.year == this_year and survey.state is not SurveyState.RETURNED for survey in surveys
    )
    return _page(
        "at_work.html",
        plot=plot,
        grower=branch.get_grower(id=plot.grower_id),
        village=branch.unit_name(branch.require_unit_access(actor_id(), plot.unit_id, "plots.view")),
        surveys=surveys,
        form=form,
        may_survey=may("plots.survey") and not standing,
        may_agree=may("plots.decide"),
        may_approve=may("plots.approve"),
    )


def _page(name: str, **context: Any) -> str:
    known = {stage.code: stage_words(stage) for stage in stages(at=now())}
    return render_template(
        f"traceability/surveys/{name}",
        state_name=survey_state_name,
        tones=TONES,
        steps_of=survey_steps,
        method_name=method_name,
        group_name=cultivar_group_name,
        stage_names=known,
        **context,
    )
