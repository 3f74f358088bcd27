"""Orders on pages: the buyer's, the account's list, the grower's list, the branch's overview."""

from __future__ import annotations

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import NotFound, existing
from core.gate import actor_id, current_actor, public, requires, signed_in
from core.scopes import Scope
from core.seal import proof_answer
from core.web.rules.pagination import page_number
from shop.orders.queries import order_views
from shop.orders.service import fulfilling
from shop.orders.states import By, FulfilmentState
from shop.orders.views.blueprint import blueprint
from shop.orders.views.money import order_money
from shop.orders.wording import state_names as wording
from traceability import api as traceability


@blueprint.app_template_global()
def order_words() -> object:
    """The states of orders in words, for the templates of this feature."""
    return wording


def _order(number: str) -> order_views.OrderView:
    return order_views.get_order(
        number,
        token=request.args.get("token") or request.form.get("token"),
        account_id=current_actor().account_id,
    )


@blueprint.get("/orders/<number>")
@public
def page(number: str) -> ResponseReturnValue:
    """An order as its buyer follows it: money, and each grower's parcel with its papers and codes."""
    order = _order(number)
    numbers = [parcel.number for parcel in order.consignments]
    panel = order_money().panel(order.id)
    money = order_money().words(panel.standing)
    response = make_response(
        render_template(
            "shop/orders/order.html",
            order=order,
            panel=panel,
            money=money,
            timelines={
                parcel.number: wording.timeline(order, parcel, money=money) for parcel in order.consignments
            },
            papers=traceability.papers_of_many(numbers),
            codes=traceability.codes_of_consignments(numbers),
            certificates=traceability.certificates_of(numbers),
        )
    )
    return _private(response)


