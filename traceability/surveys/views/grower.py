"""A grower's plots."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import local_year, now
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope
from traceability.lots.queries.records import cultivar_group_name, lots_of_grower
from traceability.plots import service
from traceability.plots.forms import PlotForm
from traceability.plots.queries import get_plot, plots_of_grower
from traceability.quota.queries.ledger import stages
from traceability.surveys.forms import stage_words
from traceability.surveys.queries import standing_surveys, surveys_of_plot
from traceability.surveys.wording import TONES, method_name, survey_state_name, survey_steps

blueprint = Blueprint("plots", __name__)


@blueprint.get("/seller/plots")
@requires("plots.edit")
def index() -> ResponseReturnValue:
    """The grower's registered land."""
    grower = branch.require_grower(actor_id())
    plots = plots_of_grower(grower.id)
    return render_template(
        "traceability/surveys/index.html",
        plots=plots,
        surveys=standing_surveys([plot.id for plot in plots], year=local_year(now())),
        state_name=survey_state_name,
        tones=TONES,
    )


@blueprint.route("/seller/plots/new", methods=["GET", "POST"])
@requires("plots.edit", scope=Scope.GROWER)
@creates()
def new() -> ResponseReturnValue:
    """Register a plot."""
    grower = branch.require_grower(actor_id())
    form = PlotForm()
    if form.validate_on_submit():
        with creating() as made:
            plot = service.record_plot(
                grower_id=grower.id,
                unit_id=grower.unit_id,
                name=form.name.data or "",
                area_m2=form.area_m2,
                place=form.place.data or "",
                at=now(),
                by=actor_id(),
            )
            made.leads_to(url_for("lots.new", plot=plot.number))
        flash(_("The plot is registered. Now record what grows on it."), "success")
        return made.answer()
    return render_template("traceability/surveys/new.html", form=form), 422 if form.errors else 200


@blueprint.get("/seller/plots/<number>")
@requires("plots.edit")
def show(number: str) -> ResponseReturnValue:
    """One plot with its lots."""
    grower = branch.require_grower(actor_id())
    plot = get_plot(grower_id=grower.id, number=number)
    lots = [lot for lot in lots_of_grower(grower.id) if lot.plot_id == plot.id]
    return render_template(
        "traceability/surveys/show.html",
        plot=plot,
        lots=lots,
        surveys=surveys_of_plot(plot.id),
        state_name=survey_state_name,
        tones=TONES,
        steps_of=survey_steps,
        method_name=method_name,
        group_name=cultivar_group_name,
        stage_names={stage.code: stage_words(stage) for stage in stages(at=now())},
    )
