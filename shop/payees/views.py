"""Payee accounts: staff propose, confirm and withdraw them; growers read where their buyers' money goes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import Conflict
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope
from shop.payees import queries, wording
from shop.payees.forms import PayeeForm, WithdrawForm
from shop.payees.rules import Standing
from shop.payees.service import deciding

blueprint = Blueprint("payees", __name__)


@blueprint.get("/branch/payees")
@requires("payees.view")
def index() -> ResponseReturnValue:
    """The accounts of the units that the person looks after, with their history."""
    return _index(_form(formdata=None))


@blueprint.post("/branch/payees")
@requires(deciding.PROPOSE, scope=Scope.UNIT)
@creates()
def propose() -> ResponseReturnValue:
    """Propose an account; another person has to confirm it."""
    form = _form()
    if not form.validate():
        return _index(form), 422
    try:
        with creating() as made:
            deciding.propose(
                branch.get_unit(form.unit.data).id,
                payee=form.payee.data or "",
                bank=form.bank.data or "",
                account_number=form.account_number.data or "",
                note=form.note.data or "",
                reason=form.reason.data or "",
                by=actor_id(),
                at=now(),
            )
            made.leads_to(url_for("payees.index"))
    except Conflict as error:
        form.form_errors.append(str(error.message))
        return _index(form), 422
    flash(_("Proposed. Another person has to confirm it; everyone concerned is told."), "success")
    return made.answer()


@blueprint.get("/branch/payees/<public_id>")
@requires("payees.view")
def show(public_id: str) -> ResponseReturnValue:
    """One account, with what may be done about it."""
    return _show(public_id, WithdrawForm(formdata=None))


@blueprint.post("/branch/payees/<public_id>/confirm")
@requires(deciding.CONFIRM, scope=Scope.UNIT)
def confirm(public_id: str) -> ResponseReturnValue:
    """The second person confirms; the account counts when the pause is over."""
    try:
        with transaction():
            deciding.confirm(public_id, by=actor_id(), at=now())
    except Conflict as error:
        flash(str(error.message), "error")
        return _show(public_id, WithdrawForm(formdata=None)), 409
    flash(
        _("Confirmed. Until it is in force, whoever may confirm can withdraw it; everyone is told."),
        "success",
    )
    return redirect(url_for("payees.index"), 303)


@blueprint.post("/branch/payees/<public_id>/withdraw")
@requires(deciding.CONFIRM, scope=Scope.UNIT)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Nobody shall transfer to it, from now on."""
    form = WithdrawForm()
    if not form.validate():
        return _show(public_id, form), 422
    try:
        with transaction():
            deciding.withdraw(public_id, reason=form.reason.data or "", by=actor_id(), at=now())
    except Conflict as error:
        form.form_errors.append(str(error.message))
        return _show(public_id, form), 422
    flash(_("Withdrawn; everyone concerned is told."), "success")
    return redirect(url_for("payees.index"), 303)


@blueprint.get("/seller/payee")
@requires("orders.sell")
def of_grower() -> ResponseReturnValue:
    """Where the grower's buyers transfer to, and what is on the way."""
    grower = branch.require_grower(actor_id())
    above = [unit for unit in branch.all_units() if grower.unit_path.startswith(unit.path)]
    payees = [
        unit_payees for unit_payees in queries.payees_of(reversed(above), at=now()) if unit_payees.history
    ]
    return _page("of_grower.html", found=payees)


def _form(**options: Any) -> PayeeForm:
    form = PayeeForm(**options)
    form.offer(branch.units_where(actor_id(), deciding.PROPOSE))
    return form


def _index(form: PayeeForm) -> str:
    units = branch.units_where(actor_id(), "payees.view")
    payees = queries.payees_of(units, at=now())
    return _page(
        "index.html",
        form=form,
        found=[unit_payees for unit_payees in payees if unit_payees.history],
        without=[
            unit_payees.unit
            for unit_payees in payees
            if not unit_payees.in_force and unit_payees.unit.kind in {"committee", "branch"}
        ],
        may_propose=bool(form.unit.choices),
        hours=int(deciding.pause().total_seconds() // 3600),
    )


def _show(public_id: str, form: WithdrawForm) -> str:
    account = queries.get_payee(public_id, at=now())
    unit = branch.require_unit_access(actor_id(), account.unit_id, "payees.view")
    may = branch.may(actor_id(), deciding.CONFIRM, account.unit_id)
    return _page(
        "show.html",
        account=account,
        unit=unit,
        form=form,
        may_withdraw=may and account.withdrawn_at is None,
        may_confirm=may and account.standing is Standing.PROPOSED and account.proposed_by_id != actor_id(),
        hours=int(deciding.pause().total_seconds() // 3600),
    )


def _page(name: str, **values: Any) -> str:
    return render_template(
        f"shop/payees/{name}",
        unit_name=branch.unit_name,
        standing_name=wording.standing_name,
        tones=wording.TONES,
        **values,
    )