def _private(response: Response) -> Response:
    """The address holds the token: it must not travel on with the next link, nor into search engines."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/orders/<number>/papers/<public_id>")
@public
def paper(number: str, public_id: str) -> ResponseReturnValue:
    """The scan of a paper that travels with one of the order's parcels."""
    order = _order(number)
    content, content_type, seen = traceability.paper_file(public_id)
    if seen.consignment_number not in {parcel.number for parcel in order.consignments}:
        raise NotFound(_("There is no file of this paper."), code="no_such_paper")
    response = Response(content, content_type=content_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _private(response)


@blueprint.get("/orders/<number>/certificate.pdf")
@public
def certificate(number: str) -> ResponseReturnValue:
    """Where the plants of the order come from, as PDF with its proofs attached; one page a parcel that left."""
    order = _order(number)
    certificates = traceability.certificates_of([parcel.number for parcel in order.consignments])
    if not certificates:
        raise NotFound(_("Nothing of this order has left yet."), code="no_certificate")
    pdf = traceability.certificate_pdf(
        list(certificates.values()), at=max(certificate.at for certificate in certificates.values())
    )
    response = Response(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{order.number}.pdf"'
    return _private(response)


@blueprint.get("/orders/<number>/parcels/<parcel_number>/proof")
@public
def certificate_proof(number: str, parcel_number: str) -> ResponseReturnValue:
    """The proof that is attached to the certificate, as a file of its own."""
    order = _order(number)
    if parcel_number not in {parcel.number for parcel in order.consignments}:
        raise NotFound(_("There is no such parcel."), code="no_such_consignment")
    return _private(proof_answer(traceability.certificate_proof(parcel_number), parcel_number))


@blueprint.post("/orders/<number>/parcels/<parcel_number>/received")
@public(scope=Scope.TOKEN)
def received(number: str, parcel_number: str) -> ResponseReturnValue:
    """The buyer says that a parcel has arrived."""
    order = _order(number)
    parcels = (parcel for parcel in order.consignments if parcel.number == parcel_number)
    parcel = existing(next(parcels, None), _l("There is no such parcel."), code="no_such_consignment")
    with transaction():
        fulfilling.mark_delivered(parcel.id, at=now(), by=By("buyer", current_actor().account_id))
    flash(_("Thank you. Please compare the codes with the plants before you plant them."), "success")
    return redirect(url_for("orders.page", number=order.number, token=order.access_token), 303)


@blueprint.get("/account/orders")
@signed_in
def own_orders() -> ResponseReturnValue:
    """What this account has bought."""
    orders = order_views.orders_of_account(actor_id(), page=page_number(request.args.get("page")))
    return render_template("shop/orders/own_orders.html", orders=orders)


@blueprint.get("/seller/orders")
@requires("orders.sell")
def seller_orders() -> ResponseReturnValue:
    """A grower's parcels, by state."""
    grower = branch.require_grower(actor_id())
    return _list("shop/orders/seller_orders.html", [grower.id], grower=grower)


def _own_parcel(number: str) -> tuple[order_views.OrderView, order_views.ConsignmentView]:
    return order_views.order_of_consignment(number, grower_id=branch.require_grower(actor_id()).id)


@blueprint.get("/seller/orders/<parcel_number>")
@requires("orders.sell")
def seller_order(parcel_number: str) -> ResponseReturnValue:
    """One parcel as its grower sees it."""
    order, parcel = _own_parcel(parcel_number)
    standing, acts = order_money().at_parcel(order.id, parcel.id)
    return render_template(
        "shop/orders/seller_order.html",
        standing=standing,
        acts=acts,
        order=order,
        parcel=parcel,
        timeline_steps=wording.timeline(order, parcel, money=order_money().words(standing)),
    )


@blueprint.post("/seller/orders/<parcel_number>/confirm")
@requires("orders.sell", scope=Scope.GROWER)
def seller_confirm(parcel_number: str) -> ResponseReturnValue:
    """The grower has called the buyer of an order to be paid at the door, and packs it."""
    _order_view, parcel = _own_parcel(parcel_number)
    with transaction():
        fulfilling.confirm_consignment(parcel.id, at=now(), by=By("grower", actor_id()))
    flash(_("Confirmed: the buyer is told, and you may pack."), "success")
    return redirect(url_for("orders.seller_order", parcel_number=parcel_number), 303)


@blueprint.post("/seller/orders/<parcel_number>/cancel")
@requires("orders.sell", scope=Scope.GROWER)
def seller_cancel(parcel_number: str) -> ResponseReturnValue:
    """A grower cannot send a parcel that is to be paid at the door."""
    order, parcel = _own_parcel(parcel_number)
    reason = request.form.get("reason", "").strip()[:200]
    if request.form.get("unreached"):
        with force_locale(order.locale):
            reason = _("We could not reach you by telephone.")
    if not reason:
        flash(_("Say why; the buyer reads it."), "error")
        return redirect(url_for("orders.seller_order", parcel_number=parcel_number), 303)
    with transaction():
        fulfilling.cancel_consignment(parcel.id, at=now(), by=By("grower", actor_id()), reason=reason)
    flash(_("The parcel is cancelled; its plants are on sale again."), "success")
    return redirect(url_for("orders.seller_order", parcel_number=parcel_number), 303)


@blueprint.get("/branch/orders")
@requires("orders.view")
def branch_orders() -> ResponseReturnValue:
    """The parcels of all growers below the units where this account may look, also those who have left; no buyer's name or address."""
    growers = branch.growers_by_ids(branch.growers_within(actor_id(), "orders.view"))
    names = {grower.id: grower.name for grower in growers.values()}
    return _list("shop/orders/branch_orders.html", list(names), growers=names)


def _list(template: str, grower_ids: list[int], **more: object) -> str:
    """A page of these growers' parcels, of the state that the address names, if any."""
    page, states = page_number(request.args.get("page")), _states(request.args.get("state"))
    return render_template(
        template,
        orders=order_views.orders_of_growers(grower_ids, states=states, page=page),
        chosen=request.args.get("state", ""),
        counts=order_views.count_by_state(grower_ids),
        states=list(FulfilmentState),
        **more,
    )


def _states(word: str | None) -> list[FulfilmentState]:
    if not word:
        return []
    if word not in set(FulfilmentState):
        abort(404)
    return [FulfilmentState(word)]
