from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core.clock import now
from core.database import db, transaction
from core.errors import Conflict, Invalid
from shop.orders.models.tables import OrderLine
from shop.orders.service import fulfilling as orders
from shop.orders.states import By
from shop.payments.models.tables import Payment, Refund, RefundChange
from shop.payments.queries.refundable import refundable
from shop.payments.service import cancel_requests as wishes
from shop.payments.service import refund_progress as refund_rows
from shop.payments.service import refunds
from shop.payments.tasks import stripe_calls as flows
from shop.payments.tasks import sweeping
from shop.stock.models import Stock, StockHold

STAFF = By("staff")
FIRST_GOODS = 10 * 2_50 + 3 * 99
SECOND_GOODS = 7 * 12_00
FREIGHT = 15_00


def lines(consignment_id):
    db.session.rollback()
    query = (
        sa.select(OrderLine).where(OrderLine.consignment_id == consignment_id).order_by(OrderLine.position)
    )
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def give_back(consignment_id, *, units=None, freight=False, reduction_minor=0):
    with transaction():
        refund_id = refunds.open_refund(
            consignment_id,
            units=units or {},
            freight=freight,
            reduction_minor=reduction_minor,
            reason="示范",
            by=STAFF,
            at=now(),
        ).id
    return refund_id, flows.send_refund(refund_id)


def dispatch(consignment_id):
    with transaction():
        orders.mark_packed(consignment_id, at=now(), by=STAFF)
        orders.mark_dispatched(consignment_id, courier="顺丰", tracking_number="SF1", at=now(), by=STAFF)


def test_a_whole_refund_before_dispatch_cancels_the_parcel_and_frees_its_plants(stripe, paid):
    parcel = paid.parcels[1]
    with transaction():
        refund_id = refunds.open_whole(parcel.id, reason="买家取消", by=STAFF, at=now()).id
    assert flows.send_refund(refund_id) == "done"
    assert paid.parcels[1].fulfilment_state == "cancelled"
    assert paid.parcels[0].fulfilment_state == "to_pack"
    assert paid.order.payment_state == "partly_refunded"
    assert paid.order.refunded_minor == SECOND_GOODS + FREIGHT
    assert paid.sold == 13
    assert paid.net_minor == FIRST_GOODS
    assert [one["amount"] for one in stripe.state.refunds.values()] == [SECOND_GOODS + FREIGHT]


def test_refunding_every_parcel_refunds_the_order(stripe, paid):
    for parcel in paid.parcels:
        with transaction():
            refund_id = refunds.open_whole(parcel.id, reason="买家取消", by=STAFF, at=now()).id
        flows.send_refund(refund_id)
    stripe.mailroom.deliver(times=2)
    assert paid.order.payment_state == "refunded"
    assert paid.sold == 0
    assert paid.net_minor == 0
    assert len(paid.refunds) == 2
    assert sum(one["amount"] for one in stripe.state.refunds.values()) == paid.order.total_minor


def test_some_units_before_dispatch_are_free_again_and_the_rest_is_packed(paid):
    parcel = paid.parcels[0]
    ten, three = lines(parcel.id)
    give_back(parcel.id, units={ten.id: 4, three.id: 1})
    ten, three = lines(parcel.id)
    assert (ten.refunded_minor, ten.units_back) == (10_00, 4)
    assert (three.refunded_minor, three.units_back) == (99, 1)
    assert paid.parcels[0].fulfilment_state == "to_pack"
    assert paid.sold == 15
    assert [fact.plants for fact in paid.facts if fact.kind == "refund"] == [-4, -1]


def test_the_rest_of_a_parcel_can_be_refunded_after_a_part_of_it(paid):
    parcel = paid.parcels[0]
    give_back(parcel.id, units={lines(parcel.id)[0].id: 4})
    with transaction():
        refunds.open_whole(parcel.id, reason="买家取消", by=STAFF, at=now())
    assert paid.parcels[0].fulfilment_state == "cancelled"
    assert paid.parcels[0].refunded_minor == FIRST_GOODS + FREIGHT
    assert paid.sold == 7
    assert paid.net_minor == SECOND_GOODS
    assert sum(fact.plants for fact in paid.facts) == 7


def test_after_dispatch_the_plants_stay_sold(paid):
    parcel = paid.parcels[1]
    dispatch(parcel.id)
    give_back(parcel.id, units={lines(parcel.id)[0].id: 2})
    assert paid.parcels[1].fulfilment_state == "dispatched"
    assert paid.sold == 20
    [fact] = [fact for fact in paid.facts if fact.kind == "refund"]
    assert (fact.refund_minor, fact.plants) == (24_00, 0)


