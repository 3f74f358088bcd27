"""Pages of programmes: what units began on one date, noted by the branch and read by the committee."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch.organisation.queries.tree import get_unit, unit_name, units_where
from branch.programmes import queries, service
from branch.programmes.forms import ProgrammeForm, WithdrawProgrammeForm
from core.clock import now
from core.database import transaction
from core.errors import Invalid
from core.form_keys.views import creates, creating
from core.gate import actor_id, current_actor, may, requires
from core.scopes import Scope

blueprint = Blueprint("programmes", __name__)


@blueprint.get("/branch/programmes")
@requires("programmes.view")
def index() -> str:
    """The programmes of the units that the person looks after, and a form for one more."""
    return _page(_form())


@blueprint.post("/branch/programmes")
@requires("programmes.note", scope=Scope.UNIT)
@creates()
def note() -> ResponseReturnValue:
    """Note a programme that has begun."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    try:
        with creating() as made:
            service.note_programme(
                get_unit(form.unit.data).id,
                name=form.name.data or "",
                started_on=form.started_on.data,
                note=form.note.data or "",
                noted_by=current_actor().display_name,
                account_id=actor_id(),
                at=now(),
            )
            made.leads_to(url_for("programmes.index"))
    except Invalid as error:
        field = form.started_on if error.code == "programme_not_begun" else form.name
        field.errors = [*field.errors, str(error)]
        return _page(form), 422
    flash(_("The programme is noted. Reports built from now on look at its date."), "success")
    return made.answer()


@blueprint.route("/branch/programmes/<int:number>/withdraw", methods=["GET", "POST"])
@requires("programmes.note", scope=Scope.UNIT)
def withdraw(number: int) -> ResponseReturnValue:
    """Take a programme out of later reports, saying why."""
    programme = queries.programme_for(actor_id(), number)
    form = WithdrawProgrammeForm()
    if form.validate_on_submit():
        with transaction():
            service.withdraw_programme(number, reason=form.reason.data or "", account_id=actor_id(), at=now())
        flash(_("The programme is withdrawn. Reports that were built keep it."), "success")
        return redirect(url_for("programmes.index"), 303)
    status = 422 if request.method == "POST" else 200
    return render_template("branch/programmes/withdraw.html", form=form, programme=programme), status


def _form() -> ProgrammeForm:
    form = ProgrammeForm()
    units = units_where(actor_id(), "programmes.note")
    form.unit.choices = [(unit.code, unit_name(unit)) for unit in units]
    if not form.is_submitted():
        form.unit.data = next((unit.code for unit in units if unit.kind == "branch"), None)
    return form


def _page(form: ProgrammeForm) -> str:
    return render_template(
        "branch/programmes/index.html",
        form=form,
        programmes=queries.programmes_for(actor_id()),
        may_note=may("programmes.note"),
    )
