"""The branch's page of locked inner codes: one person asks to open one, another agrees."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.accounts.gate import actor_id, may, requires
from core.accounts.scopes import Scope
from core.clock import now
from core.database import transaction
from core.errors import Invalid
from core.web.sending import creates, creating
from traceability.alarms.queries import growers_within
from traceability.codes import unlocking
from traceability.codes.forms import UnlockForm
from traceability.codes.queries import get_batch

blueprint = Blueprint("code_unlock", __name__)


@blueprint.get("/branch/codes/locked")
@requires("codes.view")
def index() -> ResponseReturnValue:
    """Inner codes that were locked after wrong entries."""
    return _page(UnlockForm(formdata=None))


@blueprint.post("/branch/codes/locked/<batch>/<int:position>")
@requires("codes.void", scope=Scope.UNIT)
@creates()
def ask(batch: str, position: int) -> ResponseReturnValue:
    """Ask to open a locked inner code, with the reason."""
    _require_reach(get_batch(batch).grower_id, "codes.void")
    form = UnlockForm()
    try:
        with creating() as made:
            unlocking.ask_to_unlock(
                batch, position, reason=form.reason.data or "", at=now(), by=actor_id() or 0
            )
            made.leads_to(url_for("code_unlock.index"))
    except Invalid as error:
        form.form_errors.append(str(error))
        return _page(form), 422
    flash(_("Asked. Another person of the branch or the committee agrees."), "success")
    return made.answer()


@blueprint.post("/branch/codes/unlocks/<public_id>")
@requires("codes.approve", scope=Scope.UNIT)
def decide(public_id: str) -> ResponseReturnValue:
    """Agree to open it, or refuse."""
    confirm = request.form.get("decision") == "approve"
    _require_reach(unlocking.grower_of_unlock(public_id), "codes.approve")
    with transaction():
        unlocking.decide_unlock(public_id, confirm=confirm, at=now(), by=actor_id() or 0)
    flash(_("There are five tries again.") if confirm else _("It stays locked."), "success")
    return redirect(url_for("code_unlock.index"), 303)


def _require_reach(grower_id: int, permission: str) -> None:
    branch.require_unit_access(actor_id(), branch.get_grower(id=grower_id).unit_id, permission)


def _page(form: UnlockForm) -> str:
    found = unlocking.locked_codes(growers_within(actor_id() or 0, "codes.view"))
    return render_template(
        "traceability/codes/locked.html",
        found=found,
        growers=branch.growers_by_ids({one.grower_id for one in found}),
        form=form,
        me=actor_id(),
        may_ask=may("codes.void"),
        may_decide=may("codes.approve"),
    )