def test_a_reduction_of_price_leaves_the_plants_with_the_buyer(paid):
    parcel = paid.parcels[1]
    dispatch(parcel.id)
    give_back(parcel.id, reduction_minor=7_77)
    assert paid.parcels[1].refunded_minor == 7_77
    assert paid.order.payment_state == "partly_refunded"
    assert paid.net_minor == FIRST_GOODS + SECOND_GOODS - 7_77


def test_units_after_a_reduction_bring_back_what_is_left_of_their_line_and_no_more(paid):
    parcel = paid.parcels[1]
    give_back(parcel.id, reduction_minor=7_77)
    [line] = lines(parcel.id)
    give_back(parcel.id, units={line.id: 7})
    assert [one.amount_minor for one in paid.refunds] == [7_77, SECOND_GOODS - 7_77]
    [line] = lines(parcel.id)
    assert line.refunded_minor == SECOND_GOODS
    assert paid.parcels[1].refunded_minor == SECOND_GOODS


def test_the_form_offers_no_plants_of_a_parcel_that_a_reduction_cancelled(paid):
    parcel = paid.parcels[1]
    [line] = refundable(parcel.number).lines
    assert (line.units_left, line.amount_left_minor) == (7, SECOND_GOODS)
    give_back(parcel.id, reduction_minor=SECOND_GOODS + FREIGHT)
    assert paid.parcels[1].fulfilment_state == "cancelled"
    [line] = refundable(parcel.number).lines
    assert (line.units_left, line.amount_left_minor) == (0, 0)


@pytest.mark.parametrize("wanted", [{"units": {}}, {"units": {0: 1}}, {"reduction_minor": 10**9}])
def test_nothing_foreign_or_too_large_is_given_back(stripe, paid, wanted):
    with pytest.raises(Invalid):
        give_back(paid.parcels[0].id, **wanted)
    assert paid.refunds == []
    assert stripe.state.refunds == {}


@pytest.mark.both
def test_more_units_than_were_bought_are_refused(paid):
    parcel = paid.parcels[1]
    [line] = lines(parcel.id)
    give_back(parcel.id, units={line.id: 5})
    with pytest.raises(Invalid):
        give_back(parcel.id, units={line.id: 3})
    assert len(paid.refunds) == 1


def test_an_unpaid_order_gives_nothing_back(session_id, books):
    with pytest.raises(Conflict) as caught:
        give_back(books.parcels[0].id, freight=True)
    assert caught.value.code == "not_paid"


def test_the_conditional_update_stops_what_would_be_more_than_was_paid(paid):
    payment = paid.payments[0]
    from shop.payments.service.row_locks import reserve_refund

    with pytest.raises(Conflict) as caught, transaction():
        reserve_refund(payment.id, payment.received_minor + 1)
    assert caught.value.code == "more_than_paid"


def test_the_database_itself_refuses_more_than_was_paid(paid):
    payment = paid.payments[0]
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(
            sa.update(Payment)
            .where(Payment.id == payment.id)
            .values(refunded_minor=payment.received_minor + 1)
        )


def test_stripe_away_leaves_the_refund_due_and_the_sweep_sends_it_once(stripe, paid):
    stripe.fault("POST /v1/refunds", "500")
    stripe.fault("POST /v1/refunds", "500")
    stripe.fault("POST /v1/refunds", "500")
    refund_id, state = give_back(paid.parcels[0].id, freight=True)
    assert state == "due"
    assert paid.refunds[0].attempts == 1
    assert sweeping.send_due_refunds().refunds == 0, "not before its next attempt"
    assert sweeping.send_due_refunds(everything=True).changed == 1
    assert flows.send_refund(refund_id) == "done"
    assert len(stripe.state.refunds) == 1


def test_an_answer_lost_on_the_way_does_not_refund_twice(stripe, paid):
    stripe.fault("POST /v1/refunds", "lose_answer")
    _refund_id, state = give_back(paid.parcels[0].id, freight=True)
    assert state == "done"
    assert len(stripe.state.refunds) == 1


def test_a_refusal_goes_to_the_cashier_who_pays_by_hand(stripe, paid):
    stripe.state.refund_outcome = "failed"
    refund_id, state = give_back(paid.parcels[0].id, freight=True)
    assert state == "failed"
    assert paid.payments[0].attention
    account_id = None
    with transaction():
        refund_rows.finish_by_hand(refund_id, reference="ICBC 1", by_account_id=account_id, at=now())
    assert paid.refunds[0].state == "done"
    assert paid.net_minor == FIRST_GOODS + SECOND_GOODS
    stripe.mailroom.deliver(times=2)
    assert paid.refunds[0].state == "done"
    assert len(paid.refunds) == 1


