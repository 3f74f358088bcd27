"""The cashier's desk: transfers to confirm, refunds to pay by hand, payments in doubt."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import Conflict
from core.gate import actor_id, requires
from core.scopes import Scope
from shop.payees.queries import payees_of
from shop.payments.forms import ConfirmForm, ReferenceForm, RejectForm
from shop.payments.queries import cashier, cashier_scope, lookups, order_money
from shop.payments.queries.doubts import Step
from shop.payments.service import agreements, doubts, refund_progress, transfer_proofs
from shop.payments.service.provider import configured
from shop.payments.states import Stage
from shop.payments.tasks import sweeping
from shop.payments.views.buyer import private_file
from shop.payments.wording.attention import attention_words

blueprint = Blueprint("cashier", __name__)


@blueprint.get("/branch/cashier")
@requires("payments.confirm")
def home() -> Any:
    """What waits."""
    return render_template(
        "shop/payments/cashier.html",
        attention_words=attention_words,
        desk=cashier.cashier_queue(actor_id()),
        without_account=[
            unit_payees.unit
            for unit_payees in payees_of(branch.units_where(actor_id(), "payments.confirm"), at=now())[:1]
            if not unit_payees.in_force
        ],
        unit_name=branch.unit_name,
        stripe_set_up=configured(),
    )


def _proof_page(public_id: str, *, confirm: ConfirmForm, reject: RejectForm, status: int = 200) -> Any:
    proof = cashier.proof_for_cashier(actor_id(), public_id)
    page = render_template(
        "shop/payments/cashier_proof.html",
        proof=proof,
        is_picture=proof.file_key.endswith(".jpg"),
        confirm=confirm,
        reject=reject,
    )
    return page, status


@blueprint.get("/branch/cashier/proofs/<public_id>")
@requires("payments.confirm")
def proof(public_id: str) -> Any:
    """One receipt beside what the order asks for."""
    return _proof_page(public_id, confirm=ConfirmForm(), reject=RejectForm(formdata=None))


@blueprint.get("/branch/cashier/proofs/<public_id>/file")
@requires("payments.confirm")
def proof_file(public_id: str) -> Response:
    """The file of a receipt."""
    return private_file(cashier.proof_for_cashier(actor_id(), public_id).file_key)


@blueprint.post("/branch/cashier/proofs/<public_id>/confirm")
@requires("payments.confirm", scope=Scope.UNIT)
def confirm_proof(public_id: str) -> Any:
    """The money is on the account, exactly the order's total."""
    proof = cashier.proof_for_cashier(actor_id(), public_id)
    form = ConfirmForm()
    if not form.validate():
        return _proof_page(public_id, confirm=form, reject=RejectForm(formdata=None), status=422)
    try:
        with transaction():
            payment = transfer_proofs.confirm(
                public_id,
                amount_minor=form.amount.minor,
                reference=form.reference.data.strip(),
                by_account_id=actor_id(),
                at=now(),
            )
            state = payment.state
    except Conflict as refused:
        if refused.code != "amount_differs":
            raise
        form.amount.errors = [
            _(
                "The order's total is another one. Confirm only the exact sum; else reject and say what is missing."
            )
        ]
        return _proof_page(public_id, confirm=form, reject=RejectForm(formdata=None), status=422)
    if state == "received":
        flash(_("Order %(number)s is paid; the growers may pack.", number=proof.order_number), "success")
    else:
        flash(_("The plants are gone meanwhile. Please pay the money back; it stands below."), "warning")
    return redirect(url_for("cashier.home"), 303)


@blueprint.post("/branch/cashier/proofs/<public_id>/reject")
@requires("payments.confirm", scope=Scope.UNIT)
def reject_proof(public_id: str) -> Any:
    """The money is not there, or not all of it."""
    cashier.proof_for_cashier(actor_id(), public_id)
    form = RejectForm()
    if not form.validate():
        return _proof_page(public_id, confirm=ConfirmForm(formdata=None), reject=form, status=422)
    with transaction():
        transfer_proofs.reject(public_id, reason=form.reason.data.strip(), by_account_id=actor_id(), at=now())
    flash(_("The buyer is told and may send another receipt."), "success")
    return redirect(url_for("cashier.home"), 303)


