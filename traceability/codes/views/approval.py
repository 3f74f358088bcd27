"""The branch's part: a second person agrees to large batches and to voids of a grower's codes."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import DomainError, Forbidden
from core.form_keys.views import creates, creating
from core.gate import actor_id, may, requires
from core.scopes import Scope
from traceability.codes.forms import DecideForm, ProposeVoidForm
from traceability.codes.queries import voids as codes_voids
from traceability.codes.queries.batches import get_batch
from traceability.codes.queries.refusals import refusals_of
from traceability.codes.service import approvals, issuing
from traceability.codes.wording import level_name, refusal_name

blueprint = Blueprint("code_approval", __name__)


@blueprint.get("/branch/codes")
@requires("codes.view")
def index() -> ResponseReturnValue:
    """What waits for a second person."""
    return _page(ProposeVoidForm(formdata=None)), 200


@blueprint.post("/branch/codes/batches/<number>")
@requires("codes.approve", scope=Scope.UNIT)
def decide_batch(number: str) -> ResponseReturnValue:
    """Agree to a large batch, or refuse it."""
    form = DecideForm()
    approve = request.form.get("decision") == "approve"
    _require_reach(get_batch(number).grower_id, "codes.approve")
    with transaction():
        issuing.decide_batch(
            number, approve=approve, reason=form.reason.data or "", at=now(), by=actor_id() or 0
        )
    flash(_("The batch is approved.") if approve else _("The batch is refused."), "success")
    return redirect(url_for("code_approval.index"), 303)


@blueprint.post("/branch/codes/voids")
@requires("codes.void", scope=Scope.UNIT)
@creates()
def propose_void() -> ResponseReturnValue:
    """Propose that codes of a grower are voided; another person confirms."""
    form = ProposeVoidForm()
    if form.validate():
        try:
            _require_reach(get_batch(form.batch.data or "").grower_id, "codes.void")
            with creating() as made:
                approvals.propose_void(
                    form.batch.data or "",
                    form.first.data or 1,
                    form.last.data or 1,
                    reason=form.reason.data or "",
                    at=now(),
                    by=actor_id() or 0,
                )
                made.leads_to(url_for("code_approval.index"))
            flash(_("Proposed. Another person of the branch or the committee confirms it."), "success")
            return made.answer()
        except Forbidden:
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
    return _page(form), 422


@blueprint.post("/branch/codes/voids/<public_id>")
@requires("codes.approve", scope=Scope.UNIT)
def decide_void(public_id: str) -> ResponseReturnValue:
    """Confirm a proposed void, or refuse it."""
    confirm = request.form.get("decision") == "approve"
    _require_reach(codes_voids.grower_of_void(public_id), "codes.approve")
    with transaction():
        approvals.decide_void(public_id, confirm=confirm, at=now(), by=actor_id() or 0)
    flash(_("The codes are void.") if confirm else _("Nothing was voided."), "success")
    return redirect(url_for("code_approval.index"), 303)


def _require_reach(grower_id: int, permission: str) -> None:
    branch.require_unit_access(actor_id(), branch.get_grower(id=grower_id).unit_id, permission)


def _page(form: ProposeVoidForm) -> str:
    here = {unit.id for unit in branch.units_where(actor_id() or 0, "codes.view")}
    batches, voids = codes_voids.waiting_batches(), codes_voids.open_voids()
    decided = codes_voids.decided_voids()
    concerned = {batch.grower_id for batch in batches} | {void.grower_id for void in [*voids, *decided]}
    growers = branch.growers_by_ids(concerned)
    growers = {key: grower for key, grower in growers.items() if grower.unit_id in here}
    within = branch.growers_within(actor_id() or 0, "codes.view")
    refused = refusals_of(within)
    names = {
        key: refusal.name
        for key, refusal in branch.growers_by_ids({grower.grower_id for grower in refused}).items()
    }
    return render_template(
        "traceability/codes/approvals.html",
        batches=[batch for batch in batches if batch.grower_id in growers],
        voids=[void for void in voids if void.grower_id in growers],
        decided=[void for void in decided if void.grower_id in growers],
        growers=growers,
        refused=refused,
        refusal_name=refusal_name,
        names=names,
        form=form,
        decide=DecideForm(formdata=None),
        level_name=level_name,
        me=actor_id(),
        may_approve=may("codes.approve"),
        may_void=may("codes.void"),
    )
