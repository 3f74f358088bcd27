"""The checkout: one page, three steps, with or without an account."""

from __future__ import annotations

import re

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from core.clock import now
from core.database import transaction
from core.errors import DomainError
from core.gate import current_actor, public
from core.ids import access_token
from core.scopes import Scope
from core.web.forms.fields import typed_count
from core.web.views.limits import ORDER, limiter, posts_only
from core.web.wording.languages import spoken
from shop.cart import service as carts
from shop.cart.queries.contents import CartView
from shop.cart.queries.offers import basket as price_basket
from shop.cart.rules import Basket
from shop.cart.views import present_cart
from shop.cart.wording import problem_sentence
from shop.checkout.forms import CheckoutForm
from shop.checkout.schemas.order_request import read_order
from shop.checkout.views.placing import place_once
from shop.checkout.wording import cart_limits
from shop.freight.rules.addresses import cities, districts, find_province, province_name
from shop.orders.queries.order_views import last_order_of
from shop.orders.queries.placed import door_of, find_by_key
from shop.orders.service.refusals import InvalidOrder, KeyReused, PriceChanged
from shop.orders.states import PaymentMethod
from shop.orders.views.blueprint import blueprint
from shop.payees.wording import no_account
from shop.payments.tasks.stripe_calls import start
from shop.payments.views.returning import note_payer
from shop.payments.wording import methods

ATTEMPT = re.compile(r"[0-9a-z]{32}")


@blueprint.get("/checkout")
@public
def checkout() -> ResponseReturnValue:
    """An empty form, filled from the account's last order when there is one."""
    cart = present_cart()
    if not cart.items:
        return redirect(url_for("cart.page"), 303)
    form = CheckoutForm(formdata=None, attempt=access_token())
    account_id = current_actor().account_id
    form.start_from(
        last_order_of(account_id) if account_id else None,
        province_name(cart.province_code) if cart.province_code else "",
    )
    return _page(form, _basket(cart, form))


@blueprint.post("/checkout")
@public(scope=Scope.VISITOR)
@limiter.limit(ORDER, exempt_when=posts_only)
def order() -> ResponseReturnValue:
    """Place the order; the same page again with what was typed when something is wrong."""
    form = CheckoutForm()
    if not ATTEMPT.fullmatch(form.attempt.data or ""):
        form.attempt.data = access_token()
    key = f"web:{form.attempt.data}"
    cart = present_cart()
    if not cart.items:
        return _placed_before(key) or redirect(url_for("cart.page"), 303)
    _keep_province(cart, form)
    basket = _basket(cart, form)
    if request.form.get("action") == "quote":
        return _page(form, basket)
    if not form.validate():
        return _page(form, basket), 422
    try:
        order_id = _place(form, cart, basket, key)
    except InvalidOrder as refused:
        loose = form.show(refused.details["fields"])
        return _page(form, basket, problem=" ".join(loose)), 422
    except KeyReused:
        return _placed_before(key) or redirect(url_for("cart.page"), 303)
    except DomainError as refused:
        return _page(form, _basket(cart, form), problem=str(refused.message)), 409
    return _onward(order_id)


def _place(form: CheckoutForm, cart: CartView, basket: Basket, key: str) -> int:
    """The order's id.

    Raises:
        InvalidOrder, OutOfStock, NotOnSale, PriceChanged: nothing is kept.
    """
    wish = read_order(
        form.body(basket),
        key=key,
        account_id=current_actor().account_id,
        locale=spoken().locale,
        methods=[option.code for option in methods.options()],
        network=request.remote_addr,
    )
    shown = typed_count(request.form.get("shown_minor"))
    if basket.total_minor is not None and shown != basket.total_minor:
        raise PriceChanged(shown or 0, basket.total_minor)

    def empty_cart() -> None:
        assert cart.id is not None
        carts.empty(cart.id, at=now())

    return place_once(wish.showing(basket.total_minor), at=now(), then=empty_cart)[0]


def _placed_before(key: str) -> BaseResponse | None:
    """The way on for a form that was sent before; None when this is its first time."""
    earlier_order = find_by_key(key)
    return _onward(earlier_order[0]) if earlier_order else None


def _onward(order_id: int) -> BaseResponse:
    """To the payment page when there is one, else to the order's own page."""
    door = door_of(order_id)
    own_page = url_for("orders.page", number=door.number, token=door.access_token)
    note_payer(door.number)
    return redirect((start(order_id) if door.awaits_payment else None) or own_page, 303)


def _keep_province(cart: CartView, form: CheckoutForm) -> None:
    if form.province_code is not None and form.province_code != cart.province_code and cart.id is not None:
        with transaction():
            carts.choose_province(cart.id, form.province_code, at=now())


def _basket(cart: CartView, form: CheckoutForm) -> Basket:
    return price_basket(cart.items, province_code=form.province_code, at=now())


def _page(form: CheckoutForm, basket: Basket, *, problem: str = "") -> str:
    growers = [group.grower_path for group in basket.groups]
    options = methods.options(total_minor=basket.total_minor, grower_paths=growers)
    transfer = any(option.code == PaymentMethod.OFFLINE_TRANSFER for option in options)
    form.offer(options)
    near = cities(form.province_code) if form.province_code else ()
    return render_template(
        "shop/checkout/checkout.html",
        form=form,
        basket=basket,
        options=options,
        no_transfer="" if transfer else no_account(),
        problem=problem,
        limits=cart_limits(basket, account_id=current_actor().account_id),
        problem_lines=[(line, problem_sentence(line)) for line in basket.lines if line.problem],
        cities=near,
        districts=sorted({district.name for city in near for district in districts(city.code)}),
    )


@blueprint.get("/checkout/summary")
@public
def summary() -> ResponseReturnValue:
    """The sums for a province, for the page to put in place while the buyer types."""
    cart = present_cart()
    form = CheckoutForm(formdata=None, province=request.args.get("province", ""))
    return render_template("shop/checkout/_summary.html", basket=_basket(cart, form))


@blueprint.get("/addresses")
@public
def addresses() -> ResponseReturnValue:
    """The cities of a province and their districts, for the page to offer while the buyer types."""
    province = find_province(request.args.get("province", ""))
    places = cities(province.code) if province else ()
    response = jsonify(
        cities={city.name: [district.name for district in districts(city.code)] for city in places},
    )
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
