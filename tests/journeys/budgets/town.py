"""A town that grows: one more of everything with each step, for the grower, the branch and the committee who look at it."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from branch.api import add_unit, append_facts
from core.database import session
from shop.cart.models import Cart, CartLine
from shop.catalogue.models import Variant
from shop.orders.models.tables import Order
from tests.factories.ledger import make_fact
from tests.factories.licences import make_licence, make_mark, make_storefront
from tests.factories.payments import make_stocked_order
from tests.journeys.authority import towns
from tests.journeys.authority.towns import Place
from tests.journeys.budgets.copies import copy_first_rows


def grow(own: Place, buyer_id: int, number: int, at: datetime) -> None:
    """One more of everything; call inside a transaction."""
    _grower_in_a_village(own, number, at)
    _things_of_the_grower(own, buyer_id, number, at)
    _branch_beside(number, at)
    period = f"{2020 + number // 12}-{number % 12 + 1:02d}"
    of_period = {"period": period}
    empty = copy_first_rows(
        number,
        report=of_period | {"period_start": date(2020 + number // 12, number % 12 + 1, 1)},
        report_edition=of_period,
        storefront_address={"main": False},
        report_duty=of_period,
    )
    assert empty == [], f"nothing to copy in {empty}"


def _grower_in_a_village(own: Place, number: int, at: datetime) -> None:
    """Another village of the branch, and in it a grower who has one of everything and sells."""
    name = f"village-{number}"
    village = add_unit(code=name, name_zh=f"{number}村", name_en=name, kind="village", parent=own.branch.code)
    towns.make_grower_place(own.branch, village, make_mark(at=at), f"{number}村苗圃", at)


def _things_of_the_grower(own: Place, buyer_id: int, number: int, at: datetime) -> None:
    """More for the grower whose pages are asked for, and for the buyer who buys from him."""
    towns.add_land(own.grower, at)
    place_values = towns.add_order(own, at)
    sold = session.scalars(select(Order).where(Order.number == place_values["order"])).one()
    sold.account_id = buyer_id
    make_stocked_order(
        at=at, method="cash_on_delivery", growers=[own.grower], parts=(((2, 2_50),),), account_id=buyer_id
    )
    mark = make_mark(code=f"M{number:03d}", at=at)
    make_licence(own.grower, mark=mark, at=at)
    make_storefront(own.grower, at=at)
    append_facts([make_fact(own.grower.id, occurred_at=at - timedelta(days=number))], at=at)


def _branch_beside(number: int, at: datetime) -> None:
    """A branch under the same committee, with a village and a grower who has one of everything."""
    branch = add_unit(
        code=f"beside-{number}", name_zh=f"{number}支部", name_en="Beside", kind="branch", parent="guihua"
    )
    village = add_unit(
        code=f"beside-{number}-village", name_zh="村", name_en="Village", kind="village", parent=branch.code
    )
    towns.make_place(branch, village, f"B{number:03d}", f"{number}旁苗圃", at)


def fill_cart(buyer_id: int, lines: int, at: datetime) -> None:
    """The buyer's cart with as many things in it."""
    cart = session.scalars(select(Cart).where(Cart.account_id == buyer_id)).one_or_none()
    if cart is None:
        cart = Cart(token="cart", account_id=buyer_id, created_at=at, updated_at=at)
        session.add(cart)
        session.flush()
    inside = set(session.scalars(select(CartLine.variant_id).where(CartLine.cart_id == cart.id)))
    for variant in session.scalars(select(Variant.id).order_by(Variant.id)).all():
        if variant not in inside and len(inside) < lines:
            session.add(CartLine(cart_id=cart.id, variant_id=variant, quantity=1, added_at=at))
            inside.add(variant)
    session.flush()
