"""The branch decides which papers must travel; everyone on staff may read it."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.accounts.gate import actor_id, may, requires
from core.accounts.scopes import Scope
from core.clock import now
from core.errors import Forbidden, Invalid
from core.web.sending import creates, creating
from traceability.lots.wording import root_name
from traceability.papers import service
from traceability.papers.forms import GENERAL, RuleForm
from traceability.papers.queries import paper_kind_name, paper_rules, rule_changes
from traceability.papers.rules import ANY, PaperKind

blueprint = Blueprint("papers", __name__)


@blueprint.route("/branch/papers", methods=["GET", "POST"])
@requires("papers.view", scope=Scope.UNIT)
@creates()
def rules() -> ResponseReturnValue:
    """Which papers a parcel needs, by province and root; a change needs a reason."""
    form = RuleForm()
    form.offer()
    if form.is_submitted():
        if not may("papers.decide"):
            raise Forbidden(
                _("Only the branch's secretary changes which papers are needed."), code="role_missing"
            )
        if form.validate():
            try:
                with creating() as made:
                    _decide(form)
                    made.leads_to(url_for("papers.rules"))
                flash(_("Decided and written down."), "success")
                return made.answer()
            except Invalid as error:
                form.form_errors.append(str(error))
    page = render_template(
        "traceability/papers/rules.html",
        form=form,
        may_decide=may("papers.decide"),
        rules=[
            (
                _("every province") if rule.province == ANY else rule.province,
                _("every kind") if rule.root == ANY else root_name(rule.root),
                paper_kind_name(rule.kind),
                rule.required,
            )
            for rule in paper_rules()
        ],
        changes=[(change, paper_kind_name(change.kind)) for change in rule_changes()],
    )
    return page, 422 if form.errors else 200


def _decide(form: RuleForm) -> None:
    place = {"province": form.province.data or ANY, "root": form.root.data or ANY}
    branch.require_unit_access(
        actor_id(), branch.units_where(actor_id(), "papers.decide")[0].id, "papers.decide"
    )
    kind, reason = PaperKind(form.kind.data), form.reason.data or ""
    if form.decision.data == GENERAL:
        service.drop_rule(**place, kind=kind, reason=reason, at=now(), by=actor_id())
    else:
        required = form.decision.data == "required"
        service.set_rule(**place, kind=kind, required=required, reason=reason, at=now(), by=actor_id())
