"""Every combination of order, payment and parcels has one standing, words on every page, and no offer that is wrong."""

import itertools
from dataclasses import replace

import pytest
from flask import get_template_attribute

from core.clock import now
from shop.orders.states import BEFORE_DISPATCH, FulfilmentState, PaymentMethod, PaymentState
from shop.payments.queries.order_money import Panel
from shop.payments.rules.standings import BuyerAction, GrowerAct, Standing, grower_acts, money_of
from shop.payments.states import ARRIVED, Stage

STAGES = [
    frozenset(some) for size in range(4) for some in itertools.combinations(Stage, size)
]  # up to three attempts
PARCELS = [tuple(some) for some in itertools.combinations_with_replacement(FulfilmentState, 2)]


PAID = {PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED, PaymentState.CANCELLED}
# What an order paid in this way can come to, and its attempts to pay.
STATES_OF = {
    PaymentMethod.STRIPE: PAID | {PaymentState.AWAITING_PAYMENT, PaymentState.EXPIRED, PaymentState.DISPUTED},
    PaymentMethod.OFFLINE_TRANSFER: PAID
    | {PaymentState.AWAITING_PAYMENT, PaymentState.EXPIRED, PaymentState.PROOF_SUBMITTED},
    PaymentMethod.CASH_ON_DELIVERY: PAID | {PaymentState.DUE_ON_DELIVERY},
}
BY_HAND = {Stage.OPEN, Stage.RECEIVED, Stage.UNCLAIMED}


def every_money():
    assert set().union(*STATES_OF.values()) == set(PaymentState)
    for order, method, stages, parcels in itertools.product(PaymentState, PaymentMethod, STAGES, PARCELS):
        if order not in STATES_OF[method] or (method is not PaymentMethod.STRIPE and stages - BY_HAND):
            continue
        yield order, method, stages, parcels, money_of(order, method, stages, parcels)


def test_nobody_is_asked_to_pay_once_money_is_here_or_on_its_way():
    for order, method, stages, parcels, money in every_money():
        told = (order, method, sorted(stages), parcels, money)
        if BuyerAction.PAY in money.acts:
            assert order is PaymentState.AWAITING_PAYMENT, told
            assert method is PaymentMethod.STRIPE, told
            assert not stages & {Stage.PROCESSING, Stage.DOUBTFUL}, told
        if BuyerAction.SEND_RECEIPT in money.acts:
            assert method is PaymentMethod.OFFLINE_TRANSFER, told
            assert order in {PaymentState.AWAITING_PAYMENT, PaymentState.EXPIRED}, told
        if money.standing is Standing.IN_DOUBT:
            assert not money.acts, told


def test_nobody_walks_away_from_what_has_left_or_is_paid():
    for order, method, stages, parcels, money in every_money():
        told = (order, method, sorted(stages), parcels, money)
        if BuyerAction.CANCEL_ORDER in money.acts:
            assert set(parcels) <= BEFORE_DISPATCH, told
            assert not stages & {Stage.PROCESSING, Stage.DOUBTFUL}, told
        if BuyerAction.ASK_TO_CANCEL in money.acts:
            assert set(parcels) & BEFORE_DISPATCH, told
        assert not {BuyerAction.CANCEL_ORDER, BuyerAction.ASK_TO_CANCEL} <= money.acts, told


def test_a_grower_cancels_what_nobody_paid_and_gives_back_what_was_paid():
    for order, method, parcel, handed_over in itertools.product(
        PaymentState, PaymentMethod, FulfilmentState, [False, True]
    ):
        if order not in STATES_OF[method]:
            continue
        told = (order, method, parcel, handed_over)
        acts = grower_acts(order, method, parcel, handed_over=handed_over)
        assert not {GrowerAct.CANCEL, GrowerAct.REFUND} <= acts, told
        if GrowerAct.CONFIRM in acts:
            assert parcel is FulfilmentState.TO_CONFIRM, told
        if GrowerAct.CANCEL in acts:
            assert order is PaymentState.DUE_ON_DELIVERY, told
            assert parcel in BEFORE_DISPATCH, told
        if GrowerAct.REFUND in acts:
            assert handed_over or method is not PaymentMethod.CASH_ON_DELIVERY, told
            assert order not in {PaymentState.AWAITING_PAYMENT, PaymentState.EXPIRED}, told


