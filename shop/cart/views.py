"""The cart: look, add, change, remove, and ask what sending it costs."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from core.clock import now
from core.database import transaction
from core.errors import Invalid, existing
from core.form_keys.views import creates, creating
from core.gate import current_actor, public
from core.safe_methods import may_note, noting
from core.scopes import Scope
from shop.cart import service
from shop.cart.models import Cart
from shop.cart.queries import contents
from shop.cart.queries.offers import basket, offers_by_sku
from shop.cart.rules import Offer
from shop.cart.wording import hint_sentence, problem_sentence, units
from shop.catalogue.rules.pricing import MAX_QUANTITY
from shop.freight.rules.addresses import find_province, provinces

blueprint = Blueprint("cart", __name__)
blueprint.add_app_template_global(units)
COOKIE = "gy_cart"
COOKIE_AGE_S = 90 * 24 * 3600


def guest_token() -> str | None:
    """The token of the visitor's cart, from the cookie."""
    return request.cookies.get(COOKIE)


def present_cart() -> contents.CartView:
    """The visitor's cart; what a visitor gathered before signing in is brought along first."""
    account_id = current_actor().account_id
    if account_id is not None and guest_token() and may_note():
        with noting("that what a visitor gathered is the account's now"), transaction():
            service.open_cart(token=guest_token(), account_id=account_id, at=now())
    return contents.find_cart(token=guest_token(), account_id=account_id)


@blueprint.after_app_request
def forget_guest_cart(response: Response) -> Response:
    """Once the cart belongs to the account, the cookie of the visitor's cart has done its work."""
    if (
        request.blueprint in {"cart", "orders"}
        and guest_token()
        and may_note()
        and current_actor().signed_in
        and response.status_code < 400
    ):
        response.delete_cookie(COOKIE)
    return response


@blueprint.get("/cart")
@public
def page() -> ResponseReturnValue:
    """The cart, priced now, with freight as soon as a province is chosen."""
    cart = present_cart()
    priced = basket(cart.items, province_code=cart.province_code, at=now())
    return render_template(
        "shop/cart/cart.html",
        basket=priced,
        limits=current_app.extensions["cart_limits"](priced, account_id=current_actor().account_id),
        provinces=provinces(),
        problem_sentence=problem_sentence,
        hint_sentence=hint_sentence,
    )


@blueprint.post("/cart/items")
@public(scope=Scope.VISITOR)
@creates(keyless=True, again=lambda added: _back(added.memo))
def add() -> ResponseReturnValue:
    """Put units of a SKU into the cart; an amount that is not sold is raised to the nearest that is."""
    offer = _offer(request.form.get("sku", ""))
    quantity = offer.rule.nearest(_quantity(request.form.get("quantity"), offer.rule.minimum_quantity))
    with creating() as made:
        cart = _open()
        service.add_item(cart, offer.variant_id, quantity, at=now())
        token = cart.token
        made.leads_to(
            url_for("cart.page"), memo=token
        )  # the visitor may never have got the first answer's cookie
    flash(_("In your cart: %(amount)s.", amount=units(quantity, offer.unit)), "success")
    return _back(token)


@blueprint.post("/cart/items/<sku>")
@public(scope=Scope.VISITOR)
def change(sku: str) -> ResponseReturnValue:
    """Set the quantity of a line, or take it out."""
    offer = _offer(sku)
    with transaction():
        cart = _open()
        if request.form.get("action") == "remove":
            service.remove_item(cart, offer.variant_id, at=now())
        else:
            quantity = _quantity(request.form.get("quantity"), offer.rule.minimum_quantity)
            service.change_item(cart, offer.variant_id, quantity, at=now())
        token = cart.token
    return _back(token)


@blueprint.post("/cart/province")
@public(scope=Scope.VISITOR)
def choose_province() -> ResponseReturnValue:
    """Where the plants would go: enough to name the freight, nothing personal."""
    province = find_province(request.form.get("province", ""))
    with transaction():
        cart = _open()
        cart.province_code = province.code if province else None
        token = cart.token
    return _back(token)


def _open() -> Cart:
    return service.open_cart(token=guest_token(), account_id=current_actor().account_id, at=now())


def _offer(sku: str) -> Offer:
    offer = offers_by_sku([sku], at=now()).get(sku)
    return existing(offer, _l("There is nothing on sale under %(sku)s.", sku=sku), code="no_such_sku")


def _quantity(typed: str | None, otherwise: int) -> int:
    text = (typed or "").strip()
    if not text:
        return otherwise
    if not text.isdecimal() or len(text) > 9 or int(text) > MAX_QUANTITY:
        raise Invalid(_("A quantity is a whole number."), code="quantity")
    return int(text)


def _back(token: str) -> BaseResponse:
    response = redirect(url_for("cart.page"), 303)
    if not current_actor().signed_in and guest_token() != token:
        response.set_cookie(
            COOKIE, token, max_age=COOKIE_AGE_S, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response
