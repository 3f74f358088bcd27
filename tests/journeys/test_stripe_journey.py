"""A guest buys from two growers and pays on the hosted page of Stripe's stand-in; its message comes late and twice."""

import re
import urllib.parse
import urllib.request

import pytest
import sqlalchemy as sa

from branch.ledger.models.tables import SaleFactRow
from core.clock import now
from core.database import transaction
from core.messaging.models import Message
from shop.orders.models.tables import Order
from shop.orders.queries.order_views import order_by_id
from shop.payments.service.stripe_gateway import Gateway
from tests.factories.orders import make_seller, make_variant
from tests.stand_ins.stripe_server import SECRET, StripeStandIn

BUYER = {
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "示范路 1 号",
    "name": "示范买家",
    "phone": "138 0013 8000",
    "email": "buyer@example.org",
    "payment_method": "stripe",
}


@pytest.fixture
def stripe(app):
    def receive(body, headers):
        kind = headers.pop("Content-Type")
        path = "/payments/stripe/webhook"
        return app.test_client().post(path, data=body, headers=headers, content_type=kind).status_code

    with StripeStandIn(sender=receive) as stand_in:
        app.extensions["stripe"] = Gateway("sk_test_stand_in", SECRET, api_base=stand_in.url)
        yield stand_in
        app.extensions["stripe"] = None


def hidden(html, name):
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)
    return found.group(1) if found else ""


@pytest.fixture
def hosted_page(client, session, stripe):
    """The address of the payment page, after a guest has ordered from two growers."""
    at = now()
    with transaction():
        skus = [
            make_variant(at=at, grower=make_seller(at=at), tiers=((1, 6_80),), on_hand=50).sku
            for _ in range(2)
        ]
    for sku in skus:
        token = hidden(client.get("/verify").get_data(as_text=True), "csrf_token")
        client.post("/cart/items", data={"csrf_token": token, "sku": sku, "quantity": 5})
    page = client.get("/checkout").get_data(as_text=True)
    fields = {name: hidden(page, name) for name in ("csrf_token", "attempt")} | BUYER
    quoted = client.post("/checkout", data=fields | {"action": "quote"}).get_data(as_text=True)
    answer = client.post("/checkout", data=fields | {"shown_minor": hidden(quoted, "shown_minor")})
    assert answer.status_code == 303
    return answer.location


class Stay(urllib.request.HTTPRedirectHandler):
    """Do not follow: the browser's way back leads to the application under test."""

    def redirect_request(self, *_args):
        return None


def press(hosted_page, button):
    """Press a button of the hosted page; the address that it leads back to."""
    opener = urllib.request.build_opener(Stay())
    data = urllib.parse.urlencode({"how": button}).encode()
    with pytest.raises(urllib.error.HTTPError) as answer:
        opener.open(hosted_page, data=data)
    answer.value.close()
    return urllib.parse.urlsplit(answer.value.headers["Location"])


def the_order(session):
    session.rollback()
    return order_by_id(session.scalar(sa.select(Order.id)))


@pytest.mark.both
def test_the_message_comes_late_and_twice_and_the_order_is_paid_once(
    client, session, stripe, hosted_page, run_jobs
):
    with urllib.request.urlopen(hosted_page) as answer:  # noqa: S310 - loopback
        assert "CNY" in answer.read().decode()
    back = press(hosted_page, "alipay")
    assert the_order(session).state == "awaiting_payment", "no message came yet"

    returned = client.get(f"{back.path}?{back.query}", follow_redirects=True)
    assert returned.status_code == 200, "the buyer is not stranded when the message is late"
    assert the_order(session).state == "paid"

    assert set(stripe.mailroom.deliver(times=2)) == {200}
    run_jobs()
    order = the_order(session)
    assert order.state == "paid"
    assert [parcel.state for parcel in order.consignments] == ["to_pack", "to_pack"]
    facts = session.scalars(sa.select(SaleFactRow)).all()
    assert [(fact.kind, fact.plants, fact.gross_minor) for fact in facts] == [("sale", 5, 34_00)] * 2
    told = session.scalars(sa.select(Message).where(Message.receiver == "buyer@example.org")).all()
    assert len({one.dedupe_key for one in told}) == len(told) == 2
    assert {one.state for one in told} == {"sent"}
    assert len(stripe.state.sessions) == 1