@blueprint.route("/branch/cashier/refunds/<number>", methods=["GET", "POST"])
@requires("payments.refund", scope=Scope.UNIT)
def refund(number: str) -> Any:
    """Pay a refund by hand and write the bank's reference down."""
    row = lookups.get_refund(number)
    refund_id = row.id
    cashier_scope.require_refund(actor_id(), refund_id)
    shown = next(refund for refund in order_money.refunds_of(row.order_id) if refund.number == number)
    form = ReferenceForm()
    status = 200
    if request.method == "POST":
        if form.validate():
            with transaction():
                refund_progress.finish_by_hand(
                    refund_id, reference=form.reference.data.strip(), by_account_id=actor_id(), at=now()
                )
            flash(_("Refund %(number)s is paid; the buyer is told.", number=number), "success")
            return redirect(url_for("cashier.home"), 303)
        status = 422
    return render_template("shop/payments/cashier_refund.html", refund=shown, form=form), status


@blueprint.get("/branch/cashier/refund")
@requires("payments.refund")
def find_parcel() -> Any:
    """From the number on a parcel to its refund form."""
    number = request.args.get("parcel", "").strip().upper()
    if not number:
        flash(_("Enter the number that stands on the parcel."), "warning")
        return redirect(url_for("cashier.home"), 303)
    return redirect(url_for("refunds.by_staff", number=number), 303)


@blueprint.post("/branch/cashier/payments/<public_id>/seen")
@requires("payments.confirm", scope=Scope.UNIT)
def seen(public_id: str) -> Any:
    """Somebody has looked at a payment in doubt."""
    payment = lookups.get_payment(public_id)
    cashier_scope.require_some_part(actor_id(), payment.order_id, "payments.confirm")
    with transaction():
        doubts.mark_seen(payment)
    return redirect(url_for("cashier.home"), 303)


def _decide(public_id: str, step: Step, done: str) -> Any:
    payment = lookups.get_payment(public_id)
    with transaction():
        agreed = agreements.decide(payment.id, step, by_account_id=actor_id(), at=now())
        state = payment.state
    if agreed.missing:
        flash(
            _(
                "You agreed for your growers. The cashiers of %(growers)s are asked to agree for theirs; until then nothing happens.",
                growers=", ".join(agreed.missing),
            ),
            "info",
        )
    elif step is Step.ACCEPT and state != Stage.RECEIVED:
        flash(_("The plants are gone meanwhile, so the money goes back; the buyer is told."), "warning")
    else:
        flash(done, "success")
    return redirect(url_for("cashier.home"), 303)


@blueprint.post("/branch/cashier/payments/<public_id>/accept")
@requires("payments.confirm", scope=Scope.UNIT)
def accept(public_id: str) -> Any:
    """Another amount than the order's total arrived, and it counts."""
    return _decide(public_id, Step.ACCEPT, _("The order is paid; the buyer is told."))


@blueprint.post("/branch/cashier/payments/<public_id>/give-back")
@requires("payments.refund", scope=Scope.UNIT)
def give_back(public_id: str) -> Any:
    """What arrived is not the order's payment."""
    return _decide(public_id, Step.GIVE_BACK, _("The money goes back; the buyer is told."))


@blueprint.post("/branch/cashier/reconcile")
@requires("payments.confirm", scope=Scope.UNIT)
def reconcile() -> Any:
    """Ask Stripe about what is open of the orders in which the cashier's growers have a part, now."""
    swept = sweeping.sweep(everything=True, of=cashier_scope.own_orders(actor_id(), "payments.confirm"))
    flash(
        _(
            "Asked about %(count)s payments; %(changed)s were settled.",
            count=swept.sessions,
            changed=swept.changed,
        )
    )
    return redirect(url_for("cashier.home"), 303)
