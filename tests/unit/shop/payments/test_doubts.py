"""Money that is not what the order asks for: told to the buyer, decided by the cashier, counted once."""

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import db, transaction
from core.errors import Conflict
from core.messaging.models import Message
from shop.orders.service import paying as orders
from shop.orders.states import By
from shop.payments.models.tables import Payment, Refund
from shop.payments.service import cancel_requests as wishes
from shop.payments.service import doubts, refunds
from shop.payments.service import refund_progress as refund_rows
from shop.payments.tasks import stripe_calls as flows
from shop.payments.tasks import sweeping
from shop.stock.models import Stock

pytestmark = pytest.mark.both
STAFF = By("staff")


@pytest.fixture
def arrived(stripe, session_id, books):
    """`arrived(difference)`: money came that differs by so many fen, or in what is named."""

    def send(difference=0, **change):
        stripe.state.pay(session_id)
        [event] = stripe.mailroom.of("checkout.session.completed")
        event["data"]["object"] |= {"amount_total": books.order.total_minor + difference} | change
        assert stripe.mailroom.send(event) == 200
        assert books.payments[0].state == "doubtful"
        return books.payments[0].id

    return send


def page_of(client, books):
    order = books.order
    return client.get(f"/orders/{order.number}?token={order.access_token}").get_data(as_text=True)


def templates():
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(Message.template)
            .where(Message.template.in_(["payment_in_doubt", "amount_accepted", "payment_unclaimed"]))
            .order_by(Message.id)
        )
    )


def decide(verb, payment_id):
    with transaction():
        return verb(payment_id, by_account_id=None, at=now())


def test_the_buyer_is_told_and_not_asked_to_pay_again_and_the_plants_are_kept(client, arrived, books):
    before = books.order.expires_at
    arrived(-50)
    page = page_of(client, books)
    assert "141.47 CNY" in page
    assert "请不要再次付款" in page
    assert "付款核对中" in page
    assert "待付款" not in page.split("请不要再次付款")[0]
    assert f"/orders/{books.order.number}/pay" not in page
    assert "/cancel?" not in page
    assert books.order.expires_at > before
    with pytest.raises(Conflict):
        flows.pay(books.order_id)
    assert templates() == ["payment_in_doubt"]


@pytest.mark.parametrize("difference", [-50, 100])
def test_the_cashier_accepts_another_amount_and_the_books_say_what_came(
    login, arrived, books, stripe, difference
):
    arrived(difference)
    cashier = login(role="secretary")
    public_id = books.payments[0].public_id
    accept = f"/branch/cashier/payments/{public_id}/accept"
    assert accept in cashier.get("/branch/cashier").get_data(as_text=True)
    assert cashier.submit(accept, form_at="/branch/cashier").status_code == 303
    assert cashier.submit(accept, form_at="/branch/cashier").status_code == 409
    [payment] = books.payments
    assert (payment.state, payment.attention) == ("received", None)
    assert payment.received_minor == payment.amount_minor + difference
    waived, surplus = max(0, -difference), max(0, difference)
    assert books.order.payment_state == ("partly_refunded" if waived else "paid")
    assert books.order.refunded_minor == waived
    assert books.net_minor == sum(p.goods_minor for p in books.parcels) - waived
    assert [one.amount_minor for one in books.refunds] == ([surplus] if surplus else [])
    sweeping.send_due_refunds(everything=True)
    assert sum(one["amount"] for one in stripe.state.refunds.values()) == surplus
    stripe.mailroom.deliver()
    assert books.order.refunded_minor == waived, "heard again, the surplus is not booked in the order"
    assert templates() == ["payment_in_doubt", "amount_accepted"]


def test_the_cashier_gives_it_back_and_the_order_waits_again(client, login, arrived, books, stripe):
    arrived(-50)
    cashier = login(role="secretary")
    give_back = f"/branch/cashier/payments/{books.payments[0].public_id}/give-back"
    assert cashier.submit(give_back, form_at="/branch/cashier").status_code == 303
    [refund] = books.refunds
    assert (refund.kind, refund.amount_minor) == ("unclaimed", books.order.total_minor - 50)
    sweeping.send_due_refunds(everything=True)
    assert books.refunds[0].state == "done"
    assert books.facts == []
    assert books.order.payment_state == "awaiting_payment"
    page = page_of(client, books)
    assert "会自动退还给您" in page
    assert templates() == ["payment_in_doubt", "payment_unclaimed"]


