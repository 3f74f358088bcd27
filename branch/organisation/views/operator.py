"""What an operator does with units: open a town with its first people, and take over a unit's work in plain sight."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from branch.organisation.forms import AppointForm, TakeOverForm, TownForm
from branch.organisation.queries import powers, tree
from branch.organisation.rules.roles import Role
from branch.organisation.service import pending_invitations, takeovers
from branch.organisation.service import tree as service
from branch.organisation.views.members import give_or_invite
from branch.organisation.wording import KIND_NAMES, ROLE_NAMES
from core.clock import now
from core.database import transaction
from core.errors import DomainError
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope

blueprint = Blueprint("operations", __name__)
FOUND, TAKE_OVER = "units.found", takeovers.TAKE_OVER


@blueprint.get("/operations/units")
@requires(FOUND)
def units() -> str:
    """Every unit, the take-overs, and a form for one more town."""
    return _units(TownForm(formdata=None))


@blueprint.post("/operations/units")
@requires(FOUND, scope=Scope.INSTALLATION)
@creates()
def found() -> Any:
    """Open a town; its people do the rest."""
    form = TownForm()
    if not form.validate():
        return _units(form), 422
    try:
        with creating() as made:
            service.found_unit(
                code=form.code.data or "",
                name_zh=form.name_zh.data or "",
                name_en=form.name_en.data or "",
                kind="committee",
                parent=None,
            )
            made.leads_to(url_for("operations.units"))
    except DomainError as error:
        form.form_errors.append(str(error.message))
        return _units(form), 422
    flash(_("The town is opened. Appoint its first secretary or committee member now."), "success")
    return made.answer()


@blueprint.route("/operations/units/<code>/first", methods=["GET", "POST"])
@requires(FOUND, scope=Scope.INSTALLATION)
@creates()
def appoint(code: str) -> Any:
    """The first secretary or committee member of a town that has none."""
    unit = tree.get_unit(code)
    form = AppointForm()
    if not form.validate_on_submit():
        return _page("appoint.html", form=form, unit=unit), 422 if request.method == "POST" else 200
    try:
        with creating() as made:
            give_or_invite(form, unit)
            made.leads_to(url_for("operations.units"))
    except DomainError as error:
        form.form_errors.append(str(error.message))
        return _page("appoint.html", form=form, unit=unit), 422
    flash(_("Written down; whoever has no account yet gets a link."), "success")
    return made.answer()


@blueprint.post("/operations/invitations/<int:invitation_id>/withdraw")
@requires(FOUND, scope=Scope.INSTALLATION)
def withdraw_invitation(invitation_id: int) -> Any:
    """Take back the invitation of a town's first people before anybody accepted it."""
    with transaction():
        invitation = pending_invitations.get_pending_at_unit(invitation_id, at=now())
        pending_invitations.withdraw(invitation, by_account_id=actor_id(), at=now())
    flash(_("The invitation is withdrawn; its link opens nothing any more."), "success")
    return redirect(url_for("operations.units"), 303)


@blueprint.route("/operations/units/<code>/take-over", methods=["GET", "POST"])
@requires(TAKE_OVER, scope=Scope.INSTALLATION)
@creates()
def take_over(code: str) -> Any:
    """Do a unit's work for some days; its people are told and see it."""
    unit = tree.get_unit(code)
    form = TakeOverForm(role=takeovers.role_at(unit).value)
    if not form.validate_on_submit():
        return _page("take_over.html", form=form, unit=unit), 422 if request.method == "POST" else 200
    try:
        with creating() as made:
            takeovers.take_over(
                unit,
                account_id=actor_id(),
                role=Role(form.role.data),
                days=form.days.data or 0,
                reason=form.reason.data or "",
                at=now(),
            )
            made.leads_to(url_for("operations.units"))
    except DomainError as error:
        form.form_errors.append(str(error.message))
        return _page("take_over.html", form=form, unit=unit), 422
    flash(_("You do the work of %(unit)s now. Its people are told.", unit=tree.unit_name(unit)), "success")
    return made.answer()


@blueprint.post("/operations/take-overs/<public_id>/end")
@requires(TAKE_OVER, scope=Scope.INSTALLATION)
def end(public_id: str) -> Any:
    """Give the work back before the last day."""
    with transaction():
        takeovers.end_takeover(public_id, by_account_id=actor_id(), at=now())
    flash(_("The work is given back; the unit's people are told."), "success")
    return redirect(url_for("operations.units"), 303)


def _units(form: TownForm) -> str:
    units = tree.all_units()
    headless = powers.towns_without_people(units)
    waiting = pending_invitations.pending_at([unit for unit in units if unit.id in headless], at=now())
    return _page(
        "operator_units.html",
        form=form,
        units=units,
        headless=headless,
        pending=waiting,
        mine={invitation.id for invitation in waiting},
        takeovers=takeovers.takeovers_of(units, at=now()),
    )


def _page(name: str, **values: Any) -> str:
    return render_template(
        f"branch/organisation/{name}",
        role_names=ROLE_NAMES,
        kinds=KIND_NAMES,
        unit_name=tree.unit_name,
        **values,
    )
