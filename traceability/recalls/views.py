"""Asking for a recall, by the grower or the branch, and deciding it, by another person of branch or committee."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import Forbidden, Invalid
from core.form_keys.views import creates, creating
from core.gate import actor_id, may, requires
from core.scopes import Scope
from traceability.lots.queries.records import LotView, get_lot
from traceability.lots.states import RequestState
from traceability.lots.views import own_lot
from traceability.lots.wording import REQUEST_TONES, request_state_name
from traceability.recalls.forms import DecideRecallForm, RecallForm
from traceability.recalls.queries import get_request, requests_of_growers, requests_of_lot
from traceability.recalls.service import ask_for_recall, confirm_recall, reach, refuse_recall

blueprint = Blueprint("recalls", __name__)


@blueprint.route("/seller/lots/<number>/recall", methods=["GET", "POST"])
@requires("lots.edit", scope=Scope.GROWER)
@creates()
def of_own(number: str) -> ResponseReturnValue:
    """Ask to recall one's own lot, after seeing what that reaches."""
    return _ask(own_lot(number), "recalls.of_own", "lots.show")


@blueprint.route("/branch/lots/<number>/recall", methods=["GET", "POST"])
@requires("lots.view", scope=Scope.UNIT)
@creates()
def of_lot(number: str) -> ResponseReturnValue:
    """Ask to recall a lot of one's villages, or see what was asked and decide it."""
    lot = get_lot(number=number)
    unit_id = branch.get_grower(id=lot.grower_id).unit_id
    branch.require_unit_access(actor_id(), unit_id, "lots.view")
    if not (may("lots.recall") or may("recalls.decide")):
        raise Forbidden(_("Recalls are the branch's and the committee's."), code="not_permitted")
    if request.method == "POST":
        branch.require_unit_access(actor_id(), unit_id, "lots.recall")
    return _ask(lot, "recalls.of_lot", "lot_steps.show")


@blueprint.get("/branch/recalls")
@requires("lots.view")
def index() -> ResponseReturnValue:
    """Recalls that wait for a second person, and those that were decided: who asked, who decided."""
    growers = branch.growers_by_ids(branch.growers_within(actor_id() or 0, "lots.view"))
    return render_template(
        "traceability/recalls/recalls.html",
        requests=requests_of_growers(growers),
        growers=growers,
        state_name=request_state_name,
        tones=REQUEST_TONES,
    )


@blueprint.post("/branch/recalls/<number>")
@requires("recalls.decide", scope=Scope.UNIT)
def decide(number: str) -> ResponseReturnValue:
    """Confirm a recall, which happens then, or refuse it."""
    recall_request, form = get_request(number), DecideRecallForm()
    branch.require_unit_access(
        actor_id(), branch.get_grower(id=recall_request.grower_id).unit_id, "recalls.decide"
    )
    if request.form.get("decision") == "confirm":
        with transaction():
            done = confirm_recall(number, at=now(), by=actor_id() or 0)
        flash(
            _(
                "Recall %(number)s reached %(lots)s lots, %(codes)s codes and %(orders)s orders; buyers and growers are being told.",
                number=done.number,
                lots=done.lots,
                codes=f"{done.codes:,}",
                orders=f"{done.orders:,}",
            ),
            "success",
        )
    else:
        try:
            with transaction():
                refuse_recall(number, reason=form.reason.data or "", at=now(), by=actor_id() or 0)
        except Invalid as error:
            form.reason.errors = [*form.reason.errors, str(error)]
            return _page(
                recall_request.lot, RecallForm(formdata=None), "recalls.of_lot", "lot_steps.show", form
            ), 422
        flash(_("The recall is refused; what it had stopped is on sale again."), "success")
    return redirect(url_for("recalls.of_lot", number=recall_request.lot.number), 303)


def _ask(lot: LotView, here: str, back: str) -> ResponseReturnValue:
    form = RecallForm()
    if form.validate_on_submit():
        with creating() as made:
            ask_for_recall(lot.id, reason=form.reason.data or "", at=now(), by=actor_id() or 0)
            made.leads_to(url_for(here, number=lot.number))
        flash(
            _("The sale is stopped. Another person of the branch or the committee confirms the recall."),
            "success",
        )
        return made.answer()
    return _page(lot, form, here, back), 422 if form.errors else 200


def _page(
    lot: LotView, form: RecallForm, here: str, back: str, decide_form: DecideRecallForm | None = None
) -> str:
    requests = requests_of_lot(lot.id)
    waits = next(
        (recall_request for recall_request in requests if recall_request.state is RequestState.OPEN), None
    )
    at_branch = here == "recalls.of_lot"
    return render_template(
        "traceability/recalls/recall.html",
        lot=lot,
        form=form,
        decide=decide_form or DecideRecallForm(formdata=None),
        reach=reach(lot.id),
        requests=requests,
        waits=waits,
        may_ask=waits is None and lot.state != "recalled" and (not at_branch or may("lots.recall")),
        may_decide=(
            waits is not None
            and at_branch
            and may("recalls.decide")
            and waits.asked_by_account_id != actor_id()
        ),
        state_name=request_state_name,
        tones=REQUEST_TONES,
        back=url_for(back, number=lot.number),
    )