@pytest.mark.parametrize(
    "change", [{"currency": "usd"}, {"client_reference_id": "GY-2026-OTHER"}, {"metadata": {}}]
)
def test_what_is_not_only_another_amount_is_not_accepted(login, arrived, books, change):
    payment_id = arrived(**change)
    assert "/accept" not in login(role="secretary").get("/branch/cashier").get_data(as_text=True)
    with pytest.raises(Conflict) as refused:
        decide(doubts.accept, payment_id)
    assert refused.value.code == "not_acceptable"
    decide(doubts.give_back, payment_id)
    currency = change.get("currency", "cny").upper()
    assert [(one.currency, one.state) for one in books.refunds] == [(currency, "due")]
    assert books.order.refunded_minor == 0


def test_money_for_plants_that_are_gone_is_not_accepted_but_goes_back(arrived, books):
    payment_id = arrived(-50)
    with transaction():
        assert orders.expire_order(books.order_id, at=books.order.expires_at)
        db.session.execute(sa.update(Stock).values(on_hand=0))
    decide(doubts.accept, payment_id)
    assert books.payments[0].state == "unclaimed"
    assert [one.kind for one in books.refunds] == ["unclaimed"]
    assert books.facts == []


def test_a_doubt_is_decided_and_not_looked_away(login, arrived, books):
    arrived(-50)
    cashier = login(role="secretary")
    seen = f"/branch/cashier/payments/{books.payments[0].public_id}/seen"
    assert cashier.submit(seen, form_at="/branch/cashier").status_code == 409
    stranger = login(role="secretary", unit="guihua-tea")
    accept = f"/branch/cashier/payments/{books.payments[0].public_id}/accept"
    assert stranger.submit(accept, form_at="/verify").status_code == 403
    assert books.payments[0].state == "doubtful"


def given_back(stripe, books, amount_minor, currency):
    """The provider says how much of the money in doubt it gave back by itself."""
    intent = books.payments[0].provider_payment_id
    charge = {"object": "charge", "payment_intent": intent, "amount_refunded": amount_minor}
    assert stripe.mailroom.send(stripe.state.emit("charge.refunded", charge | {"currency": currency})) == 200


@pytest.mark.parametrize("currency", ["cny", "usd"])
def test_money_in_doubt_that_went_back_at_the_provider_is_in_doubt_no_more(stripe, arrived, books, currency):
    arrived(-50, currency=currency)
    given = books.payments[0].heard_amount_minor
    for _twice in range(2):
        given_back(stripe, books, given, currency)
    assert (books.payments[0].state, books.payments[0].attention) == ("unclaimed", None)
    assert [(one.state, one.amount_minor, one.currency) for one in books.refunds] == [
        ("done", given, currency.upper())
    ]
    assert books.order.payment_state == "awaiting_payment"


@pytest.mark.parametrize(
    ("short", "currency"), [(1, "cny"), (0, "usd")], ids=["not all of it", "other money"]
)
def test_money_in_doubt_of_which_something_else_went_back_is_still_in_doubt(
    stripe, arrived, books, short, currency
):
    arrived(-50)
    given_back(stripe, books, books.payments[0].heard_amount_minor - short, currency)
    assert (books.payments[0].state, books.refunds) == ("doubtful", [])


@pytest.mark.parametrize(
    ("change", "accepting", "giving_back"),
    [
        ({"amount_total": 0}, "not_acceptable", "amount_unknown"),
        ({"amount_total": 5_00, "currency": "usd"}, "not_acceptable", None),
        ({"payment_intent": None}, None, "amount_unknown"),
    ],
    ids=["no amount", "amount and currency", "no charge"],
)
def test_only_a_known_amount_in_our_currency_is_accepted_and_only_a_known_one_given_back(
    arrived, books, change, accepting, giving_back
):
    payment_id = arrived(-50, **change)
    for verb, refusal in ((doubts.accept, accepting), (doubts.give_back, giving_back)):
        if refusal is not None:
            with pytest.raises(Conflict) as refused:
                decide(verb, payment_id)
            assert refused.value.code == refusal
    assert books.payments[0].state == "doubtful"


