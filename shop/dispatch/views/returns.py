"""A parcel came back to its grower: what lives is counted, the labels are used up."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import Conflict, DomainError
from core.gate import actor_id, requires
from core.scopes import Scope
from core.web.forms.fields import typed_count
from core.web.views.bounds import PHOTO, takes
from shop.dispatch import queries
from shop.dispatch.forms import ReturnParcelForm
from shop.orders.service import fulfilling
from shop.orders.states import ON_THE_WAY_OR_THERE, By
from traceability import api as traceability

blueprint = Blueprint("parcel_returns", __name__)


@blueprint.route("/seller/dispatch/<number>/return", methods=["GET", "POST"])
@requires("orders.dispatch", scope=Scope.GROWER)
@takes(PHOTO)
def of_parcel(number: str) -> ResponseReturnValue:
    """Count what came back, lot by lot; nothing is given back for what was not counted."""
    parcel = queries.get_parcel(number, branch.require_grower(actor_id()).id)
    if parcel.state not in ON_THE_WAY_OR_THERE:
        raise Conflict(_("This parcel has not left, or came back already."), code="wrong_state")
    form = ReturnParcelForm()
    typed = {lot_id: request.form.get(f"counted_{lot_id}", "").strip() for lot_id in parcel.plants_by_lot}
    counted = {lot_id: typed_count(text) for lot_id, text in typed.items()}
    wrong: dict[int, str] = {}
    if request.method == "POST":
        photo_key = _kept_photo(form, parcel.number)
        wrong = {
            lot_id: _("Count the plants that came back: 0 to %(most)s.", most=plants)
            for lot_id, plants in parcel.plants_by_lot.items()
            if (count := counted[lot_id]) is None or count > plants
        }
        if form.validate() and not wrong:
            try:
                with transaction():
                    fulfilling.mark_returned(
                        parcel.id,
                        at=now(),
                        by=By("grower", actor_id()),
                        reason=form.reason.data or "",
                        counted={lot_id: count or 0 for lot_id, count in counted.items()},
                        photo_key=photo_key,
                    )
            except DomainError as error:
                form.form_errors.append(str(error))
            else:
                flash(
                    _("The parcel is back: its labels are used up, your quota got back what you counted."),
                    "success",
                )
                return redirect(url_for("dispatch.parcel", number=parcel.number), 303)
    lots = {line.lot_id: f"{line.lot_number} {line.title}" for line in parcel.lines}
    page = render_template(
        "shop/dispatch/return.html",
        parcel=parcel,
        form=form,
        counts=[
            (lot_id, lots[lot_id], plants, typed[lot_id], wrong.get(lot_id))
            for lot_id, plants in parcel.plants_by_lot.items()
        ],
    )
    return page, 422 if form.errors or wrong else 200


def _kept_photo(form: ReturnParcelForm, purpose: str) -> str | None:
    """The key of the photograph, of this form or of one that failed before."""
    upload = form.photo.data
    if upload and upload.filename:
        try:
            key = traceability.keep_upload(upload.read())
        except DomainError as error:
            form.form_errors.append(str(error))
            return None
        form.kept.data = traceability.kept_token([key], purpose=f"return {purpose}")
    keys = traceability.read_kept(form.kept.data, purpose=f"return {purpose}")
    return keys[0] if keys else None
