"""Inspections in the field: a page that works without signal and sends later, and a plain form without script."""

from pathlib import Path

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import DomainError, Forbidden, Invalid, NotFound
from core.files import service as files
from core.form_keys.service import SentOtherwise
from core.gate import actor_id, public, requires, wants_json
from core.ids import random_id
from core.scopes import Scope
from core.uploads.forms import take_photo
from core.web.views.bounds import PHOTO, takes
from core.web.views.problems import problem
from traceability.inspections.forms import InspectionForm
from traceability.inspections.queries import (
    InspectionView,
    get_inspection,
    latest_inspections,
    lots_to_inspect,
)
from traceability.inspections.service import record_inspection

blueprint = Blueprint("inspections", __name__)


@blueprint.get("/branch/inspections")
@requires("inspections.view")
def index() -> ResponseReturnValue:
    """The latest inspections in one's units."""
    growers = branch.growers_by_ids(branch.growers_within(actor_id(), "inspections.view"))
    return render_template(
        "traceability/inspections/index.html", inspections=latest_inspections(growers), growers=growers
    )


@blueprint.get("/branch/inspections/worker.js")
@public
def worker() -> Response:
    """The service worker; it stands here because it may only serve pages below its own address."""
    script = Path(current_app.static_folder or "", "js", "inspections-worker.js").read_text(encoding="utf-8")
    answer = Response(script, content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.route("/branch/inspections/new", methods=["GET", "POST"])
@requires("inspections.record", scope=Scope.UNIT)
@takes(PHOTO)
def new() -> ResponseReturnValue:
    """Write down an inspection. The same one sent twice is stored once."""
    form = InspectionForm()
    form.offer()
    if form.is_submitted():
        return _received(form)
    form.client_id.data = random_id(26)
    return _page(form)


def _received(form: InspectionForm) -> ResponseReturnValue:
    photo = take_photo(form, kind="inspection_photo")
    if form.validate() and photo.ok:
        try:
            with transaction():
                number, fresh = record_inspection(form.inspection(photo.key), at=now(), by=actor_id() or 0)
        except (Invalid, NotFound, Forbidden) as error:
            _show_faults(form, error)
        except SentOtherwise as error:
            form.form_errors.append(str(error))
            form.client_id.data = random_id(26)
        else:
            address = url_for("inspections.show", number=number)
            if wants_json():
                return jsonify(number=number, href=address), 201 if fresh else 200
            flash(_("The inspection is written down and sealed."), "success")
            return redirect(address, 303)
    if wants_json():
        messages = [str(text) for texts in form.errors.values() for text in texts]
        return problem(422, "inspection_invalid", _("The inspection could not be taken"), " ".join(messages))
    return _page(form, has_photo=bool(photo.key)), 422


def _show_faults(form: InspectionForm, error: DomainError) -> None:
    wrong = error.details.get("fields", {"lot": str(error)})
    for name, text in wrong.items():
        form[name].errors = [*form[name].errors, text]


@blueprint.get("/branch/inspections/<number>")
@requires("inspections.view")
def show(number: str) -> ResponseReturnValue:
    """One inspection, with both clocks."""
    inspection = _visible(number)
    return render_template("traceability/inspections/show.html", inspection=inspection)


@blueprint.get("/branch/inspections/<number>/photo")
@requires("inspections.view")
def photo(number: str) -> ResponseReturnValue:
    """The photograph, for those who look after the grower."""
    inspection = _visible(number)
    if inspection.photo_key is None:
        raise NotFound(_("This inspection has no photograph."), code="no_photo")
    return Response(files.get(inspection.photo_key), mimetype="image/jpeg")


def _visible(number: str) -> InspectionView:
    inspection = get_inspection(number)
    unit_id = branch.get_grower(id=inspection.lot.grower_id).unit_id
    branch.require_unit_access(actor_id(), unit_id, "inspections.view")
    return inspection


def _page(form: InspectionForm, *, has_photo: bool = False) -> str:
    units = branch.units_where(actor_id(), "inspections.record")
    growers = {grower.id: grower for grower in branch.growers_in_each(units)}
    return render_template(
        "traceability/inspections/new.html",
        form=form,
        kept=has_photo,
        lots=[(lot, growers[lot.grower_id].name) for lot in lots_to_inspect(growers)],
    )
