"""The tree of units: who looks after a place adds what lies below it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from branch.organisation.forms import RenameForm, UnitForm
from branch.organisation.queries import tree
from branch.organisation.service import tree as service
from branch.organisation.wording import KIND_NAMES
from core.database import transaction
from core.errors import DomainError
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope

blueprint = Blueprint("units", __name__)
EDIT = "units.edit"


@blueprint.get("/branch/units")
@requires(EDIT)
def index() -> str:
    """The units that the person looks after, and a form for one more."""
    return _page(_form())


@blueprint.post("/branch/units")
@requires(EDIT, scope=Scope.UNIT)
@creates()
def add() -> Any:
    """Add a unit; a town of its own is opened by an operator."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    try:
        with creating() as made:
            parent = tree.require_unit_access(actor_id(), tree.get_unit(form.parent.data).id, EDIT)
            service.found_unit(
                code=form.code.data or "",
                name_zh=form.name_zh.data or "",
                name_en=form.name_en.data or "",
                kind=form.kind.data,
                parent=parent,
            )
            made.leads_to(url_for("units.index"))
    except DomainError as error:
        form.form_errors.append(str(error.message))
        return _page(form), 422
    flash(_("The unit is added. Give somebody a role there on the page of members."), "success")
    return made.answer()


@blueprint.route("/branch/units/<code>", methods=["GET", "POST"])
@requires(EDIT, scope=Scope.UNIT)
def rename(code: str) -> Any:
    """Other names for a unit."""
    unit = tree.require_unit_access(actor_id(), tree.get_unit(code).id, EDIT)
    form = RenameForm(name_zh=unit.name_zh, name_en=unit.name_en)
    if form.validate_on_submit():
        with transaction():
            service.rename_unit(unit.id, name_zh=form.name_zh.data or "", name_en=form.name_en.data or "")
        flash(_("The unit has its new name."), "success")
        return redirect(url_for("units.index"), 303)
    status = 422 if request.method == "POST" else 200
    return render_template("branch/organisation/unit.html", form=form, unit=unit), status


def _form() -> UnitForm:
    form = UnitForm()
    form.offer(tree.units_where(actor_id(), EDIT))
    return form


def _page(form: UnitForm) -> str:
    return render_template(
        "branch/organisation/units.html",
        form=form,
        units=tree.units_where(actor_id(), EDIT),
        unit_name=tree.unit_name,
        kinds=KIND_NAMES,
    )
