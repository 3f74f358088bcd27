"""A buyer from the cart to the parcel at the door, over HTTP."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import transaction
from core.messaging.models import Message
from core.web.wording.formatting import dt
from shop.orders.models.tables import Order
from shop.orders.queries.order_views import order_by_id
from shop.orders.service import fulfilling as orders
from shop.orders.states import By
from shop.stock import queries as stock
from shop.stock.service.movements import set_on_hand
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.orders import make_seller, make_variant

ADDRESS = {
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "示范路 1 号",
    "name": "示范买家",
    "phone": "138 0013 8000",
    "email": "buyer@example.org",
    "payment_method": "offline_transfer",
}


@pytest.fixture
def variants(session):
    """A variant of each of two growers, at 6.80 and from ten on 6.40."""
    at = now()
    with transaction():
        return [
            make_variant(at=at, grower=make_seller(at=at), tiers=((1, 6_80), (10, 6_40)), on_hand=50)
            for _ in range(2)
        ]


@pytest.fixture
def token(client):
    """A form's token; any page with a form carries one."""

    def read(page="/verify"):
        html = client.get(page).get_data(as_text=True)
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html).group(1)

    return read


@pytest.fixture
def fill_cart(client, token, variants):
    def fill(*quantities):
        for variant, quantity in zip(variants, quantities, strict=False):
            answer = client.post(
                "/cart/items", data={"csrf_token": token(), "sku": variant.sku, "quantity": quantity}
            )
            assert answer.status_code == 303

    return fill


def hidden(html, name):
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)
    return found.group(1) if found else ""


def send_checkout(client, **changes):
    """Open the checkout, ask for the freight as the page does without script, then order."""
    page = client.get("/checkout").get_data(as_text=True)
    fields = (
        {"csrf_token": hidden(page, "csrf_token"), "attempt": hidden(page, "attempt")} | ADDRESS | changes
    )
    quoted = client.post("/checkout", data=fields | {"action": "quote"})
    assert quoted.status_code == 200
    fields["shown_minor"] = hidden(quoted.get_data(as_text=True), "shown_minor")
    return client.post("/checkout", data=fields), fields


def test_a_guest_buys_from_two_growers_at_once(client, fill_cart, variants, session, run_jobs):
    fill_cart(12, 3)
    cart = client.get("/cart").get_data(as_text=True)
    assert "¥97.20" in cart  # 12 x 6.40 + 3 x 6.80
    answer, _fields = send_checkout(client)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert answer.location.startswith("/orders/GY-")

    page = client.get(answer.location)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    order = order_by_id(session.scalar(sa.select(Order.id)))
    html = page.get_data(as_text=True)
    assert all(parcel.grower_name in html for parcel in order.consignments)
    assert f"苗木为您保留到 {dt(order.expires_at)}，" in html, "the message says that it stands here"
    assert len(order.consignments) == 2
    assert stock.available([v.id for v in variants]) == {variants[0].id: 38, variants[1].id: 47}
    assert "购物车是空的" in client.get("/cart").get_data(as_text=True)

    run_jobs()
    session.rollback()
    sent = session.scalars(sa.select(Message).where(Message.template == "order_changed")).all()
    assert [(one.receiver, one.state) for one in sent] == [("buyer@example.org", "sent")]


@pytest.mark.both
def test_freight_is_shown_before_anything_personal_is_asked(client, fill_cart, token):
    fill_cart(2)
    answer = client.post(
        "/cart/province", data={"csrf_token": token(), "province": "330000"}, follow_redirects=True
    )
    html = answer.get_data(as_text=True)
    assert "¥12.00" in html
    assert 'name="phone"' not in html


def test_the_cart_says_where_more_would_cost_less(client, fill_cart):
    fill_cart(1)
    assert "反而少花" not in client.get("/cart").get_data(as_text=True)
    fill_cart(8)  # nine together: 61.20; ten would be 64.00
    assert "反而少花" not in client.get("/cart").get_data(as_text=True)


def test_sending_the_same_checkout_twice_makes_one_order(client, fill_cart, session):
    fill_cart(1)
    first, fields = send_checkout(client)
    again = client.post("/checkout", data=fields)
    assert again.status_code == 303
    assert again.location == first.location
    assert session.scalar(sa.select(sa.func.count(Order.id))) == 1


def test_a_checkout_without_a_seen_total_shows_it_first(client, fill_cart, session):
    fill_cart(1)
    page = client.get("/checkout").get_data(as_text=True)
    fields = {"csrf_token": hidden(page, "csrf_token"), "attempt": hidden(page, "attempt")} | ADDRESS
    answer = client.post("/checkout", data=fields)
    assert answer.status_code == 409
    assert session.scalar(sa.select(sa.func.count(Order.id))) == 0
    assert client.post("/checkout", data=fields | {"shown_minor": "9" * 5000}).status_code == 409
    fields["shown_minor"] = hidden(answer.get_data(as_text=True), "shown_minor")
    assert client.post("/checkout", data=fields).status_code == 303


def test_what_was_typed_stays_when_a_field_is_wrong(client, fill_cart):
    fill_cart(1)
    answer, _fields = send_checkout(client, phone="123", district="朝阳区", street="桂香路 8 号")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "桂香路 8 号" in html
    assert 'href="#phone"' in html
    assert 'href="#district"' in html


def test_what_sold_out_meanwhile_is_named_and_the_cart_is_kept(client, fill_cart, variants):
    fill_cart(40)
    with transaction():
        set_on_hand(variants[0].id, 5)
    answer, _fields = send_checkout(client)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert variants[0].title in html
    assert "5" in html
    assert "示范丹桂苗" in client.get("/cart").get_data(as_text=True)


