"""What a buyer does about money: pay now, come back from the payment page, send a proof, cancel."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from core.accounts.rules.identity import parse_identity
from core.clock import now
from core.database import transaction
from core.errors import DomainError, Invalid, NotFound
from core.files import service as files
from core.form_keys.views import creates, creating
from core.gate import current_actor, public
from core.safe_methods import may_note, noting
from core.scopes import Scope
from core.settings import current_settings
from core.web.views.bounds import PHOTO, takes
from core.web.views.limits import ORDER, limiter, posts_only
from shop.orders.models.tables import Order
from shop.orders.service import paying
from shop.orders.states import BUYER
from shop.orders.wording.state_names import payment_words
from shop.payments.forms import CancelForm, ProofForm, ReturnedForm
from shop.payments.models.tables import Payment
from shop.payments.queries import lookups, order_money
from shop.payments.service import cancel_requests, proof_files, transfer_proofs
from shop.payments.service.provider_errors import ProviderAway
from shop.payments.tasks import stripe_calls
from shop.payments.views.returning import note_payer, went_to_pay

log = structlog.get_logger(__name__)
blueprint = Blueprint("payments", __name__)
ASKING = "5 per minute; 20 per hour"


def _order(number: str) -> Order:
    return order_money.buyers_order(
        number, request.args.get("token") or request.form.get("token"), account_id=current_actor().account_id
    )


def order_address(number: str, token: str) -> str:
    """The order's page, for whoever holds its token."""
    return f"/orders/{number}?token={token}"


@blueprint.post("/orders/<number>/pay")
@public(scope=Scope.TOKEN)
@limiter.limit(ORDER)
def pay(number: str) -> Any:
    """Go to the payment page, again or for the first time."""
    order = _order(number)
    back = order_address(order.number, order.access_token)
    note_payer(order.number)
    try:
        address = stripe_calls.pay(order.id)
    except ProviderAway as away:
        flash(str(away), "error")
        return redirect(back, 303)
    return redirect(address or back, 303)


@blueprint.get("/payments/stripe/return/<public_id>")
@public
def stripe_return(public_id: str) -> Any:
    """The buyer comes back: ask Stripe how it went, since its message may be late or lost.

    Its address passes through the payment service: only the browser that left from here, or the order's account, is
    led on to the order. Anybody else sees how the payment stands, and says whose order it is.
    """
    payment, order = _returned(public_id)
    if "cancelled" not in request.args and may_note():
        try:
            with noting("what the payment service answers of this payment, as its own message would"):
                stripe_calls.check(payment.id)
        except ProviderAway:
            log.warning("stripe_away_on_return")
    account_id = current_actor().account_id
    if went_to_pay(order.number) or (account_id is not None and order.account_id == account_id):
        return redirect(order_address(order.number, order.access_token), 303)
    return _returned_page(order, ReturnedForm())


@blueprint.post("/payments/stripe/return/<public_id>")
@public(scope=Scope.VISITOR)
@limiter.limit(ASKING)
def returned_elsewhere(public_id: str) -> Any:
    """The buyer came back in another browser, and names the phone number or e-mail address of the order."""
    _payment, order = _returned(public_id)
    form = ReturnedForm()
    if not form.validate():
        return _returned_page(order, form), 422
    typed = parse_identity(form.contact.data or "")
    if typed is None or typed.value not in {order.buyer_phone, order.buyer_email}:
        form.contact.errors = [_("This is not the contact that was given with the order.")]
        return _returned_page(order, form), 422
    return redirect(order_address(order.number, order.access_token), 303)


def _returned(public_id: str) -> tuple[Payment, Order]:
    return lookups.payment_with_order(lookups.get_payment(public_id).id)


def _returned_page(order: Order, form: ReturnedForm) -> str:
    return render_template("shop/payments/returned.html", form=form, state=payment_words(order.payment_state))


