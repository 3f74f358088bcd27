"""Back from the payment page: the order opens to the browser that left for it, and to nobody who only has the address."""

import pytest

from core.clock import now
from core.database import transaction
from shop.payments.service import attempts as service
from tests.factories.payments import make_stocked_order


@pytest.fixture
def paying(app):
    """An order on its way through the payment page, and the address to which that leads back."""
    with app.app_context(), transaction():
        order = make_stocked_order(at=now(), method="stripe", minutes=60)
        service.begin(order.id, at=now())
        order.buyer_phone = "+8613800138000"
        public_id = service.attempts_of(order.id)[0].public_id
        return order.number, order.access_token, f"/payments/stripe/return/{public_id}?cancelled=1"


@pytest.mark.both
def test_whoever_has_the_address_does_not_get_the_order(client, paying):
    _number, token, back = paying
    answer = client.get(back)
    assert answer.status_code == 200
    assert token not in answer.get_data(as_text=True)
    assert token not in str(answer.headers)


def test_the_browser_that_left_is_led_to_its_order(client, paying):
    number, token, back = paying
    with client.session_transaction() as cookie:
        cookie["went_to_pay"] = [number]
    answer = client.get(back)
    assert (answer.status_code, answer.location) == (303, f"/orders/{number}?token={token}")


def test_another_browser_names_the_contact_of_the_order(client, paying):
    number, token, back = paying
    wrong = client.submit(back, {"contact": "139 0013 9000"})
    assert wrong.status_code == 422
    assert token not in wrong.get_data(as_text=True)
    right = client.submit(back, {"contact": "138 0013 8000"})
    assert right.location == f"/orders/{number}?token={token}"
