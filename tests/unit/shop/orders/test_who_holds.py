"""A grower sees who holds what of his plants unpaid, allows a known buyer more, and asks for what waits."""

import pytest
import sqlalchemy as sa

from core.clock import now
from core.database import transaction
from core.messaging.models import Message
from shop.orders.queries.order_views import order_by_id
from shop.orders.queries.unpaid_holds import allowances_of, holds_of
from shop.orders.service import fulfilling as orders
from shop.orders.service.paying import mark_paid
from shop.orders.service.refusals import HoldLimit
from shop.orders.states import By
from shop.payments.service import transfer_proofs as proofs
from tests.factories.orders import make_seller, make_variant, place


@pytest.fixture
def grower(session):
    with transaction():
        return make_seller(at=now())


@pytest.fixture
def seller(login, grower):
    return login(role="grower", grower_id=grower.id)


@pytest.fixture
def variant(grower):
    with transaction():
        return make_variant(at=now(), grower=grower, on_hand=9_000, tiers=((1, 1),))


@pytest.mark.both
def test_each_hold_stands_there_with_its_buyer_and_its_end(seller, grower, variant):
    cash = place((variant.sku, 12), at=now(), method="cash_on_delivery")
    transfer = place((variant.sku, 5), at=now())
    with transaction():
        other = make_variant(at=now())
    foreign = place((other.sku, 5), at=now())
    [size] = holds_of(grower.id)
    assert [(one.quantity, one.may_be_confirmed, one.may_be_asked_for) for one in size.holds] == [
        (12, True, False),
        (5, False, True),
    ]
    assert (size.held, size.on_hand) == (17, 9_000)
    page = seller.get("/seller/holds").get_data(as_text=True)
    assert all(f"{order.number}-1" in page for order in (cash, transfer))
    assert foreign.number not in page
    assert "示范买家" in page


def test_only_the_growers_own_part_stands_there_and_only_while_it_is_held_unpaid(grower, variant):
    with transaction():
        others = make_variant(at=now(), on_hand=9_000, tiers=((1, 1),))
    both = place((variant.sku, 3), (others.sku, 4), at=now(), method="cash_on_delivery", confirmed=True)
    paid = place((variant.sku, 5), at=now())
    [size] = holds_of(grower.id)
    assert [one.parcel_number for one in size.holds] == [
        both.consignments[0].number,
        paid.consignments[0].number,
    ]
    with transaction():
        mark_paid(paid.id, at=now(), reference="-")
    [size] = holds_of(grower.id)
    assert (size.sku, size.held, [one.quantity for one in size.holds]) == (variant.sku, 3, [3])
    part = both.consignments[0].id
    with transaction():
        orders.mark_packed(part, at=now(), by=By("grower"))
        orders.mark_dispatched(part, courier="顺丰", tracking_number="SF1", at=now(), by=By("grower"))
        orders.mark_delivered(part, at=now(), by=By("grower"))
    assert order_by_id(both.id).state == "due_on_delivery"
    assert holds_of(grower.id) == []


@pytest.mark.both
def test_a_grower_confirms_from_the_list_and_the_end_is_gone(seller, grower, variant, session):
    cash = place((variant.sku, 12), at=now(), method="cash_on_delivery")
    confirm = f"/seller/orders/{cash.number}-1/confirm"
    assert seller.submit(confirm, form_at="/seller/holds").status_code == 303
    assert seller.submit(confirm, form_at="/seller/holds").status_code == 409
    session.rollback()
    [size] = holds_of(grower.id)
    assert [(one.state, one.until) for one in size.holds] == [("to_pack", None)]


@pytest.mark.both
def test_who_is_not_reached_is_declined_in_one_tap_and_told(seller, variant, session):
    cash = place((variant.sku, 12), at=now(), method="cash_on_delivery")
    page = f"/seller/orders/{cash.number}-1"
    assert "tel:+8613800000000" in seller.get(page).get_data(as_text=True)
    assert seller.submit(f"{page}/cancel", {"unreached": "1"}, form_at=page).status_code == 303
    session.rollback()
    ended = order_by_id(cash.id)
    assert ended.state == "cancelled"
    assert "电话" in ended.consignments[0].changes[-1].reason


