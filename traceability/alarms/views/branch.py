"""The branch's alarms: what, why in plain words, the evidence, and what a person may do; and the thresholds."""

from typing import Any

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
from core.web.rules.pagination import page_number
from traceability.alarms.forms import AlarmDecisionForm, ThresholdsForm
from traceability.alarms.queries.records import (
    AlarmView,
    alarm_counts,
    alarm_page,
    findings_of,
    get_alarm,
    looks_of_code,
    require_alarm_access,
    steps_of,
    versions,
)
from traceability.alarms.rules.thresholds import names_by_rule, range_of
from traceability.alarms.service import judging
from traceability.alarms.states import AlarmStep, steps_from
from traceability.alarms.wording import findings as wording
from traceability.alarms.wording.thresholds import threshold_name

blueprint = Blueprint("alarms", __name__)

FOLDERS = ("suspect", "notice", "cleared")


@blueprint.get("/branch/alarms")
@requires("alarms.view")
def index() -> ResponseReturnValue:
    """Alarms that stand, the suspects first."""
    folder = request.args.get("folder", "suspect")
    folder = folder if folder in FOLDERS else "suspect"
    growers = branch.growers_within(actor_id(), "alarms.view")
    return render_template(
        "traceability/alarms/index.html",
        page=alarm_page(growers, folder=folder, page=page_number(request.args.get("page"))),
        folder=folder,
        counts=alarm_counts(growers),
        wording=wording,
        may_read_rules=may("alarms.rules"),
    )


@blueprint.get("/branch/alarms/<number>")
@requires("alarms.view")
def show(number: str) -> ResponseReturnValue:
    """One alarm with every decision of a rule."""
    alarm = get_alarm(number)
    require_alarm_access(alarm, actor_id(), "alarms.view")
    return _alarm(alarm, _decision(alarm, formdata=None))


@blueprint.post("/branch/alarms/<number>")
@requires("alarms.decide", scope=Scope.UNIT)
def decide(number: str) -> ResponseReturnValue:
    """Doubt the code or clear the alarm, with a note."""
    alarm = get_alarm(number)
    require_alarm_access(alarm, actor_id(), "alarms.decide")
    return _decide(alarm)


@blueprint.post("/operations/alarms/<number>")
@requires("alarms.networks", scope=Scope.INSTALLATION)
def decide_of_network(number: str) -> ResponseReturnValue:
    """The same for an alarm about a network, which is no unit's."""
    alarm = get_alarm(number)
    if alarm.grower_id is not None:
        raise Forbidden(_("This alarm is with a branch."), code="outside_your_units")
    return _decide(alarm)


def _decide(alarm: AlarmView) -> ResponseReturnValue:
    form = _decision(alarm)
    if not form.validate():
        return _alarm(alarm, form), 422
    with transaction():
        judging.decide(
            alarm.number, AlarmStep(form.step.data), note=form.note.data or "", at=now(), by=actor_id()
        )
    flash(_("Saved."), "success")
    return redirect(url_for("alarms.show", number=alarm.number), 303)


def _decision(alarm: AlarmView, **options: Any) -> AlarmDecisionForm:
    form = AlarmDecisionForm(**options)
    possible = steps_from(alarm.state, alarm.subject)
    form.step.choices = [choice for choice in form.step.choices if choice.value in possible]
    return form


def _alarm(alarm: AlarmView, form: AlarmDecisionForm) -> str:
    of_network, steps = alarm.grower_id is None, steps_of(alarm.id)
    has_permission = may("alarms.networks", Scope.INSTALLATION) if of_network else may("alarms.decide")
    return render_template(
        "traceability/alarms/show.html",
        alarm=alarm,
        findings=findings_of(alarm.id),
        looks=looks_of_code(alarm.code_id) if alarm.code_id else [],
        steps=[
            {
                "title": wording.step_name(step.step),
                "at": step.at,
                "note": " · ".join(part for part in (by, step.note) if part) or None,
                "state": "done",
            }
            for step, by in zip(steps, wording.taken_by(steps), strict=True)
        ],
        wording=wording,
        form=form,
        may_decide=has_permission and bool(form.step.choices),
        decided_at=url_for(
            "alarms.decide_of_network" if of_network else "alarms.decide", number=alarm.number
        ),
    )


@blueprint.get("/branch/alarms/thresholds")
@requires("alarms.rules")
def thresholds() -> ResponseReturnValue:
    """The numbers behind the rules, by rule, for everyone on staff; they hold for every town."""
    return _thresholds(ThresholdsForm(formdata=None), {})


@blueprint.post("/branch/alarms/thresholds")
@requires("alarms.thresholds", scope=Scope.INSTALLATION)
@creates()
def change_thresholds() -> ResponseReturnValue:
    """A change is a new version, sealed with its reason."""
    form = ThresholdsForm()
    typed = {
        name: request.form[name].strip()
        for names in names_by_rule().values()
        for name in names
        if name in request.form
    }
    wrong = {
        name: _("Between %(low)s and %(high)s.", low=range_of(name)[0], high=range_of(name)[1])
        for name, text in typed.items()
        if not text.isdecimal() or len(text) > 9
    }
    if not form.validate() or wrong:
        if wrong:
            form.form_errors.append(_("Some numbers are out of their range."))
        return _thresholds(form, typed, wrong), 422
    try:
        with creating() as made:
            version = judging.change_thresholds(
                {name: int(text) for name, text in typed.items()},
                reason=form.reason.data or "",
                at=now(),
                by=actor_id(),
            )
            made.leads_to(url_for("alarms.thresholds"))
    except DomainError as error:
        form.form_errors.append(str(error))
        return _thresholds(form, typed, dict(error.details.get("fields", {}))), 422
    flash(_("Version %(n)s is in force.", n=version), "success")
    return made.answer()


def _thresholds(form: ThresholdsForm, typed: dict[str, str], wrong: dict[str, str] | None = None) -> str:
    present = judging.read_thresholds()
    shown = {name: str(value) for name, value in present.values.as_values().items()} | typed
    wrong = wrong or {}
    return render_template(
        "traceability/alarms/thresholds.html",
        form=form,
        rules=[
            (
                wording.rule_name(rule),
                [
                    (name, threshold_name(name), shown[name], *range_of(name), wrong.get(name))
                    for name in names
                ],
            )
            for rule, names in names_by_rule().items()
        ],
        present=present,
        versions=versions(),
        may_set=may("alarms.thresholds", Scope.INSTALLATION),
        sees_alarms=may("alarms.view"),
    )