# What a buyer is offered while nothing has left; what is not there is not offered in any case.
OFFERED = {
    Standing.TO_PAY: {BuyerAction.PAY, BuyerAction.CANCEL_ORDER},
    Standing.FAILED: {BuyerAction.PAY, BuyerAction.CANCEL_ORDER},
    Standing.TO_TRANSFER: {BuyerAction.SEND_RECEIPT, BuyerAction.CANCEL_ORDER},
    Standing.RECEIPT_WAITS: {BuyerAction.CANCEL_ORDER},
    Standing.TO_CONFIRM: {BuyerAction.CANCEL_ORDER},
    Standing.DUE_AT_DOOR: {BuyerAction.CANCEL_ORDER},
    Standing.PAID: {BuyerAction.ASK_TO_CANCEL},
    Standing.PARTLY_BACK: {BuyerAction.ASK_TO_CANCEL},
    Standing.DISPUTED: {BuyerAction.ASK_TO_CANCEL},
    Standing.RAN_OUT: {BuyerAction.SEND_RECEIPT},
}


def test_each_standing_offers_all_that_stands_in_its_row():
    for order, method, stages, parcels, money in every_money():
        expected = set(OFFERED.get(money.standing, ()))
        if not set(parcels) <= BEFORE_DISPATCH:
            expected -= {BuyerAction.CANCEL_ORDER}
        if not set(parcels) & BEFORE_DISPATCH:
            expected -= {BuyerAction.ASK_TO_CANCEL}
        if method is not PaymentMethod.OFFLINE_TRANSFER:
            expected -= {BuyerAction.SEND_RECEIPT}
        assert money.acts == expected, (order, method, sorted(stages), parcels, money)


@pytest.mark.parametrize(
    ("order", "method", "stages", "parcels", "standing"),
    [
        ("awaiting_payment", "stripe", {Stage.FAILED}, ["waiting"], Standing.FAILED),
        ("awaiting_payment", "stripe", {Stage.FAILED, Stage.OPEN}, ["waiting"], Standing.TO_PAY),
        ("awaiting_payment", "stripe", {Stage.FAILED, Stage.PROCESSING}, ["waiting"], Standing.UNDER_WAY),
        ("expired", "stripe", {Stage.DOUBTFUL}, ["waiting"], Standing.IN_DOUBT),
        ("cancelled", "stripe", {Stage.DOUBTFUL}, ["cancelled"], Standing.IN_DOUBT),
        ("paid", "stripe", {Stage.DOUBTFUL, Stage.RECEIVED}, ["to_pack"], Standing.PAID),
        ("due_on_delivery", "cash_on_delivery", set(), ["to_confirm", "to_pack"], Standing.TO_CONFIRM),
        ("due_on_delivery", "cash_on_delivery", set(), ["cancelled", "to_pack"], Standing.DUE_AT_DOOR),
    ],
)
def test_of_several_things_that_are_so_the_one_that_matters_most_is_told(
    order, method, stages, parcels, standing
):
    parcels = [FulfilmentState(one) for one in parcels]
    assert money_of(PaymentState(order), PaymentMethod(method), stages, parcels).standing is standing


@pytest.mark.parametrize(
    ("order", "parcel", "handed_over", "acts"),
    [
        ("due_on_delivery", "to_confirm", False, {GrowerAct.CONFIRM, GrowerAct.CANCEL}),
        ("due_on_delivery", "packed", False, {GrowerAct.CANCEL}),
        ("due_on_delivery", "dispatched", False, set()),
        ("due_on_delivery", "returned", False, set()),
        ("due_on_delivery", "delivered", True, {GrowerAct.REFUND}),
        ("due_on_delivery", "returned", True, {GrowerAct.REFUND}),
        ("paid", "cancelled", False, set()),
        ("paid", "returned", True, {GrowerAct.REFUND}),
        ("partly_refunded", "delivered", True, {GrowerAct.REFUND}),
        ("refunded", "delivered", True, set()),
    ],
)
def test_of_a_cash_order_a_grower_gives_back_what_was_handed_over(order, parcel, handed_over, acts):
    cash = PaymentMethod.CASH_ON_DELIVERY
    found = grower_acts(PaymentState(order), cash, FulfilmentState(parcel), handed_over=handed_over)
    assert found == acts