def test_a_refund_while_the_bank_disputes_leaves_the_order_disputed_until_the_bank_has_decided(
    stripe, session_id, books
):
    stripe.state.pay(session_id)
    stripe.mailroom.deliver()
    intent = books.payments[0].provider_payment_id
    dispute = {"id": "dp_1", "payment_intent": intent, "amount": 5_00, "currency": "cny"}

    def say(kind, subject):
        assert stripe.mailroom.send(stripe.state.emit(kind, subject)) == 200

    say("charge.dispute.created", dispute | {"status": "needs_response"})
    charge = {"object": "charge", "payment_intent": intent, "amount_refunded": 1_00, "currency": "cny"}
    say("charge.refunded", charge)
    say("charge.refunded", charge)
    assert books.order.payment_state == "disputed"
    say("charge.dispute.closed", dispute | {"status": "lost"})
    assert (books.order.payment_state, books.order.refunded_minor) == ("partly_refunded", 6_00)


@pytest.fixture
def disputed(stripe, session_id, books):
    """`disputed(status)`: the order is paid, and the buyer's bank says so much of a dispute about it."""
    stripe.state.pay(session_id)
    stripe.mailroom.deliver()

    def say(status):
        kind = "closed" if status in {"won", "lost"} else "created"
        subject = {
            "id": "dp_1",
            "payment_intent": books.payments[0].provider_payment_id,
            "amount": books.order.total_minor,
            "currency": "cny",
            "status": status,
        }
        assert stripe.mailroom.send(stripe.state.emit(f"charge.dispute.{kind}", subject)) == 200

    return say


def give_back_all(books):
    with transaction():
        refunds.open_whole(books.parcels[0].id, reason="示范", by=STAFF, at=now())


def grant_wish(books):
    with transaction():
        wish = wishes.request_cancellation(books.parcels[0].id, reason="示范", at=now())
        wishes.grant(wish.public_id, by=STAFF, at=now())


@pytest.mark.parametrize("verb", [give_back_all, grant_wish])
def test_nobody_gives_back_what_the_bank_disputes_until_the_bank_has_decided(disputed, books, verb):
    disputed("needs_response")
    with pytest.raises(Conflict) as refused:
        verb(books)
    assert refused.value.code == "disputed"
    assert books.refunds == []
    disputed("won")
    verb(books)
    assert [one.state for one in books.refunds] == ["due"]


def test_a_question_of_the_bank_may_be_answered_by_giving_back(disputed, books):
    disputed("warning_needs_response")
    give_back_all(books)
    assert [one.state for one in books.refunds] == ["due"]


def test_what_was_decided_before_the_dispute_waits_for_its_end(stripe, disputed, books):
    give_back_all(books)
    disputed("needs_response")
    sweeping.send_due_refunds(everything=True)
    assert [one.state for one in books.refunds] == ["due"]
    assert not stripe.state.refunds
    with transaction():
        db.session.execute(sa.update(Refund).values(state="failed"))
    with pytest.raises(Conflict) as refused, transaction():
        refund_rows.finish_by_hand(books.refunds[0].id, reference="ICBC 1", by_account_id=None, at=now())
    assert refused.value.code == "disputed"


@pytest.mark.parametrize("verb", [doubts.accept, doubts.give_back])
def test_money_in_doubt_that_the_bank_disputes_is_not_decided_about(arrived, books, verb):
    payment_id = arrived(-50)
    with transaction():
        db.session.execute(sa.update(Payment).values(dispute_id="dp_1", dispute_status="needs_response"))
    with pytest.raises(Conflict) as refused:
        decide(verb, payment_id)
    assert refused.value.code == "disputed"