@blueprint.route("/orders/<number>/proof", methods=["GET", "POST"])
@public(scope=Scope.TOKEN)
@takes(PHOTO)
@limiter.limit(ORDER, exempt_when=posts_only)
@creates()
def proof(number: str) -> Any:
    """Send the receipt of a transfer; a file that came with a failed try is kept."""
    order = _order(number)
    form = ProofForm()
    if request.method != "POST" and not form.stated.data:
        form.stated.process_data(order.total_minor / 100)
    status = 200
    if request.method == "POST":
        key, wrong = _kept_file(form)
        valid = form.validate()
        if wrong:
            form.file.errors = [wrong]
        if valid and key:
            with creating() as made:
                transfer_proofs.submit(
                    order.id,
                    file_key=key,
                    stated_minor=form.stated.minor,
                    note=form.note.data or "",
                    at=now(),
                )
                made.leads_to(order_address(number, order.access_token))
            flash(_("Your receipt is with the cashier. We write to you when the money is found."), "success")
            return made.answer()
        status = 422
    return render_template("shop/payments/proof.html", form=form, panel=order_money.panel(order.id)), status


def _keys() -> URLSafeSerializer:
    return URLSafeSerializer(current_settings().secret, salt="transfer-proof")


def _kept_file(form: ProofForm) -> tuple[str | None, str | None]:
    """The key of the file that came now, else of the one that came before; or what is wrong with it."""
    sent = form.file.data
    if sent is not None and sent.filename:
        content = sent.read(proof_files.MAX_BYTES + 1)
        sent.close()
        try:
            data, content_type = proof_files.cleaned(content)
        except Invalid as refused:
            return None, str(refused)
        key = files.put(data, kind="transfer_proof", content_type=content_type, public=False)
        form.kept.data = _keys().dumps(key)
        return key, None
    try:
        return str(_keys().loads(form.kept.data or "")), None
    except BadSignature:
        form.kept.data = ""
        return None, _("Please choose the picture or PDF of your receipt.")


@blueprint.get("/orders/<number>/proof/<public_id>/file")
@public
def proof_file(number: str, public_id: str) -> Response:
    """The buyer's own receipt."""
    order = _order(number)
    proof = lookups.get_proof(public_id)
    if proof.order_id != order.id:
        raise NotFound(code="no_such_proof")
    return private_file(proof.file_key)


def private_file(key: str) -> Response:
    """A private file as it is; PDFs are saved, not opened inside our pages."""
    kind = files.content_type_of(key)
    response = Response(files.get(key), mimetype=kind)
    response.headers["Cache-Control"] = "private, no-store"
    if kind != proof_files.JPEG:
        response.headers["Content-Disposition"] = "attachment; filename=receipt.pdf"
    return response


@blueprint.route("/orders/<number>/cancel", methods=["GET", "POST"])
@public(scope=Scope.TOKEN)
@limiter.limit(ORDER, exempt_when=posts_only)
def cancel(number: str) -> Any:
    """Cancel an unpaid order at once, or ask the grower to cancel a part that is paid."""
    order = _order(number)
    parcel = request.args.get("consignment") or request.form.get("consignment")
    form = CancelForm()
    status = 200
    if request.method == "POST":
        if form.validate():
            reason = (form.reason.data or "").strip()
            with transaction():
                _cancel(order.id, parcel, reason)
            flows_after_cancel(order.id)
            return redirect(order_address(number, order.access_token), 303)
        status = 422
    page = render_template(
        "shop/payments/cancel.html", form=form, panel=order_money.panel(order.id), consignment=parcel
    )
    return page, status


def _cancel(order_id: int, parcel: str | None, reason: str) -> None:
    if parcel is None:
        paying.cancel_order(order_id, at=now(), by=BUYER, reason=reason)
        flash(_("The order is cancelled. Nothing was charged."), "success")
        return
    cancel_requests.request_cancellation(lookups.parcel_of_order(order_id, parcel), reason=reason, at=now())
    flash(_("The grower has your request and answers it before the parcel leaves."), "success")


def flows_after_cancel(order_id: int) -> None:
    """Close the payment page of a cancelled order now; the sweep does it when Stripe is away."""
    try:
        stripe_calls.close_sessions(order_id)
    except (DomainError, stripe_calls.ProviderRefused):
        log.warning("session_not_closed", order_id=order_id)