@pytest.mark.both
def test_a_known_buyer_is_allowed_more_and_then_no_more(seller, grower, variant):
    given = {"phone": "138 0000 0000", "plants": "8000", "value": "100", "note": "老客户"}
    assert seller.submit("/seller/holds/allowances", given, form_at="/seller/holds").status_code == 303
    assert seller.submit("/seller/holds/allowances", given, form_at="/seller/holds").status_code == 303
    [allowed] = allowances_of(grower.id)
    assert (allowed.phone, allowed.plants, allowed.value_minor) == ("+8613800000000", 8_000, 100_00)
    place((variant.sku, 8_000), at=now(), method="cash_on_delivery")
    end = f"/seller/holds/allowances/{allowed.id}/end"
    assert seller.submit(end, form_at="/seller/holds").status_code == 303
    with pytest.raises(HoldLimit):
        place((variant.sku, 500), at=now(), method="cash_on_delivery")


def test_a_later_word_counts_and_is_the_growers_own(seller, grower, login):
    given = {"phone": "138 0000 0000", "plants": "8000", "value": "100"}
    for plants in ("8000", "20"):
        seller.submit("/seller/holds/allowances", given | {"plants": plants}, form_at="/seller/holds")
    with transaction():
        other = make_seller(at=now())
    login(role="grower", grower_id=other.id).submit(
        "/seller/holds/allowances", given | {"plants": "7"}, form_at="/seller/holds"
    )
    assert [one.plants for one in allowances_of(grower.id)] == [20]
    assert [one.plants for one in allowances_of(other.id)] == [7]


def test_nothing_is_asked_for_that_is_paid_or_another_growers(seller, variant, session, run_jobs):
    paid = place((variant.sku, 5), at=now())
    with transaction():
        mark_paid(paid.id, at=now(), reference="-")
        others = make_variant(at=now())
    foreign = place((others.sku, 5), at=now())
    for order, answer in ((paid, 409), (foreign, 404)):
        asked = seller.submit(f"/seller/holds/{order.number}-1/ask", form_at="/seller/holds")
        assert asked.status_code == answer
    run_jobs()
    told = sa.select(Message.id).where(Message.template == "hold_asked_for")
    assert session.scalars(told).all() == []


def test_a_number_that_is_none_stays_typed(seller):
    given = {"phone": "12", "plants": "0", "value": "100"}
    answer = seller.submit("/seller/holds/allowances", given, form_at="/seller/holds")
    assert answer.status_code == 422
    assert 'href="#phone"' in answer.get_data(as_text=True)


@pytest.mark.both
def test_no_grower_ends_the_allowance_of_another(seller, login, grower):
    given = {"phone": "138 0000 0000", "plants": "8000", "value": "100"}
    seller.submit("/seller/holds/allowances", given, form_at="/seller/holds")
    [allowed] = allowances_of(grower.id)
    with transaction():
        other = make_seller(at=now())
    stranger = login(role="grower", grower_id=other.id)
    stranger.submit(f"/seller/holds/allowances/{allowed.id}/end", form_at="/seller/holds")
    assert allowances_of(grower.id) == [allowed]


@pytest.mark.both
def test_the_buyer_or_the_cashier_is_asked_once_a_day(seller, login, variant, session, run_jobs):
    order = place((variant.sku, 5), at=now())
    shown = place((variant.sku, 5), at=now())
    login(role="secretary", email="secretary@example.org")
    with transaction():
        proofs.submit(shown.id, file_key="private/x", stated_minor=1, note="", at=now())
    for number in (order.number, order.number, shown.number, shown.number):
        asked = seller.submit(f"/seller/holds/{number}-1/ask", form_at="/seller/holds")
        assert asked.status_code == 303
    run_jobs()
    session.rollback()
    told = session.execute(
        sa.select(Message.template, Message.receiver).where(
            Message.template.in_(["hold_asked_for", "receipt_waits"])
        )
    ).all()
    assert sorted(told) == [
        ("hold_asked_for", "buyer@example.org"),
        ("receipt_waits", "secretary@example.org"),
    ]
