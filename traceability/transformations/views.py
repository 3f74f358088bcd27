"""Transforming lots and the family of a lot, for its grower and for the branch."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.errors import DomainError
from core.form_keys.views import creates, creating
from core.gate import actor_id, may, requires
from core.scopes import Scope
from core.web.rules.pagination import page_number
from traceability.lots.queries.descent import family
from traceability.lots.queries.records import LotView, find_lots, get_lot, lots_of_grower
from traceability.lots.rules.balance import StepKind
from traceability.lots.rules.family_drawing import draw
from traceability.lots.views import own_lot
from traceability.lots.wording import LOT_TONES, lot_state_name, root_name, size_line, step_name, step_words
from traceability.plots.queries import plots_of_grower
from traceability.recalls.queries import open_request
from traceability.transformations.forms import StepForm
from traceability.transformations.service import free_to_move
from traceability.transformations.service import transform as transform_lots

blueprint = Blueprint("lot_steps", __name__)


@blueprint.route("/seller/lots/<number>/transform", methods=["GET", "POST"])
@requires("lots.edit", scope=Scope.GROWER)
@creates()
def transform(number: str) -> ResponseReturnValue:
    """Split, merge, graft, pot on or lift."""
    lot = own_lot(number)
    word = request.values.get("kind", "")
    kind = StepKind(word) if word in set(StepKind) else StepKind.SPLIT
    others = [other for other in lots_of_grower(lot.grower_id, state="open") if other.id != lot.id]
    if kind is StepKind.MERGE:
        others = [
            other
            for other in others
            if other.cultivar == lot.cultivar and other.propagation == lot.propagation
        ]
    form = StepForm()
    form.fit(kind, others, plots_of_grower(lot.grower_id))
    status = 200
    if request.method != "POST":
        form.plants_in.data, form.plot.data = free_to_move(lot.id), str(lot.plot_id)
    else:
        status = 422
        if form.validate():
            try:
                return _done(lot, kind, form)
            except DomainError as error:
                form.parts.errors = [*form.parts.errors, str(error)]
    return (
        render_template(
            "traceability/transformations/transform.html",
            lot=lot,
            form=form,
            kind=kind,
            kinds=list(StepKind),
            step_name=step_name,
            free=free_to_move(lot.id),
            has_others=bool(others),
        ),
        status,
    )


def _done(lot: LotView, kind: StepKind, form: StepForm) -> ResponseReturnValue:
    with creating() as made:
        inputs = {lot.id: form.plants_in.data or 0}
        if kind is StepKind.MERGE:
            inputs |= {int(other): free_to_move(int(other)) for other in form.others.data or ()}
        done = transform_lots(
            kind,
            inputs,
            form.outcomes(kind),
            grower_id=lot.grower_id,
            at=now(),
            by=actor_id(),
            scion_lot_id=int(form.scion.data) if kind is StepKind.GRAFT and form.scion.data else None,
            reason=form.reason.data or "",
        )
        made.leads_to(url_for("lot_steps.family_of_own", number=done.outputs[0].number))
    flash(
        _(
            "Written down as %(number)s; %(loss)s plants were lost on the way.",
            number=done.number,
            loss=f"{done.loss:,}",
        ),
        "success",
    )
    return made.answer()


@blueprint.get("/seller/lots/<number>/family")
@requires("lots.edit")
def family_of_own(number: str) -> ResponseReturnValue:
    """What the lot came of, and what came of it."""
    lot = own_lot(number)
    return render_template(
        "traceability/transformations/family.html", lot=lot, endpoint="lots.show", **_family(lot, "lots.show")
    )


@blueprint.get("/branch/lots")
@requires("lots.view")
def find() -> ResponseReturnValue:
    """Lots of one's villages by number, cultivar or grower."""
    wanted = request.args.get("q", "").strip()
    page = page_number(request.args.get("page"))
    growers = branch.growers_by_ids(branch.growers_within(actor_id() or 0, "lots.view"))
    named = [grower_id for grower_id, grower in growers.items() if wanted in grower.name]
    lots, more = find_lots(growers, wanted, named, page=page)
    return render_template(
        "traceability/transformations/find.html",
        lots=lots,
        more=more,
        page=page,
        wanted=wanted,
        growers=growers,
        state_name=lot_state_name,
        tones=LOT_TONES,
        sizes=size_line,
    )


@blueprint.get("/branch/lots/<number>")
@requires("lots.view")
def show(number: str) -> ResponseReturnValue:
    """A lot as the branch sees it: what it is and its family."""
    lot = _visible(number, "lots.view")
    return render_template(
        "traceability/transformations/at_branch.html",
        lot=lot,
        grower=branch.get_grower(id=lot.grower_id),
        may_recall=may("lots.recall") and lot.state != "recalled",
        recall_waits=open_request(lot.id) is not None,
        sizes=size_line(lot),
        root=root_name(lot.root),
        **_family(lot, "lot_steps.show"),
    )


def _visible(number: str, permission: str) -> LotView:
    lot = get_lot(number=number)
    branch.require_unit_access(actor_id(), branch.get_grower(id=lot.grower_id).unit_id, permission)
    return lot


def _family(lot: LotView, endpoint: str) -> dict[str, object]:
    places = family(lot.id)
    edges = [(edge.parent_id, edge.child_id, edge.plants == 0) for place in places for edge in place.edges]
    return {
        "places": places,
        "drawing": draw({place.lot.id: place.depth for place in places}, edges, here=lot.id),
        "lots": {place.lot.id: place.lot for place in places},
        "state_name": lot_state_name,
        "tones": LOT_TONES,
        "step_words": step_words,
        "lot_endpoint": endpoint,
    }