def test_a_pending_refund_ends_when_stripe_says_so(stripe, paid):
    stripe.state.refund_outcome = "pending"
    _refund_id, state = give_back(paid.parcels[0].id, freight=True)
    assert state == "sent"
    [at_stripe] = stripe.state.refunds
    stripe.state.end_refund(at_stripe, succeeds=True)
    stripe.mailroom.deliver(backwards=True)
    assert paid.refunds[0].state == "done"


def test_a_refund_that_comes_back_days_later_is_shown_to_the_cashier_once(stripe, paid):
    give_back(paid.parcels[0].id, freight=True)
    stripe.mailroom.deliver()
    [at_stripe] = stripe.state.refunds
    stripe.state.end_refund(at_stripe, succeeds=False)
    stripe.mailroom.deliver(times=2)
    assert [one.state for one in paid.refunds] == ["failed"]
    assert paid.order.refunded_minor == FREIGHT


def test_every_move_of_a_refund_leaves_a_row(paid):
    give_back(paid.parcels[0].id, freight=True)
    changes = db.session.scalars(sa.select(RefundChange).order_by(RefundChange.id))
    moves = [(row.from_state, row.to_state) for row in changes]
    assert moves == [(None, "due"), ("due", "done")]


def test_a_wish_to_cancel_is_granted_with_all_its_money(stripe, paid):
    parcel_id = paid.parcels[0].id
    with transaction():
        first = wishes.request_cancellation(parcel_id, reason="买多了", at=now()).public_id
        assert wishes.request_cancellation(parcel_id, reason="再问一次", at=now()).public_id == first
    with transaction():
        refund_id = wishes.grant(first, by=By("grower"), at=now()).id
    assert flows.send_refund(refund_id) == "done"
    assert paid.parcels[0].fulfilment_state == "cancelled"
    with pytest.raises(Conflict), transaction():
        wishes.grant(first, by=By("grower"), at=now())


@pytest.mark.both
def test_what_has_left_cannot_be_cancelled_by_a_wish(paid):
    parcel_id = paid.parcels[0].id
    with transaction():
        wish = wishes.request_cancellation(parcel_id, reason="买多了", at=now()).public_id
    dispatch(paid.parcels[0].id)
    with pytest.raises(Conflict) as caught, transaction():
        wishes.grant(wish, by=By("grower"), at=now())
    assert caught.value.code == "left_already"


def test_the_buyer_is_told_of_a_refund_once(app, stripe, paid, run_jobs):
    give_back(paid.parcels[0].id, freight=True)
    stripe.mailroom.deliver(times=3)
    run_jobs()
    number = paid.refunds[0].number
    folder = app.config["SETTINGS"].var / "messages"
    assert len([path for path in folder.iterdir() if number in path.read_text()]) == 1


def test_holds_and_shelves_agree_after_partial_refunds(paid):
    parcel = paid.parcels[0]
    give_back(parcel.id, units={lines(parcel.id)[0].id: 10})
    db.session.rollback()
    taken = db.session.scalar(sa.select(sa.func.sum(StockHold.quantity)).where(StockHold.state == "taken"))
    assert taken == db.session.scalar(sa.select(sa.func.sum(Stock.sold))) == 10


@pytest.mark.both
def test_cash_is_given_back_only_for_what_was_delivered(session):
    from tests.factories.payments import make_stocked_order
    from tests.unit.shop.payments.conftest import Books

    with transaction():
        order_id = make_stocked_order(at=now(), method="cash_on_delivery").id
    books = Books(order_id)
    one, two = (parcel.id for parcel in books.parcels)
    dispatch(one)
    with transaction():
        orders.mark_delivered(one, at=now(), by=STAFF)
        orders.cancel_consignment(two, at=now(), by=STAFF, reason="买家不要")
    assert books.order.payment_state == "paid"
    refund_id, state = give_back(one, freight=True)
    assert state == "due"
    assert books.payments[0].received_minor == FIRST_GOODS + FREIGHT
    with transaction():
        refund_rows.finish_by_hand(refund_id, reference="cash 1", by_account_id=None, at=now())
    assert books.refunds[0].state == "done"


def test_refunds_keep_their_time(paid):
    before = now()
    give_back(paid.parcels[0].id, freight=True)
    [refund] = db.session.scalars(sa.select(Refund))
    assert before <= refund.created_at <= refund.done_at < before + timedelta(minutes=5)


def test_a_parcel_without_a_number_is_asked_for_again(login):
    cashier = login(role="secretary")
    assert cashier.get("/branch/cashier/refund").location == "/branch/cashier"
    assert "编号" in cashier.get("/branch/cashier").get_data(as_text=True)
    assert cashier.get("/branch/cashier/refund?parcel=c-1").location.endswith(
        "/branch/cashier/consignments/C-1/refund"
    )