def test_a_buyer_who_goes_back_can_pay_again_on_the_same_page(client, session, stripe, hosted_page):
    back = press(hosted_page, "cancel")
    page = client.get(f"{back.path}?{back.query}", follow_redirects=True).get_data(as_text=True)
    order = the_order(session)
    assert order.state == "awaiting_payment"
    action = re.search(r'action="(/orders/[^"]+/pay)"', page).group(1)
    fields = {"csrf_token": hidden(page, "csrf_token"), "token": hidden(page, "token")}
    again = client.post(action, data=fields)
    assert again.location == hosted_page
    press(hosted_page, "card")
    stripe.mailroom.deliver()
    assert the_order(session).state == "paid"


@pytest.mark.both
def test_money_under_way_is_said_on_the_orders_page(client, session, stripe, hosted_page):
    back = press(hosted_page, "later")
    page = client.get(f"{back.path}?{back.query}", follow_redirects=True).get_data(as_text=True)
    assert "正在途中" in page
    assert "/pay" not in re.findall(r'action="([^"]+)"', page)


def test_a_declined_card_leaves_the_page_open(session, stripe, hosted_page):
    press(hosted_page, "fail")
    stripe.mailroom.deliver()
    assert the_order(session).state == "awaiting_payment"
    press(hosted_page, "card")
    stripe.mailroom.deliver()
    assert the_order(session).state == "paid"


@pytest.mark.both
def test_an_order_cancelled_by_its_buyer_takes_no_money_any_more(client, session, stripe, hosted_page):
    order = the_order(session)
    here = f"/orders/{order.number}/cancel?token={order.access_token}"
    answer = client.submit(here, {"reason": "下错单了"})
    assert answer.status_code == 303
    assert the_order(session).state == "cancelled"
    [made] = stripe.state.sessions.values()
    assert made["status"] == "expired"


@pytest.mark.both
def test_a_paid_parcel_is_cancelled_when_its_grower_agrees(client, login, session, stripe, hosted_page):
    press(hosted_page, "wechat_pay")
    stripe.mailroom.deliver()
    order = the_order(session)
    parcel = order.consignments[0]
    here = f"/orders/{order.number}/cancel?token={order.access_token}&consignment={parcel.number}"
    assert client.submit(here, {"reason": "买多了"}).status_code == 303
    grower = login(role="grower", grower_id=parcel.grower_id)
    page = grower.get("/seller/refunds").get_data(as_text=True)
    assert "买多了" in page
    grant = re.search(r'action="(/seller/wishes/[^"]+/grant)"', page).group(1)
    assert grower.post(grant, data={"csrf_token": hidden(page, "csrf_token")}).status_code == 303
    after = the_order(session)
    assert after.state == "partly_refunded"
    assert after.consignments[0].state == "cancelled"
    assert [one["amount"] for one in stripe.state.refunds.values()] == [parcel.total_minor]
    other = login(role="grower")
    assert other.get(f"/seller/consignments/{parcel.number}/refund").status_code == 403


@pytest.mark.both
def test_a_grower_gives_a_part_back_on_the_form(login, session, stripe, hosted_page):
    press(hosted_page, "card")
    stripe.mailroom.deliver()
    parcel = the_order(session).consignments[1]
    grower = login(role="grower", grower_id=parcel.grower_id)
    here = f"/seller/consignments/{parcel.number}/refund"
    page = grower.get(here).get_data(as_text=True)
    field = re.search(r'name="(units-\d+)"', page).group(1)
    too_many = grower.submit(here, {field: "6", "reason": "两株受伤"})
    assert too_many.status_code == 422
    assert 'value="6"' in too_many.get_data(as_text=True)
    for no_count in ("²", "9" * 5000):
        assert grower.submit(here, {field: no_count, "reason": "两株受伤"}).status_code == 422
    assert grower.submit(here, {field: "2", "reason": "两株受伤"}).status_code == 303
    assert [one["amount"] for one in stripe.state.refunds.values()] == [13_60]
    assert the_order(session).state == "partly_refunded"