def test_a_wrong_token_opens_nothing(client, fill_cart, session):
    fill_cart(1)
    answer, _fields = send_checkout(client)
    address = answer.location.split("?")[0]
    assert client.get(address).status_code == 404
    assert client.get(f"{address}?token=wrong").status_code == 404
    assert client.get(f"{address}?token=").status_code == 404


@pytest.mark.both
def test_a_visitors_cart_comes_along_when_signing_in(app, variants):
    with transaction():
        email = make_account(email="buyer@example.org").email

    def put(client, variant):
        token = hidden(client.get("/verify").get_data(as_text=True), "csrf_token")
        client.post("/cart/items", data={"csrf_token": token, "sku": variant.sku, "quantity": 2})

    def sign_in(client):
        answer = client.submit("/account/sign-in", {"email": email, "password": PASSWORD})
        assert answer.status_code == 302

    at_home, on_the_phone = app.test_client(), app.test_client()
    sign_in(at_home)
    put(at_home, variants[0])
    put(on_the_phone, variants[1])
    sign_in(on_the_phone)

    for client in (on_the_phone, on_the_phone, at_home):
        html = client.get("/cart").get_data(as_text=True)
        assert f"quantity-{variants[0].sku}" in html
        assert f"quantity-{variants[1].sku}" in html


@pytest.mark.both
def test_a_buyer_with_an_account_finds_the_order_again_without_a_token(login, variants, app):
    client = login()
    token = hidden(client.get("/verify").get_data(as_text=True), "csrf_token")
    client.post("/cart/items", data={"csrf_token": token, "sku": variants[0].sku, "quantity": 2})
    answer, _fields = send_checkout(client)
    number = answer.location.split("/")[2].split("?")[0]
    assert number in client.get("/account/orders").get_data(as_text=True)
    assert client.get(f"/orders/{number}").status_code == 200
    assert login().get(f"/orders/{number}").status_code == 404


@pytest.mark.both
def test_the_buyer_confirms_a_parcel(client, fill_cart, session, run_jobs):
    fill_cart(1, 1)
    answer, _fields = send_checkout(client, payment_method="cash_on_delivery")
    order = order_by_id(session.scalar(sa.select(Order.id)))
    part = order.consignments[0]
    for verb, values in (
        (orders.confirm_consignment, {}),
        (orders.mark_packed, {}),
        (orders.mark_dispatched, {"courier": "顺丰", "tracking_number": "SF123"}),
    ):
        with transaction():
            verb(part.id, at=now(), by=By("grower"), **values)
    html = client.get(answer.location).get_data(as_text=True)
    assert "SF123" in html
    address = f"/orders/{order.number}/parcels/{part.number}/received"
    fields = {"csrf_token": hidden(html, "csrf_token"), "token": order.access_token}
    assert client.post(address, data=fields | {"token": "wrong"}).status_code == 404
    assert client.post(address, data=fields).status_code == 303
    assert client.post(address, data=fields).status_code == 409
    assert order_by_id(order.id).consignments[0].state == "delivered"
    run_jobs()
    session.rollback()
    told = session.scalars(sa.select(Message.template).where(Message.template == "parcel_changed")).all()
    assert len(told) == 3  # it was confirmed, it left, it arrived


@pytest.mark.both
def test_a_grower_sees_only_own_parcels(login, app, session):
    at = now()
    with transaction():
        ours, theirs = make_seller(at=at), make_seller(at=at)
        mine = make_variant(at=at, grower=ours)
        other = make_variant(at=at, grower=theirs)
    from tests.factories.orders import place

    order = place((mine.sku, 1), (other.sku, 2), at=at, method="cash_on_delivery")
    grower = login(role="grower", grower_id=ours.id)
    listed = grower.get("/seller/orders").get_data(as_text=True)
    assert f"{order.number}-1" in listed
    assert f"{order.number}-2" not in listed
    assert grower.get(f"/seller/orders/{order.number}-1").status_code == 200
    assert grower.get(f"/seller/orders/{order.number}-2").status_code == 404


def test_the_branch_sees_parcels_without_persons(login, variants, session):
    from tests.factories.orders import place

    order = place((variants[0].sku, 1), at=now())
    html = login(role="secretary").get("/branch/orders").get_data(as_text=True)
    assert order.number in html
    assert "示范买家" not in html
    assert order.number not in login(role="secretary", unit="guihua-tea").get("/branch/orders").get_data(
        as_text=True
    )


def test_the_checkout_needs_at_most_43_statements(client, fill_cart, count_statements):
    fill_cart(12, 3)
    page = client.get("/checkout").get_data(as_text=True)
    fields = {"csrf_token": hidden(page, "csrf_token"), "attempt": hidden(page, "attempt")} | ADDRESS
    quoted = client.post("/checkout", data=fields | {"action": "quote"})
    fields["shown_minor"] = hidden(quoted.get_data(as_text=True), "shown_minor")
    with count_statements() as seen:
        assert client.post("/checkout", data=fields).status_code == 303
    assert len(seen) <= 43, "\n".join(seen)


@pytest.mark.both
def test_unpaid_orders_run_out_by_the_clock(client, fill_cart, variants, session, monkeypatch):
    from shop.orders import tasks

    fill_cart(5)
    send_checkout(client)
    assert tasks.expire() == 0
    monkeypatch.setattr(tasks, "now", lambda: now() + timedelta(days=4))
    assert tasks.expire() == 1
    assert stock.available([variants[0].id]) == {variants[0].id: 50}
