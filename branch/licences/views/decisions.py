"""Growers apply for licences; the branch decides."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from branch.growers.queries.directory import require_grower
from branch.licences.forms import ApplicationForm, GrantForm, StepForm
from branch.licences.queries import validity
from branch.licences.queries.marks import get_mark, marks_open_to
from branch.licences.service import decisions
from branch.licences.states import LicenceState, Standing, Step, steps_from
from branch.licences.wording import (
    STANDING_NAMES,
    STANDING_TONES,
    STEP_NAMES,
    STEP_STATES,
    channel_words,
    list_words,
    village_name,
)
from branch.organisation.queries.tree import require_unit_access, units_where
from core.clock import local_day, now
from core.database import transaction
from core.errors import Conflict, Invalid
from core.form_keys.views import creates, creating
from core.gate import actor_id, may, requires
from core.scopes import Scope
from core.web.rules.pagination import page_number

blueprint = Blueprint("licences", __name__)

# How a failed rule finds the field that it speaks of.
FIELD_OF = {
    "reason_missing": "reason",
    "days_not_later": "valid_until",
    "days_over": "valid_until",
    "days_out_of_order": "valid_until",
}


@blueprint.get("/seller/licence")
@requires("licences.apply")
def own() -> str:
    """The grower's licences and applications, and a form for one more."""
    return _own(ApplicationForm())


@blueprint.post("/seller/licence")
@requires("licences.apply", scope=Scope.GROWER)
@creates()
def apply() -> Any:
    """File an application."""
    grower = require_grower(actor_id())
    form = ApplicationForm()
    form.offer(marks_open_to(grower))
    if not form.validate():
        return _own(form), 422
    with creating() as made:
        number = decisions.apply_for_licence(
            grower.id,
            get_mark(form.mark.data).id,
            scope=form.scope(),
            note=form.note.data or "",
            by_account_id=actor_id(),
            at=now(),
        )
        made.leads_to(url_for("licences.own"))
    flash(_("Your application %(number)s has reached the branch.", number=number), "success")
    return made.answer()


@blueprint.post("/seller/licence/<number>/take-back")
@requires("licences.apply", scope=Scope.GROWER)
def take_back(number: str) -> Any:
    """The grower takes an application back before it is decided."""
    with transaction():
        grower = require_grower(actor_id())
        decisions.take_back(number, grower_id=grower.id, by_account_id=actor_id(), at=now())
    flash(_("Taken back."), "success")
    return redirect(url_for("licences.own"))


def _own(form: ApplicationForm) -> str:
    grower = require_grower(actor_id())
    files = validity.licences_at_grower(grower.id, at=now())
    open_marks = {
        file.licence.mark_code
        for file in files
        if file.licence.effective_state
        in {Standing.APPLIED, Standing.VALID, Standing.NOT_STARTED, Standing.SUSPENDED}
        or (file.licence.state == LicenceState.SUSPENDED)
    }
    marks = marks_open_to(grower)
    changes = validity.changes_by_licence(file.id for file in files[:5])
    free = [mark for mark in marks if mark.facts.code not in open_marks]
    form.offer(free)
    return _page(
        "own.html",
        grower=grower,
        files=[(file, changes[file.id]) for file in files[:5]],
        form=form if free else None,
        group_names={code: name for mark in marks for code, name in mark.group_names.items()},
        has_marks=bool(marks),
    )


@blueprint.get("/branch/licences")
@requires("licences.view")
def index() -> str:
    """The licences of the units that the person looks after; of one state when chosen."""
    state = request.args.get("state", "")
    state = state if state in set(LicenceState) else ""
    units = [unit.id for unit in units_where(actor_id(), "licences.view")]
    listing = validity.licence_list(units, at=now(), state=state, page=page_number(request.args.get("page")))
    return _page("index.html", found=listing, state=state, states=list(LicenceState))


@blueprint.get("/branch/licences/<number>")
@requires("licences.view")
def show(number: str) -> str:
    """One licence, its history and the steps that are possible."""
    return _show(number)


@blueprint.post("/branch/licences/<number>")
@requires("licences.decide", scope=Scope.UNIT)
def decide(number: str) -> Any:
    """Grant, refuse, suspend, reinstate, extend or end a licence."""
    require_unit_access(actor_id(), validity.get_licence(number, at=now()).grower_unit_id, "licences.decide")
    step = request.form.get("step", "")
    if step not in set(Step) - {Step.APPLY, Step.EXPIRE}:
        raise Invalid(_("Choose what to decide."), code="decision_missing")
    form: GrantForm | StepForm = StepForm()
    if step == Step.GRANT:
        form = GrantForm()
        form.offer([get_mark(validity.get_licence(number, at=now()).licence.mark_code)])
    if not form.validate():
        return _show(number, form), 422
    try:
        with transaction():
            _take(number, Step(step), form)
    except Invalid as error:
        field = form[FIELD_OF[error.code]] if error.code in FIELD_OF else form.reason
        field.errors = [str(error.message)]
        return _show(number, form), 422
    except Conflict as error:
        if error.code != "held_by_case":
            raise
        form.reason.errors = [str(error.message)]
        return _show(number, form), 409
    flash(_("Decided and written down; the grower is told."), "success")
    return redirect(url_for("licences.show", number=number))


def _take(number: str, step: Step, form: Any) -> None:
    decision: dict[str, Any] = {"reason": form.reason.data or "", "by_account_id": actor_id(), "at": now()}
    if step is Step.GRANT:
        decisions.grant(
            number,
            scope=form.scope(),
            valid_from=form.valid_from.data,
            valid_until=form.valid_until.data,
            **decision,
        )
    elif step is Step.EXTEND:
        if form.valid_until.data is None:
            raise Invalid(_("Enter the new last day."), code="days_not_later")
        decisions.extend(number, valid_until=form.valid_until.data, **decision)
    else:
        verbs = {
            Step.REFUSE: decisions.refuse,
            Step.SUSPEND: decisions.suspend,
            Step.REINSTATE: decisions.reinstate,
            Step.WITHDRAW: decisions.withdraw,
        }
        verbs[step](number, **decision)


def _show(number: str, form: GrantForm | StepForm | None = None) -> str:
    file = validity.get_licence(number, at=now())
    require_unit_access(actor_id(), file.grower_unit_id, "licences.view")
    mark = get_mark(file.licence.mark_code)
    steps = steps_from(LicenceState(file.licence.state)) if may("licences.decide") else []
    grant_form, step_form = None, StepForm(formdata=None)
    if Step.GRANT in steps:
        grant_form = form if isinstance(form, GrantForm) else GrantForm(formdata=None)
        grant_form.offer([mark])
        if grant_form is not form:
            grant_form.start_from(file.licence)
            grant_form.valid_from.data = local_day(now())
            grant_form.valid_until.data = _a_year_from(local_day(now()))
    if isinstance(form, StepForm):
        step_form = form
    return _page(
        "show.html",
        file=file,
        mark=mark,
        changes=validity.changes_of(file.id),
        steps=steps,
        grant_form=grant_form,
        step_form=step_form,
    )


def _a_year_from(day: date) -> date:
    """The last day of a year that begins on `day`."""
    try:
        return day.replace(year=day.year + 1) - timedelta(days=1)
    except ValueError:
        return day + timedelta(days=365)


def _page(name: str, **context: Any) -> str:
    return render_template(
        f"branch/licences/{name}",
        standing_names=STANDING_NAMES,
        standing_tones=STANDING_TONES,
        step_names=STEP_NAMES,
        step_states=STEP_STATES,
        channel_words=channel_words,
        list_words=list_words,
        village_name=village_name,
        **context,
    )
