"""A grower issues, activates and voids codes. The file is the answer to the form: it exists once."""

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.accounts.gate import actor_id, requires
from core.clock import now
from core.database import transaction
from core.errors import DomainError
from core.settings import Settings
from traceability.codes import issuing, service
from traceability.codes.forms import IssueForm, VoidForm
from traceability.codes.queries import batches_of_lot, get_batch
from traceability.codes.states import CodeState, Level
from traceability.labels.codes import code_file
from traceability.lots.queries import LotView, get_lot
from traceability.lots.views import own_lot

blueprint = Blueprint("codes", __name__)

CONTENT_TYPES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


def level_name(level: Level) -> str:
    """What one code stands for."""
    return {
        Level.UNIT: _("each plant"),
        Level.BUNDLE: _("each bundle"),
        Level.LOT: _("the whole lot (leaflet)"),
    }[level]


def code_state_name(state: str) -> str:
    """The state of a code."""
    return {
        CodeState.RESERVED: _("being made"),
        CodeState.PRINTED: _("printed"),
        CodeState.ACTIVE: _("active"),
        CodeState.SHIPPED: _("shipped"),
        CodeState.ACCEPTED: _("accepted by the buyer"),
        CodeState.VOIDED: _("voided"),
        CodeState.RETURNED: _("returned"),
        CodeState.RECALLED: _("recalled"),
    }[CodeState(state)]


@blueprint.route("/seller/lots/<number>/codes", methods=["GET", "POST"])
@requires("codes.issue")
def of_lot(number: str) -> ResponseReturnValue:
    """The lot's batches of codes, and the form that issues another and answers with its file."""
    lot, form = own_lot(number), IssueForm()
    if form.validate_on_submit():
        settings: Settings = current_app.config["SETTINGS"]
        at = now()
        try:
            with transaction():
                issued = issuing.issue_codes(
                    lot.id, form.level.data, form.count.data, form.plants, at=at, by=actor_id()
                )
                content = code_file(issued, lot, ending=form.file.data, public_url=settings.base_url, at=at)
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            name = f"codes-{issued.batch.number}.{form.file.data}"
            return Response(
                content,
                content_type=CONTENT_TYPES[form.file.data],
                headers={
                    "Content-Disposition": f'attachment; filename="{name}"',
                    "Cache-Control": "no-store",
                },
            )
    return _page(lot, form), 422 if form.errors else 200


@blueprint.post("/seller/codes/<batch>/activate")
@requires("codes.issue")
def activate(batch: str) -> ResponseReturnValue:
    """The labels hang on the plants: the codes count from now on."""
    found = get_batch(batch)
    lot = own_lot(get_lot(id=found.lot_id).number)
    with transaction():
        after = service.activate_batch(found.number, grower_id=lot.grower_id, at=now(), by=actor_id())
    flash(_("%(n)s codes are active.", n=after.states.get(CodeState.ACTIVE, 0)), "success")
    return redirect(url_for("codes.of_lot", number=lot.number), 303)


@blueprint.route("/seller/codes/<batch>/void", methods=["GET", "POST"])
@requires("codes.issue")
def void(batch: str) -> ResponseReturnValue:
    """Labels were lost or spoiled: what of the batch has not left is void."""
    found = get_batch(batch)
    lot, form = own_lot(get_lot(id=found.lot_id).number), VoidForm()
    if form.validate_on_submit():
        with transaction():
            service.void_batch(
                found.number, grower_id=lot.grower_id, reason=form.reason.data or "", at=now(), by=actor_id()
            )
        flash(_("The codes of this batch that had not left are void."), "success")
        return redirect(url_for("codes.of_lot", number=lot.number), 303)
    page = render_template("traceability/codes/void.html", form=form, lot=lot, batch=found)
    return page, 422 if form.errors else 200


def _page(lot: LotView, form: IssueForm) -> str:
    return render_template(
        "traceability/codes/of_lot.html",
        lot=lot,
        form=form,
        batches=batches_of_lot(lot.id),
        level_name=level_name,
        state_name=code_state_name,
    )
