"""An order under any acts of buyer, growers, cashier, provider and clock: what must hold after each of them."""

from collections import Counter
from datetime import timedelta

import sqlalchemy as sa

from branch.ledger.models.tables import SaleFactRow
from core.database import session
from shop.orders.models.tables import Order
from shop.orders.queries.order_views import order_by_id
from shop.orders.service.transitions import consignments_of, lines_of
from shop.orders.states import BEFORE_DISPATCH, MAY_LEAVE, SETTLED, FulfilmentState, PaymentState
from shop.orders.wording.state_names import fulfilment_words, payment_words, timeline
from shop.payments.models.tables import Payment, Refund
from shop.payments.queries.order_money import panel
from shop.payments.states import Stage
from shop.stock.models import HoldState, Stock, StockHold

STEP = timedelta(hours=7)
ON_HAND = 30
SETTLED_OR_BACK = SETTLED | {PaymentState.REFUNDED}


def check(order_id):
    """Raise AssertionError, naming what does not hold."""
    session.flush()
    session.expire_all()
    order = session.get_one(Order, order_id)
    parcels = consignments_of(order_id)
    lines = lines_of([parcel.id for parcel in parcels])
    _check_sums(order, parcels, lines)
    _check_ledger(order, parcels, lines)
    _check_payments(order)
    _check_stock(order, parcels, lines)
    _check_pages(order)


def was_paid(order, parcel):
    """Whether the money for a parcel was taken."""
    if order.payment_method == "cash_on_delivery":
        return parcel.delivered_at is not None
    return order.paid_at is not None


def _check_sums(order, parcels, lines):
    assert order.refunded_minor == sum(parcel.refunded_minor for parcel in parcels)
    paid = sum(parcel.total_minor for parcel in parcels if was_paid(order, parcel))
    assert order.refunded_minor <= paid, "more went back than was paid"
    for parcel in parcels:
        assert sum(line.refunded_minor for line in lines[parcel.id]) <= parcel.refunded_minor
        assert parcel.refunded_minor == 0 or was_paid(order, parcel), "money went back that never came"
    states = {FulfilmentState(parcel.fulfilment_state) for parcel in parcels}
    if order.payment_state == PaymentState.CANCELLED:
        assert not any(was_paid(order, parcel) for parcel in parcels), "cancelled, and its money was taken"
        assert states <= {FulfilmentState.CANCELLED, FulfilmentState.RETURNED}
    if order.payment_state in {PaymentState.AWAITING_PAYMENT, PaymentState.EXPIRED}:
        assert states == {FulfilmentState.WAITING}
    if states & {FulfilmentState.DISPATCHED}:
        assert order.payment_state in MAY_LEAVE | SETTLED_OR_BACK
    if order.payment_state in {PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED}:
        assert order.refunded_minor > 0
    if order.payment_state == PaymentState.REFUNDED:
        assert order.refunded_minor == paid
    if order.payment_state == PaymentState.PAID:
        assert order.refunded_minor == 0
    ends = order.expires_at is not None
    if order.payment_state in {PaymentState.AWAITING_PAYMENT, PaymentState.PROOF_SUBMITTED}:
        assert ends, "it would hold its plants for ever"
    if FulfilmentState.TO_CONFIRM in states:
        assert ends, "nobody would ever have to confirm it"


def _check_ledger(order, parcels, lines):
    facts = session.scalars(sa.select(SaleFactRow).where(SaleFactRow.order_ref == order.number)).all()
    net = sum(fact.gross_minor - fact.discount_minor - fact.refund_minor for fact in facts)
    due = sum(
        line.line_total_minor - line.discount_minor - line.refunded_minor
        for parcel in parcels
        if was_paid(order, parcel)
        for line in lines[parcel.id]
    )
    assert net == due, f"the ledger says {net}, due is {due}"
    plants = sum(
        line.plants - line.units_back * line.plants_per_unit
        for parcel in parcels
        if was_paid(order, parcel)
        for line in lines[parcel.id]
    )
    counted = sum(fact.plants for fact in facts)
    # The ledger has no entry for plants that come back after all of their price was waived.
    waived = any(line.refunded_minor == line.line_total_minor for own in lines.values() for line in own)
    assert counted == plants or (waived and counted > plants)


def _check_payments(order):
    payments = session.scalars(sa.select(Payment).where(Payment.order_id == order.id)).all()
    refunds = session.scalars(sa.select(Refund).where(Refund.order_id == order.id)).all()
    for payment in payments:
        mine = [refund for refund in refunds if refund.payment_id == payment.id]
        assert payment.refunded_minor == sum(refund.amount_minor for refund in mine)
        assert payment.refunded_minor <= payment.received_minor
        assert all(refund.currency == payment.currency for refund in mine)
    receipts = [payment for payment in payments if payment.state == Stage.RECEIVED]
    assert len(receipts) <= 1
    for receipt in receipts:
        if order.payment_method == "cash_on_delivery":  # counted anew whenever something of it goes back
            assert receipt.refunded_minor == order.refunded_minor
            continue
        paid = sum(one.total_minor for one in consignments_of(order.id) if was_paid(order, one))
        assert receipt.received_minor - receipt.refunded_minor == paid - order.refunded_minor
    if order.payment_state in SETTLED_OR_BACK and order.payment_method != "cash_on_delivery":
        assert len(receipts) == 1


def _check_stock(order, parcels, lines):
    holds = session.scalars(sa.select(StockHold).where(StockHold.order_id == order.id)).all()
    by_variant = {hold.variant_id: hold for hold in holds}
    counted = Counter()
    for hold in holds:
        counted[hold.variant_id, hold.state] += hold.quantity
    for parcel in parcels:
        for line in lines[parcel.id]:
            stock = session.get_one(Stock, line.variant_id)
            assert stock.on_hand + stock.sold == ON_HAND, "plants came from nowhere or are gone"
            assert stock.held == counted[line.variant_id, HoldState.HELD]
            assert stock.sold == counted[line.variant_id, HoldState.TAKEN]
            state, hold = FulfilmentState(parcel.fulfilment_state), by_variant[line.variant_id]
            kept = line.quantity - line.units_back
            if state in BEFORE_DISPATCH - {FulfilmentState.WAITING, FulfilmentState.TO_CONFIRM} and kept:
                assert (hold.state, hold.quantity) == (HoldState.TAKEN, kept)
            if state == FulfilmentState.CANCELLED:
                assert hold.state == HoldState.RELEASED
    if order.payment_state in {PaymentState.EXPIRED, PaymentState.CANCELLED}:
        assert not any(hold.state == HoldState.HELD for hold in holds)


def _check_pages(order):
    seen = order_by_id(order.id)
    assert payment_words(seen.state)
    for parcel in seen.consignments:
        assert fulfilment_words(parcel.state)
        assert [step["title"] for step in timeline(seen, parcel)]
    assert panel(order.id).state == seen.state
