"""Orders for programs: `/api/v1/orders`."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify, request, url_for
from flask_babel import gettext as _

from core.application import csrf
from core.clock import now
from core.gate import current_actor, public
from core.scopes import Scope
from core.web.views.api_docs import answer_of, document_of
from core.web.views.bounds import KB, takes
from core.web.views.incoming import reads_json
from core.web.views.limits import ORDER, limiter
from core.web.wording.languages import spoken
from shop.checkout.schemas.json_api import (
    ConsignmentOut,
    LineOut,
    OrderAnswer,
    OrderHeaders,
    OrderIn,
    OrderOut,
    OrderQuery,
)
from shop.checkout.schemas.order_request import read_order
from shop.checkout.views.placing import place_once
from shop.orders.queries import order_views
from shop.orders.service.refusals import InvalidOrder
from shop.payments.tasks import stripe_calls
from shop.payments.wording.methods import options

blueprint = APIBlueprint("orders_api", __name__, tag="Orders")


@blueprint.post("/api/v1/orders")
@blueprint.input(OrderIn, validation=False, arg_name="_documented")
@blueprint.input(OrderHeaders, location="headers", validation=False, arg_name="_documented_headers")
@blueprint.doc(
    summary="Place an order",
    description=(
        "Needs an Idempotency-Key; the same key again answers the same order. "
        "409 out_of_stock names every short line, 409 not_on_sale every line that a licence or lot stops, "
        "409 hold_limit the limit on what one buyer may hold unpaid (`limit`, `allowed_plants` or `allowed_minor`), "
        "422 invalid_order every wrong field."
    ),
    responses=answer_of(201, "The order", OrderAnswer)
    | {
        400: "No JSON that keeps its meaning everywhere",
        409: "`out_of_stock`, `not_on_sale` or `hold_limit`",
        413: "More than 64 kB",
        422: "`invalid_order`",
    },
)
@csrf.exempt
@limiter.limit(ORDER)
@public(scope=Scope.VISITOR)
@takes(64 * KB)
@reads_json
def place(**_documented: Any) -> tuple[Response, int]:
    """Place an order, once per Idempotency-Key."""
    given = request.headers.get("Idempotency-Key", "").strip()
    if not 8 <= len(given) <= 100 or not given.isascii():
        raise InvalidOrder({"Idempotency-Key": _("Send a header Idempotency-Key of 8 to 100 characters.")})
    if not request.is_json:
        raise InvalidOrder({"Content-Type": _("Send JSON as application/json.")})
    account_id = current_actor().account_id
    wish = read_order(
        request.get_json(silent=True),
        key=f"api:{account_id or '-'}:{given}",
        account_id=account_id,
        locale=spoken().locale,
        methods=[option.code for option in options()],
        network=request.remote_addr,
    )
    order_id, _is_new = place_once(wish, at=now())
    order = order_views.order_by_id(order_id)
    redirect_url = stripe_calls.start(order.id) if order.awaits_payment else None
    return jsonify(order=document(order, redirect_url=redirect_url)), 201


@blueprint.get("/api/v1/orders/<number>")
@blueprint.input(OrderQuery, location="query", validation=False, arg_name="_documented")
@blueprint.doc(
    summary="Follow an order",
    responses=answer_of(200, "The order", OrderAnswer) | {404: "No order has this number and token."},
)
@public
def follow(number: str, **_documented: Any) -> Response:
    """An order, for whoever holds its token."""
    order = order_views.get_order(
        number, token=request.args.get("token"), account_id=current_actor().account_id
    )
    return jsonify(order=document(order))


def document(order: order_views.OrderView, *, redirect_url: str | None = None) -> dict[str, Any]:
    """An order as programs read it; personal fields are left out."""
    payment: dict[str, Any] = {"method": order.method, "state": order.state}
    if redirect_url:
        payment["redirect_url"] = redirect_url
    return document_of(
        OrderOut,
        order,
        page_url=url_for("orders.page", number=order.number, token=order.access_token),
        consignments=[_parcel(consignment) for consignment in order.consignments],
        payment=payment,
    )


def _parcel(parcel: order_views.ConsignmentView) -> dict[str, Any]:
    grower = {"slug": parcel.grower_slug, "name": parcel.grower_name}
    lines = [document_of(LineOut, line) for line in parcel.lines]
    return document_of(ConsignmentOut, parcel, grower=grower, lines=lines)
