"""Giving money back for one consignment: the grower's own, or any that the branch looks after."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import Conflict, Forbidden, Invalid
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope
from core.web.forms.fields import typed_count
from shop.orders.states import By
from shop.payments.forms import DeclineForm, RefundForm
from shop.payments.queries import cashier, cashier_scope, lookups
from shop.payments.queries.refundable import Refundable, refundable, refundable_of
from shop.payments.service import cancel_requests, refunds
from shop.payments.tasks import stripe_calls

blueprint = Blueprint("refunds", __name__)
SELLER, STAFF = "orders.sell", "payments.refund"


def _allow(parcel: Refundable, permission: str) -> By:
    """Who acts on this consignment.

    Raises:
        Forbidden: another grower's, or outside of the account's units.
    """
    account_id = actor_id()
    if permission == SELLER:
        if branch.require_grower(account_id).id != parcel.grower_id:
            raise Forbidden(_("This parcel belongs to another grower."), code="another_growers")
        return By("grower", account_id)
    cashier_scope.require_grower_part(account_id, parcel.grower_id, permission)
    return By("staff", account_id)


@blueprint.route("/seller/consignments/<number>/refund", methods=["GET", "POST"])
@requires(SELLER, scope=Scope.GROWER)
@creates()
def by_seller(number: str) -> Any:
    """A grower gives money back for his own parcel."""
    return _refund(number, SELLER, back=url_for("refunds.of_seller"))


@blueprint.route("/branch/cashier/consignments/<number>/refund", methods=["GET", "POST"])
@requires(STAFF, scope=Scope.UNIT)
@creates()
def by_staff(number: str) -> Any:
    """The branch gives money back for a parcel."""
    return _refund(number, STAFF, back=url_for("cashier.home"))


def _refund(number: str, permission: str, *, back: str) -> Any:
    parcel = refundable(number)
    by = _allow(parcel, permission)
    form = RefundForm()
    if request.method != "POST":
        form.freight.data = not parcel.has_left
        return _page(parcel, form, {}, back=back)
    units, errors = _typed_units(parcel)
    if not form.validate() or errors:
        return _page(parcel, form, errors, back=back), 422
    try:
        with creating() as made:
            refund_id = refunds.open_refund(
                parcel.consignment_id,
                units=units,
                freight=bool(form.freight.data),
                reduction_minor=form.reduction.minor,
                reason=form.reason.data.strip(),
                by=by,
                at=now(),
            ).id
            made.leads_to(back)
    except (Conflict, Invalid) as refused:
        return _page(parcel, form, {"": str(refused)}, back=back), 422
    flash(_refund_sentence(stripe_calls.send_refund(refund_id)), "success")
    return made.answer()


def _refund_sentence(state: str) -> str:
    return {
        "done": _("The money is on its way back to the buyer."),
        "sent": _("The money is on its way back to the buyer."),
        "failed": _("The refund is booked, but the payment service refused it: the cashier pays it by hand."),
    }.get(state, _("The refund is booked; the cashier or the payment service sends the money."))


def _typed_units(parcel: Refundable) -> tuple[dict[int, int], dict[str, str]]:
    units: dict[int, int] = {}
    errors: dict[str, str] = {}
    for line in parcel.lines:
        typed = request.form.get(f"units-{line.id}", "").strip() or "0"
        count = typed_count(typed)
        if count is None or count > line.units_left:
            errors[f"units-{line.id}"] = _("Between 0 and %(most)s.", most=line.units_left)
        elif count:
            units[line.id] = count
    return units, errors


def _page(parcel: Refundable, form: RefundForm, errors: dict[str, str], *, back: str) -> str:
    typed = {line.id: request.form.get(f"units-{line.id}", "0") for line in parcel.lines}
    return render_template(
        "shop/payments/refund.html", parcel=parcel, form=form, errors=errors, typed=typed, back=back
    )


@blueprint.get("/seller/refunds")
@requires(SELLER)
def of_seller() -> Any:
    """What a grower's buyers want to cancel, and what went back to them."""
    grower = branch.require_grower(actor_id())
    return render_template("shop/payments/seller_refunds.html", page=cashier.of_grower(grower.id))


@blueprint.post("/seller/wishes/<public_id>/<any(grant, decline):answer>")
@requires(SELLER, scope=Scope.GROWER)
def answer_by_seller(public_id: str, answer: str) -> Any:
    """The grower answers a buyer's wish to cancel."""
    return _answer(public_id, answer, SELLER, back=url_for("refunds.of_seller"))


@blueprint.post("/branch/cashier/wishes/<public_id>/<any(grant, decline):answer>")
@requires(STAFF, scope=Scope.UNIT)
def answer_by_staff(public_id: str, answer: str) -> Any:
    """The branch answers a buyer's wish to cancel."""
    return _answer(public_id, answer, STAFF, back=url_for("cashier.home"))


def _answer(public_id: str, answer: str, permission: str, *, back: str) -> Any:
    wish = lookups.get_wish(public_id)
    by = _allow(refundable_of(wish.consignment_id), permission)
    if answer == "grant":
        with transaction():
            refund_id = cancel_requests.grant(public_id, by=by, at=now()).id
        flash(_refund_sentence(stripe_calls.send_refund(refund_id)), "success")
        return redirect(back, 303)
    form = DeclineForm()
    if not form.validate():
        flash(_("Please write a short answer to the buyer."), "error")
        return redirect(back, 303)
    with transaction():
        cancel_requests.decline(public_id, answer=form.answer.data.strip(), by=by, at=now())
    flash(_("The buyer has your answer."), "success")
    return redirect(back, 303)
