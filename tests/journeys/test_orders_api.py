"""Orders by a program: `/api/v1/orders`."""

import json

import pytest
import sqlalchemy as sa

from branch.licences.models.tables import Licence
from branch.licences.service.decisions import suspend
from core.clock import now
from core.database import transaction
from shop.orders.models.tables import Order
from shop.stock import queries as stock
from tests.factories.orders import make_seller, make_variant

BODY = {
    "buyer": {"name": "示范买家", "phone": "138 0013 8000"},
    "ship_to": {"province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "示范路 1 号"},
    "payment_method": "offline_transfer",
}


@pytest.fixture
def variants(session):
    at = now()
    with transaction():
        return [make_variant(at=at, grower=make_seller(at=at), on_hand=10) for _ in range(2)]


@pytest.fixture
def send(client):
    def post(*lines, key="first-order-1", **changes):
        body = BODY | {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines]} | changes
        return client.post("/api/v1/orders", json=body, headers={"Idempotency-Key": key} if key else {})

    return post


def test_an_order_is_answered_with_its_parts_and_they_add_up(send, variants):
    answer = send((variants[0].sku, 4), (variants[1].sku, 1))
    assert answer.status_code == 201
    order = answer.json["order"]
    assert order["state"] == "awaiting_payment"
    assert order["currency"] == "CNY"
    assert order["total_minor"] == order["goods_minor"] + order["freight_minor"]
    assert order["total_minor"] == sum(part["total_minor"] for part in order["consignments"])
    assert [part["state"] for part in order["consignments"]] == ["waiting", "waiting"]
    assert [line["sku"] for part in order["consignments"] for line in part["lines"]] == [
        variants[0].sku,
        variants[1].sku,
    ]
    assert order["payment"] == {"method": "offline_transfer", "state": "awaiting_payment"}
    assert "示范买家" not in answer.get_data(as_text=True)


def test_the_same_key_answers_the_same_order(send, variants, session):
    first = send((variants[0].sku, 4)).json["order"]
    again = send((variants[0].sku, 4))
    assert again.status_code == 201
    assert again.json["order"]["number"] == first["number"]
    assert again.json["order"]["access_token"] == first["access_token"]
    assert session.scalar(sa.select(sa.func.count(Order.id))) == 1


def test_the_same_key_with_another_body_is_refused(send, variants):
    send((variants[0].sku, 4))
    answer = send((variants[0].sku, 5))
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", "short", "x" * 101, "schlüssel-mit-umlaut"])
def test_a_usable_key_is_needed(client, variants, key):
    body = BODY | {"lines": [{"sku": variants[0].sku, "quantity": 1}]}
    answer = client.post("/api/v1/orders", json=body, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == ["Idempotency-Key"]


def test_short_lines_are_all_named(send, variants):
    answer = send((variants[0].sku, 11), (variants[1].sku, 12))
    assert (answer.status_code, answer.json["code"]) == (409, "out_of_stock")
    assert answer.content_type == "application/problem+json"
    assert answer.json["lines"] == [
        {"sku": variants[0].sku, "wanted": 11, "available": 10},
        {"sku": variants[1].sku, "wanted": 12, "available": 10},
    ]


def test_a_refused_order_may_be_sent_again_under_its_key(send, variants):
    assert send((variants[0].sku, 11)).status_code == 409
    assert send((variants[0].sku, 10)).status_code == 201


def test_wrong_fields_are_all_named(send, variants):
    answer = send(
        (variants[0].sku, 0), ("NOSUCH", 1), buyer={"name": "", "phone": "1"}, payment_method="barter"
    )
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_order")
    assert set(answer.json["fields"]) == {
        "lines.0.quantity",
        "buyer.name",
        "buyer.phone",
        "payment_method",
    }


def test_a_sku_that_does_not_exist_is_named(send, variants):
    answer = send((variants[0].sku, 1), ("NOSUCH", 1))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_order")
    assert list(answer.json["fields"]) == ["lines.1.sku"]


def test_a_suspended_licence_stops_the_sale(send, variants):
    with transaction() as session:
        for number in session.scalars(sa.select(Licence.number)):
            suspend(number, reason="checked", by_account_id=None, at=now())
    answer = send((variants[0].sku, 1))
    assert (answer.status_code, answer.json["code"]) == (409, "not_on_sale")
    assert answer.json["lines"][0]["sku"] == variants[0].sku


def test_an_undeliverable_province_is_refused_clearly(send, variants):
    answer = send(
        (variants[0].sku, 1),
        ship_to={"province": "台湾省", "city": "台湾省", "district": "台湾省", "street": "1"},
    )
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_order")
    assert list(answer.json["fields"]) == ["ship_to.province"]


@pytest.mark.parametrize("body", [b"{bad", b"", b"[]", b"null", b'"text"', b"5"])
def test_anything_else_is_refused_as_a_problem(client, body):
    headers = {"Idempotency-Key": "some-key-123", "Content-Type": "application/json"}
    answer = client.post("/api/v1/orders", data=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.content_type == "application/problem+json"


def test_a_form_is_not_an_order(client):
    answer = client.post("/api/v1/orders", data={"lines": "1"}, headers={"Idempotency-Key": "some-key-123"})
    assert answer.status_code == 422


def test_an_order_is_followed_with_its_token_only(send, variants, client):
    order = send((variants[0].sku, 1)).json["order"]
    address = f"/api/v1/orders/{order['number']}"
    assert client.get(f"{address}?token={order['access_token']}").json["order"] == order
    for wrong in ("", "?token=", "?token=nothing"):
        answer = client.get(address + wrong)
        assert (answer.status_code, answer.json["code"]) == (404, "no_such_order")


def test_cash_on_delivery_waits_for_the_growers_word(send, variants):
    order = send((variants[0].sku, 1), payment_method="cash_on_delivery").json["order"]
    assert order["state"] == "due_on_delivery"
    assert order["consignments"][0]["state"] == "to_confirm"
    assert order["expires_at"]


@pytest.mark.both
def test_what_nobody_may_hold_unpaid_is_refused_and_the_limit_named(send, session):
    with transaction():
        variant = make_variant(at=now(), on_hand=17_569, tiers=((1, 1),))
    answer = send((variant.sku, 17_560), payment_method="cash_on_delivery")
    assert (answer.status_code, answer.json["code"]) == (409, "hold_limit")
    assert (answer.json["limit"], answer.json["allowed_plants"]) == ("cash_plants", 1_000)
    assert stock.available([variant.id]) == {variant.id: 17_569}


def test_the_description_is_generated_and_names_the_order(client):
    paths = json.loads(client.get("/api/openapi.json").get_data())["paths"]
    assert "requestBody" in paths["/api/v1/orders"]["post"]
    assert "get" in paths["/api/v1/orders/{number}"]
