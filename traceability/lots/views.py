"""A grower's lots."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import DomainError, Forbidden, Invalid
from core.form_keys.views import creates, creating, made_nothing
from core.gate import actor_id, requires
from core.scopes import Scope
from core.uploads.forms import take_photo
from core.web.views.bounds import PHOTO, takes
from traceability.lots import service
from traceability.lots.forms import CountForm, LotForm, StateForm
from traceability.lots.queries.records import (
    LotView,
    changes_of,
    cultivar_groups,
    cultivars,
    get_lot,
    lots_of_grower,
)
from traceability.lots.rules.balance import StepKind
from traceability.lots.states import LotState
from traceability.lots.wording import (
    LOT_TONES,
    change_name,
    lot_state_name,
    propagation_name,
    root_name,
    size_line,
    step_name,
)
from traceability.plots.queries import get_plot, plots_of_grower

blueprint = Blueprint("lots", __name__)


def own_lot(number: str) -> LotView:
    """The lot with this number, if it is the actor's.

    Raises:
        NotFound: no lot has it.
        Forbidden: it is another grower's.
    """
    grower = branch.require_grower(actor_id())
    lot = get_lot(number=number)
    if lot.grower_id != grower.id:
        raise Forbidden(_("This lot is another grower's."), code="not_your_lot")
    return lot


@blueprint.get("/seller/lots")
@requires("lots.edit")
def index() -> ResponseReturnValue:
    """The grower's lots, the newest first."""
    grower = branch.require_grower(actor_id())
    return render_template(
        "traceability/lots/index.html",
        lots=lots_of_grower(grower.id),
        has_plots=bool(plots_of_grower(grower.id)),
        state_name=lot_state_name,
        tones=LOT_TONES,
        sizes=size_line,
    )


@blueprint.route("/seller/lots/new", methods=["GET", "POST"])
@requires("lots.edit", scope=Scope.GROWER)
@takes(PHOTO)
@creates()
def new() -> ResponseReturnValue:
    """Record a lot on one screen, with what seldom changes taken over from the last one."""
    grower = branch.require_grower(actor_id())
    plots = plots_of_grower(grower.id)
    if not plots:
        flash(_("First register the plot on which the plants stand."), "info")
        return made_nothing(redirect(url_for("plots.new"), 303))
    form = LotForm(plot=request.args.get("plot"))
    form.offer(plots, cultivar_groups(), cultivars())
    if request.method != "POST":
        last = next(iter(lots_of_grower(grower.id)), None)
        if last is not None:
            form.start_from(last)
        return render_template("traceability/lots/new.html", form=form, kept=False)
    photo = take_photo(form, kind="lot_photo", public=True)
    if form.validate() and photo.ok:
        try:
            with creating() as made:
                plot = get_plot(grower_id=grower.id, number=form.plot.data or "")
                lot = service.record_lot(
                    grower_id=grower.id, plot_id=plot.id, lot=form.lot(photo.key), at=now(), by=actor_id()
                )
                made.leads_to(url_for("lots.show", number=lot.number))
            flash(_("The lot is recorded. You can list it for sale and issue its codes."), "success")
            return made.answer()
        except Invalid as error:
            form.form_errors.append(str(error))
    return render_template("traceability/lots/new.html", form=form, kept=bool(photo.key)), 422


@blueprint.get("/seller/lots/<number>")
@requires("lots.edit")
def show(number: str) -> ResponseReturnValue:
    """One lot: what it is, how many are left, what happened to it."""
    return _page(own_lot(number), CountForm(), StateForm())


@blueprint.post("/seller/lots/<number>/count")
@requires("lots.edit", scope=Scope.GROWER)
@creates()
def count(number: str) -> ResponseReturnValue:
    """Write a count into the lot."""
    lot, form = own_lot(number), CountForm()
    if form.validate():
        try:
            with creating() as made:
                service.add_to_lot(
                    lot.id, form.plants.data or 0, at=now(), by=actor_id(), reason=form.reason.data or ""
                )
                made.leads_to(url_for("lots.show", number=lot.number))
            flash(_("The count is written down."), "success")
            return made.answer()
        except DomainError as error:
            form.plants.errors = [*form.plants.errors, str(error)]
    return _page(lot, form, StateForm(formdata=None)), 422


@blueprint.post("/seller/lots/<number>/state")
@requires("lots.edit", scope=Scope.GROWER)
def state(number: str) -> ResponseReturnValue:
    """Close the lot or open it again."""
    lot, form = own_lot(number), StateForm()
    if form.validate() and form.target.data in {LotState.OPEN, LotState.CLOSED}:
        try:
            with transaction():
                service.change_state(
                    lot.id, LotState(form.target.data), reason=form.reason.data or "", at=now(), by=actor_id()
                )
            return redirect(url_for("lots.show", number=lot.number), 303)
        except Invalid as error:
            form.reason.errors = [*form.reason.errors, str(error)]
    return _page(lot, CountForm(formdata=None), form), 422


def _page(lot: LotView, count_form: CountForm, state_form: StateForm) -> str:
    return render_template(
        "traceability/lots/show.html",
        lot=lot,
        count_form=count_form,
        state_form=state_form,
        state=lot_state_name(lot.state),
        tone=LOT_TONES[LotState(lot.state)],
        propagation=propagation_name(lot.propagation),
        root=root_name(lot.root),
        sizes=size_line(lot),
        steps=[
            {
                "title": change_name(change.kind),
                "at": change.at,
                "note": " · ".join(
                    part
                    for part in (
                        f"{change.plants:+,}" if change.plants else "",
                        step_name(change.reason) if change.reason in set(StepKind) else change.reason,
                    )
                    if part
                ),
                "state": "bad" if change.kind == "recalled" else "done",
            }
            for change in changes_of(lot.id)
        ],
    )
