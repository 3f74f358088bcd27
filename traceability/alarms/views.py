"""The branch's alarms: what, why in plain words, the evidence, and what a person may do; and the thresholds."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from core.accounts.gate import actor_id, may, requires
from core.clock import now
from core.database import transaction
from core.errors import DomainError
from core.web.pagination import page_number
from core.web.sending import creates, creating
from traceability.alarms import service, wording
from traceability.alarms.forms import AlarmDecisionForm, ThresholdsForm
from traceability.alarms.queries import (
    alarm_counts,
    alarm_page,
    findings_of,
    get_alarm,
    growers_within,
    looks_of_code,
    require_alarm_access,
    steps_of,
    versions,
)
from traceability.alarms.steps import AlarmStep, steps_from
from traceability.alarms.threshold_words import threshold_name
from traceability.alarms.thresholds import by_rule, range_of

blueprint = Blueprint("alarms", __name__)

FOLDERS = ("suspect", "notice", "cleared")


@blueprint.get("/branch/alarms")
@requires("alarms.view")
def index() -> ResponseReturnValue:
    """Alarms that stand, the suspects first."""
    folder = request.args.get("folder", "suspect")
    folder = folder if folder in FOLDERS else "suspect"
    growers = growers_within(actor_id(), "alarms.view")
    return render_template(
        "traceability/alarms/index.html",
        page=alarm_page(growers, folder=folder, page=page_number(request.args.get("page"))),
        folder=folder,
        counts=alarm_counts(growers),
        wording=wording,
        may_set=may("alarms.thresholds"),
    )


@blueprint.route("/branch/alarms/<number>", methods=["GET", "POST"])
@requires("alarms.view")
def show(number: str) -> ResponseReturnValue:
    """One alarm with every decision of a rule; doubt the code or clear the alarm, with a note."""
    alarm = get_alarm(number)
    require_alarm_access(alarm, actor_id(), "alarms.view")
    form = AlarmDecisionForm()
    possible = steps_from(alarm.state, alarm.subject)
    form.step.choices = [choice for choice in form.step.choices if choice.value in possible]
    if request.method == "POST":
        require_alarm_access(alarm, actor_id(), "alarms.decide")
        if form.validate():
            with transaction():
                service.decide(
                    alarm.number,
                    AlarmStep(form.step.data),
                    note=form.note.data or "",
                    at=now(),
                    by=actor_id(),
                )
            flash(_("Saved."), "success")
            return redirect(url_for("alarms.show", number=alarm.number), 303)
    page = render_template(
        "traceability/alarms/show.html",
        alarm=alarm,
        findings=findings_of(alarm.id),
        looks=looks_of_code(alarm.code_id) if alarm.code_id else [],
        steps=[
            {
                "title": wording.step_name(one.step),
                "at": one.at,
                "note": " · ".join(part for part in (wording.who(one), one.note) if part) or None,
                "state": "done",
            }
            for one in steps_of(alarm.id)
        ],
        wording=wording,
        form=form,
        may_decide=may("alarms.decide") and bool(possible),
    )
    return page, 422 if form.errors else 200


@blueprint.route("/branch/alarms/thresholds", methods=["GET", "POST"])
@requires("alarms.thresholds")
@creates()
def thresholds() -> ResponseReturnValue:
    """The numbers behind the rules, by rule; a change is a new version, sealed with its reason."""
    form = ThresholdsForm()
    with transaction():
        present = service.thresholds_in_force(at=now())
    values = present.values.as_values()
    typed = {name: request.form.get(name, str(value)).strip() for name, value in values.items()}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        wrong = {
            name: _("Between %(low)s and %(high)s.", low=range_of(name)[0], high=range_of(name)[1])
            for name, text in typed.items()
            if not text.isdecimal() or len(text) > 9
        }
        if form.validate() and not wrong:
            try:
                with creating() as made:
                    version = service.change_thresholds(
                        {name: int(text) for name, text in typed.items()},
                        reason=form.reason.data or "",
                        at=now(),
                        by=actor_id(),
                    )
                    made.leads_to(url_for("alarms.thresholds"))
            except DomainError as error:
                form.form_errors.append(str(error))
                wrong = dict(error.details.get("fields", {}))
            else:
                flash(_("Version %(n)s is in force.", n=version), "success")
                return made.answer()
        elif wrong:
            form.form_errors.append(_("Some numbers are out of their range."))
    page = render_template(
        "traceability/alarms/thresholds.html",
        form=form,
        rules=[
            (
                wording.rule_name(rule),
                [
                    (name, threshold_name(name), typed[name], *range_of(name), wrong.get(name))
                    for name in names
                ],
            )
            for rule, names in by_rule().items()
        ],
        present=present,
        versions=versions(),
    )
    return page, 422 if form.errors or wrong else 200
