import pytest

from core.database import transaction
from shop.orders.queries.order_views import order_by_id
from shop.orders.service import fulfilling as orders
from shop.orders.service.paying import mark_paid
from shop.orders.states import BUYER, By, FulfilmentState, PaymentMethod, PaymentState
from shop.orders.wording.state_names import (
    FULFILMENT_TONES,
    PAYMENT_TONES,
    fulfilment_words,
    method_words,
    payment_words,
    phone_words,
    timeline,
)
from tests.factories.orders import make_variant, place

GROWER = By("grower")


@pytest.fixture(autouse=True)
def _speaking(app):
    with app.test_request_context():
        yield


def test_every_state_and_method_has_words_and_a_tone():
    for state in PaymentState:
        assert payment_words(state)
        assert PAYMENT_TONES[state]
    for parcel in FulfilmentState:
        assert fulfilment_words(parcel)
        assert FULFILMENT_TONES[parcel]
    assert all(method_words(method) for method in PaymentMethod)


@pytest.mark.parametrize(
    ("stored", "shown"), [("+8613800138000", "138 0013 8000"), ("+85223456789", "+852 2345 6789")]
)
def test_a_number_is_shown_as_people_read_it(stored, shown):
    assert phone_words(stored) == shown


def states_of(order_id):
    order = order_by_id(order_id)
    return [step["state"] for step in timeline(order, order.consignments[0])]


def test_a_parcels_timeline_follows_it_to_the_door(session, at):
    with transaction():
        variant = make_variant(at=at)
    order = place((variant.sku, 1), at=at)
    part = order.consignments[0].id
    seen = [states_of(order.id)]
    for verb, values in (
        (mark_paid, {"reference": "p"}),
        (orders.mark_packed, {"by": GROWER}),
        (orders.mark_dispatched, {"by": GROWER, "courier": "顺丰", "tracking_number": "SF1"}),
        (orders.mark_delivered, {"by": BUYER}),
    ):
        with transaction():
            verb(order.id if verb is mark_paid else part, at=at, **values)
        seen.append(states_of(order.id))
    assert seen == [
        ["done", "now", "next", "next", "next"],
        ["done", "done", "now", "next", "next"],
        ["done", "done", "done", "now", "next"],
        ["done", "done", "done", "done", "now"],
        ["done", "done", "done", "done", "done"],
    ]


def test_a_cancelled_parcels_timeline_ends_with_the_reason(session, at):
    with transaction():
        variant = make_variant(at=at)
    order = place((variant.sku, 1), at=at, method="cash_on_delivery")
    with transaction():
        orders.cancel_consignment(order.consignments[0].id, at=at, by=GROWER, reason="frost")
    seen = order_by_id(order.id)
    steps = timeline(seen, seen.consignments[0])
    assert steps[-1]["state"] == "bad"
    assert steps[-1]["note"] == "frost"


def test_cash_stands_at_the_end_and_is_not_ticked_before_it_was_paid(session, at):
    with transaction():
        variants = [make_variant(at=at), make_variant(at=at)]
    order = place(*((variant.sku, 1) for variant in variants), at=at, method="cash_on_delivery")
    part = order.consignments[0].id
    seen = [states_of(order.id)]
    for verb, values in (
        (orders.confirm_consignment, {"by": GROWER}),
        (orders.mark_packed, {"by": GROWER}),
        (orders.mark_dispatched, {"by": GROWER, "courier": "顺丰", "tracking_number": "SF1"}),
        (orders.mark_delivered, {"by": BUYER}),
    ):
        with transaction():
            verb(part, at=at, **values)
        seen.append(states_of(order.id))
    assert order_by_id(order.id).state == "due_on_delivery", "the other part is still on its way"
    assert seen == [
        ["done", "now", "next", "next", "next", "next"],
        ["done", "done", "now", "next", "next", "next"],
        ["done", "done", "done", "now", "next", "next"],
        ["done", "done", "done", "done", "now", "next"],
        ["done", "done", "done", "done", "done", "done"],
    ]