@pytest.mark.parametrize("order", sorted(set(PaymentState) - {PaymentState.DUE_ON_DELIVERY}))
def test_of_what_was_paid_a_grower_gives_back_every_part_but_a_cancelled_one(order):
    may = order in {PaymentState.PAID, PaymentState.PARTLY_REFUNDED}
    for parcel in FulfilmentState:
        found = grower_acts(order, PaymentMethod.STRIPE, parcel, handed_over=False)
        assert (GrowerAct.REFUND in found) == (may and parcel is not FulfilmentState.CANCELLED), parcel


def test_every_standing_is_reached_and_money_that_goes_back_is_told():
    seen = set()
    for _order, _method, stages, _parcels, money in every_money():
        seen.add(money.standing)
        assert money.goes_back == (Stage.UNCLAIMED in stages)
        assert isinstance(money.standing, Standing)
    assert seen == set(Standing)


def a_panel(order, method, money):
    return Panel(
        order_number="GY-2026-TEST",
        token="token",
        method=method,
        state=order,
        total_minor=141_97,
        currency="CNY",
        expires_at=now(),
        phone="138 0000 0000",
        standing=money.standing,
        goes_back=money.goes_back,
        arrived_minor=99_00 if money.standing is Standing.IN_DOUBT else None,
        arrived_currency="CNY" if money.standing is Standing.IN_DOUBT else None,
        can_pay_now=BuyerAction.PAY in money.acts,
        account=None,
        account_changed=False,
        account_unit="",
        can_send_proof=BuyerAction.SEND_RECEIPT in money.acts,
        proofs=(),
        refunds=(),
        can_cancel_order=BuyerAction.CANCEL_ORDER in money.acts,
        can_ask_to_cancel=(),
        wishes=(),
    )


@pytest.fixture
def written(app):
    """What an order's page says of a panel, without the heading."""
    with app.test_request_context():
        macro = get_template_attribute("shop/payments/panel.html", "money_panel")
        yield lambda panel: str(macro(panel)).split("</h2>")[1]


def test_the_buyers_page_names_each_standing_and_offers_what_it_may(written):
    seen = {}
    for order, method, _stages, _parcels, money in every_money():
        seen.setdefault((order, method, money), None)
    texts = {}
    for order, method, money in seen:
        page = written(a_panel(order, method, money))
        assert len(page.replace("</section>", "").strip()) > 10, (order, method, money)
        assert ("/pay" in page) == (BuyerAction.PAY in money.acts), (order, method, money)
        assert ("/proof?" in page) == (BuyerAction.SEND_RECEIPT in money.acts), (order, method, money)
        assert ("/cancel?" in page) == (BuyerAction.CANCEL_ORDER in money.acts), (order, method, money)
        if not money.goes_back and not money.acts:
            texts.setdefault(money.standing, page)
    assert len(set(texts.values())) == len(texts), "two standings read the same"


def test_what_arrived_is_named_even_when_the_provider_did_not_say_how_much(written):
    money = money_of(
        PaymentState.AWAITING_PAYMENT, PaymentMethod.STRIPE, {Stage.DOUBTFUL}, [FulfilmentState.WAITING]
    )
    panel = a_panel(PaymentState.AWAITING_PAYMENT, PaymentMethod.STRIPE, money)
    assert "99.00 CNY" in written(panel)
    assert "正在核对" in written(replace(panel, arrived_minor=None))
    assert {Stage.DOUBTFUL} <= ARRIVED
