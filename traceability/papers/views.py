"""Which papers must travel: everybody's rules, and what each unit asks for besides; everyone on staff may read it."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.errors import Invalid
from core.form_keys.views import creates, creating
from core.gate import actor_id, may, requires
from core.scopes import Scope
from traceability.lots.wording import root_name
from traceability.papers import service
from traceability.papers.forms import GENERAL, RuleForm
from traceability.papers.queries import paper_kind_name, paper_rules, rule_changes
from traceability.papers.rules import ANY, EVERYBODY, PaperKind

blueprint = Blueprint("papers", __name__)
DECIDE, DEFAULTS = "papers.decide", "papers.defaults"


@blueprint.get("/branch/papers")
@requires("papers.view")
def rules() -> ResponseReturnValue:
    """Everybody's rules, or those of a unit that the person looks after."""
    code = request.args.get("unit", EVERYBODY)
    if code != EVERYBODY:
        branch.require_unit_access(actor_id(), branch.get_unit(code).id, "papers.view")
    form = RuleForm(formdata=None)
    form.offer()
    return _page(code, form)


@blueprint.post("/branch/papers")
@requires(DECIDE, scope=Scope.UNIT)
@creates()
def decide() -> ResponseReturnValue:
    """A unit asks for a paper of the growers below it, or does without one that it asked for; a reason is needed."""
    unit = branch.get_unit(request.args.get("unit", ""))
    branch.require_unit_access(actor_id(), unit.id, DECIDE)
    return _decided(unit.code)


@blueprint.post("/operations/papers")
@requires(DEFAULTS, scope=Scope.INSTALLATION)
@creates()
def decide_for_everybody() -> ResponseReturnValue:
    """What the law asks of everybody has changed."""
    return _decided(EVERYBODY)


def _decided(code: str) -> ResponseReturnValue:
    form = RuleForm()
    form.offer()
    if form.validate():
        try:
            with creating() as made:
                _decide(code, form)
                made.leads_to(url_for("papers.rules", unit=code or None))
            flash(_("Decided and written down."), "success")
            return made.answer()
        except Invalid as error:
            form.form_errors.append(str(error))
    return _page(code, form), 422


def _decide(code: str, form: RuleForm) -> None:
    place = {"unit_code": code, "province": form.province.data or ANY, "root": form.root.data or ANY}
    kind, reason = PaperKind(form.kind.data), form.reason.data or ""
    if form.decision.data == GENERAL:
        service.drop_rule(**place, kind=kind, reason=reason, at=now(), by=actor_id())
    else:
        required = form.decision.data == "required"
        service.set_rule(**place, kind=kind, required=required, reason=reason, at=now(), by=actor_id())


def _page(code: str, form: RuleForm) -> str:
    mine = [
        unit for unit in branch.units_where(actor_id(), "papers.view") if unit.kind in {"committee", "branch"}
    ]
    unit = branch.get_unit(code) if code != EVERYBODY else None
    if unit is None:
        may_decide, decided_at = may(DEFAULTS, Scope.INSTALLATION), url_for("papers.decide_for_everybody")
    else:
        may_decide = branch.may(actor_id(), DECIDE, unit.id)
        decided_at = url_for("papers.decide", unit=code)
    return render_template(
        "traceability/papers/rules.html",
        form=form,
        unit=unit,
        units=mine,
        unit_name=branch.unit_name,
        may_decide=may_decide,
        decided_at=decided_at,
        rules=[
            (
                _("every province") if rule.province == ANY else rule.province,
                _("every kind") if rule.root == ANY else root_name(rule.root),
                paper_kind_name(rule.kind),
                rule.required,
            )
            for rule in paper_rules(code)
        ],
        changes=[(change, paper_kind_name(change.kind)) for change in rule_changes(code)],
    )
