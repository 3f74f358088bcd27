"""A grower issues, activates and voids codes. The file is the answer to the form: it exists once."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.clock import now
from core.database import transaction
from core.errors import Conflict, DomainError
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope
from core.settings import Settings, current_settings
from traceability.codes.forms import IssueForm, VoidForm
from traceability.codes.queries.batches import batches_of_lot, get_batch
from traceability.codes.service import issuing, lifecycle
from traceability.codes.service.printing import code_file
from traceability.codes.states import BatchState, CodeState, offered_levels
from traceability.codes.views.activation import codes_as_file, record_refusal
from traceability.codes.wording import TONES, batch_state_name, code_state_name, level_name
from traceability.lots.queries.records import LotView, get_lot
from traceability.lots.views import own_lot

blueprint = Blueprint("codes", __name__)

AT_ONCE = 1_000  # labels that are typeset while the browser waits; more are made by a worker


@blueprint.route("/seller/lots/<number>/codes", methods=["GET", "POST"])
@requires("codes.issue", scope=Scope.GROWER)
@creates()
def of_lot(number: str) -> ResponseReturnValue:
    """The lot's batches of codes, and the form that issues another and answers with its file."""
    lot = own_lot(number)
    form = _issue_form(lot)
    if form.validate_on_submit():
        try:
            if (form.count.data or 0) > min(AT_ONCE, issuing.approval_above()):
                return _request_batch(lot, form)
            return _issue_now(lot, form, current_settings())
        except DomainError as error:
            form.form_errors.append(str(error))
    return _page(lot, form), 422 if form.errors else 200


def _issue_form(lot: LotView, **values: Any) -> IssueForm:
    form = IssueForm(**values)
    form.offer(
        offered_levels(lot.ground_diameter_mm_max, plant_code_from_mm=current_settings().plant_code_from_mm)
    )
    return form


def _issue_now(lot: LotView, form: IssueForm, settings: Settings) -> Response:
    at, kind = now(), form.file.data
    with creating() as made:
        made.leads_to(url_for("codes.of_lot", number=lot.number))
        issued = issuing.issue_codes(
            lot.id,
            form.level.data,
            form.count.data or 0,
            form.plants,
            at=at,
            by=actor_id(),
            inner=bool(form.inner.data),
        )
        content = code_file(issued, lot, ending=kind, public_url=settings.base_url, at=at)
    return codes_as_file(content, issued.batch.number, kind)


def _request_batch(lot: LotView, form: IssueForm) -> ResponseReturnValue:
    """A large file is made by a worker, after the branch's approval where the batch is larger still."""
    with creating() as made:
        batch = issuing.request_batch(
            lot.id,
            form.level.data,
            form.count.data or 0,
            form.plants,
            at=now(),
            by=actor_id(),
            inner=bool(form.inner.data),
            form=form.file.data,
        )
        waits = batch.state is BatchState.REQUESTED
        here, job = (
            url_for("codes.of_lot", number=lot.number),
            url_for("progress.job", public_id=batch.job_id),
        )
        made.leads_to(here if waits else job)
    if waits:
        flash(_("The branch was asked to approve this batch; its file is made then."), "info")
    return made.answer()


@blueprint.post("/seller/codes/<batch>/activate")
@requires("codes.issue", scope=Scope.GROWER)
def activate(batch: str) -> ResponseReturnValue:
    """The labels hang on the plants: the codes count from now on."""
    batch_view = get_batch(batch)
    lot = own_lot(get_lot(id=batch_view.lot_id).number)
    try:
        with transaction():
            after = lifecycle.activate_batch(
                batch_view.number, grower_id=lot.grower_id, at=now(), by=actor_id()
            )
    except Conflict as error:
        record_refusal(error, lot.grower_id)
        return _page(lot, _issue_form(lot, formdata=None), problem=str(error)), 409
    flash(_("%(n)s codes are active.", n=after.states.get(CodeState.ACTIVE, 0)), "success")
    return redirect(url_for("codes.of_lot", number=lot.number), 303)


@blueprint.route("/seller/codes/<batch>/void", methods=["GET", "POST"])
@requires("codes.issue", scope=Scope.GROWER)
def void(batch: str) -> ResponseReturnValue:
    """Labels were lost or spoiled: what of the batch has not left is void."""
    batch_view = get_batch(batch)
    lot, form = own_lot(get_lot(id=batch_view.lot_id).number), VoidForm()
    if form.validate_on_submit():
        with transaction():
            lifecycle.void_batch(
                batch_view.number,
                grower_id=lot.grower_id,
                reason=form.reason.data or "",
                at=now(),
                by=actor_id(),
            )
        flash(_("The codes of this batch that had not left are void."), "success")
        return redirect(url_for("codes.of_lot", number=lot.number), 303)
    page = render_template("traceability/codes/void.html", form=form, lot=lot, batch=batch_view)
    return page, 422 if form.errors else 200


def _page(lot: LotView, form: IssueForm, problem: str = "") -> str:
    return render_template(
        "traceability/codes/of_lot.html",
        lot=lot,
        form=form,
        problem=problem,
        batches=batches_of_lot(lot.id),
        tones=TONES,
        approval_above=issuing.approval_above(),
        batch_state_name=batch_state_name,
        at=now(),
        level_name=level_name,
        state_name=code_state_name,
    )
