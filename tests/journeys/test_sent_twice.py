"""What is sent twice is done once: a form, a publishing with a new lot, an order of a program, a visitor's cart."""

import io
from functools import partial

import pytest
import sqlalchemy as sa

from branch.api import grower_of
from core.accounts.models.account import Account
from core.accounts.models.tokens import ApiToken
from core.clock import now
from core.database import db, transaction
from core.form_keys import views as sending
from core.progress.models import JobProgress
from shop.cart.models import CartLine
from shop.catalogue.models import Listing
from shop.orders.models.tables import Order
from shop.payees.models.tables import PayeeAccount
from shop.stock.models import Stock
from tests.at_once import all_look_first, at_once, windows_of
from tests.factories.licences import make_licence
from tests.factories.orders import make_seller, make_variant
from tests.factories.pictures import picture
from tests.factories.sales import make_branch_with_sales
from tests.factories.traceability import make_lot, make_plot
from tests.form_reader import form_of, forms_of
from traceability.lots.models.tables import Lot
from traceability.resolver.models.tables import TradeItem

LOT = {
    "cultivar": "dangui/朱砂丹桂",
    "quantity": "60",
    "diameter_min": "7.5",
    "diameter_max": "8",
    "height_min": "300",
    "root": "root_ball",
    "propagation": "grafting",
    "origin": "桂花镇",
}
LISTING = {
    "title": "朱砂丹桂 8公分 带土球",
    "variants-0-ground_diameter": "8",
    "variants-0-height": "300-320",
    "variants-0-root_ball_cm": "80",
    "variants-0-on_hand": "20",
    "variants-0-tiers-0-from_quantity": "1",
    "variants-0-tiers-0-unit_price": "680",
    "lot": "new",
    "new_lot-cultivar_group": "dangui",
    "new_lot-cultivar": "朱砂丹桂",
    "new_lot-quantity": "60",
    "new_lot-root": "root_ball",
    "new_lot-propagation": "grafting",
}
NEW_LISTING = "/seller/listings/new"
ORDER = {
    "buyer": {"name": "示范买家", "phone": "138 0013 8000"},
    "ship_to": {"province": "浙江省", "city": "杭州市", "district": "西湖区", "street": "示范路 1 号"},
    "payment_method": "offline_transfer",
}


@pytest.fixture
def seller(app, login):
    client = login(role="grower")
    with app.app_context(), transaction():
        client.grower = grower_of(client.account_id)
        make_licence(client.grower)
        client.plot = make_plot(grower=client.grower)
        make_lot(grower=client.grower, plot=client.plot)
    return client


@pytest.fixture
def count(app):
    def rows(model):
        with app.app_context(), transaction() as session:
            return session.scalar(sa.select(sa.func.count(model.id)))

    return rows


def listing_form(seller, at=NEW_LISTING):
    fields = form_of(seller.get(at).text, "draft_key")
    typed = LISTING | {"new_lot-plot": str(seller.plot.id), "action": "publish"}
    return fields | {name: [value] for name, value in typed.items()}


def publish(client, data, at=NEW_LISTING, photo=True):
    photos = [(io.BytesIO(picture()), "a.jpg")] if photo else []
    return client.post(at, data=data | {"photos": photos})


def test_the_form_of_a_lot_sent_twice_makes_one_lot(seller, count):
    before = count(Lot)
    answer = seller.submit("/seller/lots/new", LOT | {"plot": seller.plot.number})
    assert answer.status_code == 303
    assert count(Lot) == before + 1


@pytest.mark.both
def test_two_windows_that_record_a_lot_at_the_same_moment_make_one(app, seller, count, monkeypatch):
    before = count(Lot)
    data = form_of(seller.get("/seller/lots/new").text, "quantity") | LOT | {"plot": seller.plot.number}
    all_look_first(monkeypatch, "core.form_keys.views.find_used", 3)
    answers = at_once(
        [partial(one.post, "/seller/lots/new", data=data) for one in windows_of(app, seller, 3)]
    )
    assert {one.status_code for one in answers} == {303}
    assert len({one.location for one in answers}) == 1
    assert count(Lot) == before + 1


def test_a_listing_that_is_published_twice_with_a_new_lot_makes_one_listing_and_one_lot(seller, count):
    before, data = count(Lot), listing_form(seller)
    answers = [publish(seller, data) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303], answers[0].text
    assert answers[0].location == answers[1].location
    assert (count(Listing), count(Lot)) == (1, before + 1)


@pytest.mark.parametrize(
    ("action", "field"),
    [("add_tier-0", "variants-0-tiers-1-unit_price"), ("add_variant", "variants-1-ground_diameter")],
)
def test_a_row_that_is_asked_for_after_publishing_is_in_the_draft_that_is_kept(seller, action, field):
    data = listing_form(seller)
    publish(seller, data)
    answer = publish(seller, data | {"action": [action]})
    assert (answer.status_code, field in data) == (422, False)
    assert field in form_of(answer.text, "draft_key")


def test_a_draft_that_is_published_twice_from_its_own_page_makes_one_lot(seller, count):
    kept = publish(seller, listing_form(seller) | {"action": ["draft"]})
    page, before = kept.location, count(Lot)
    data = listing_form(seller, page)
    answers = [publish(seller, data, page, photo=False) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303], answers[0].text
    assert answers[0].location == answers[1].location
    assert (count(Listing), count(Lot)) == (1, before + 1)


@pytest.mark.both
def test_publishing_from_two_windows_at_the_same_moment_makes_one_listing_and_one_lot(
    app, seller, count, monkeypatch
):
    before, data = count(Lot), listing_form(seller)
    all_look_first(monkeypatch, "core.form_keys.views.find_used", 2)
    answers = at_once([partial(publish, one, data) for one in windows_of(app, seller, 2)])
    assert [one.status_code for one in answers] == [303, 303], answers[0].text
    assert answers[0].location == answers[1].location
    assert (count(Listing), count(Lot)) == (1, before + 1)
    with app.app_context():
        assert db.session.scalars(sa.select(Listing.typed)).all() == [{}], "no draft is left on it"


@pytest.mark.both
def test_who_looked_before_it_was_published_and_writes_afterwards_leaves_no_draft_on_it(
    app, seller, count, monkeypatch
):
    page = publish(seller, listing_form(seller) | {"action": ["draft"]}).location
    data = listing_form(seller, page)
    first = publish(seller, data, page, photo=False)
    real, looked = sending.find_used, []

    def not_yet(engine, wanted):
        looked.append(wanted)
        return None if len(looked) == 1 else real(engine, wanted)

    monkeypatch.setattr(sending, "find_used", not_yet)
    second = publish(seller, data, page, photo=False)
    assert (second.status_code, second.location) == (303, first.location)
    with app.app_context():
        assert db.session.scalars(sa.select(Listing.typed)).all() == [{}]


def test_a_change_of_stock_sent_twice_is_taken_off_once(app, seller, count):
    publish(seller, listing_form(seller))
    page = next(
        action
        for action, _fields in forms_of(seller.get("/seller/listings").text)
        if action.endswith("/pause")
    ).replace("/pause", "/price")
    data = form_of(seller.get(page).text, "variants-0-sku") | {
        "variants-0-on_hand": ["15"],
        "action": ["save"],
    }
    answers = [seller.post(page, data=data) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303], answers[0].text
    with app.app_context():
        assert db.session.scalars(sa.select(Stock.on_hand)).all() == [15]


def test_a_visitor_whose_first_answer_got_lost_finds_the_plants_once_in_the_cart(app, client):
    at = now()
    with app.app_context(), transaction():
        sku = make_variant(at=at, grower=make_seller(at=at), on_hand=10).sku
    data = form_of(client.get("/verify").text, "csrf_token") | {"sku": sku, "quantity": "2"}
    window, again = windows_of(app, client, 2)
    assert window.post("/cart/items", data=data).status_code == 303
    assert again.post("/cart/items", data=data).status_code == 303
    assert 'value="2"' in again.get("/cart").text
    with app.app_context():
        assert db.session.scalars(sa.select(CartLine.quantity)).all() == [2]


@pytest.mark.both
def test_a_program_that_sends_the_last_plants_order_twice_at_once_gets_one_order_twice(
    app, session, monkeypatch
):
    at = now()
    with transaction():
        sku = make_variant(at=at, grower=make_seller(at=at), on_hand=10).sku
    body = ORDER | {"lines": [{"sku": sku, "quantity": 10}]}
    all_look_first(monkeypatch, "shop.checkout.views.placing.find_by_key", 3)

    def send():
        key = {"Idempotency-Key": "the-same-key-1"}
        return app.test_client().post("/api/v1/orders", json=body, headers=key)

    answers = at_once([send] * 3)
    assert {one.status_code for one in answers} == {201}, [one.text for one in answers]
    assert len({one.json["order"]["number"] for one in answers}) == 1
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Order.id))) == 1


@pytest.mark.both
def test_a_key_whose_order_was_sent_at_the_same_moment_with_another_body_is_refused(
    app, session, monkeypatch
):
    at = now()
    with transaction():
        sku = make_variant(at=at, grower=make_seller(at=at), on_hand=10).sku
    all_look_first(monkeypatch, "shop.checkout.views.placing.find_by_key", 2)

    def send(quantity):
        body = ORDER | {"lines": [{"sku": sku, "quantity": quantity}]}
        key = {"Idempotency-Key": "the-same-key-1"}
        return app.test_client().post("/api/v1/orders", json=body, headers=key)

    answers = sorted(at_once([partial(send, 2), partial(send, 3)]), key=lambda one: one.status_code)
    assert [one.status_code for one in answers] == [201, 422]
    assert answers[1].json["code"] == "idempotency_key_reused"
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Order.id))) == 1


def test_a_report_is_asked_for_once(login, session):
    with transaction():
        make_branch_with_sales(growers=1)
    asked = {"unit": "guihua-osmanthus", "period": "2026-02"}
    assert login(role="secretary").submit("/branch/reports", asked).status_code == 303
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(JobProgress.id))) == 1


def test_a_product_number_is_entered_once_and_the_second_is_no_refusal(seller, count):
    entered = {"gtin": "4006381333931", "name_zh": "丹桂苗", "name_en": ""}
    assert seller.submit("/seller/products", entered).status_code == 303
    assert count(TradeItem) == 1


def test_where_buyers_transfer_to_is_proposed_once(login, count):
    told = {"payee": "桂花产业支部", "bank": "农商行", "account_number": "6222 0000 0000", "reason": "换卡"}
    told |= {"unit": "guihua-osmanthus"}
    assert login(role="secretary").submit("/branch/payees", told).status_code == 303
    assert count(PayeeAccount) == 1


def test_a_token_is_made_once_and_its_words_are_not_shown_again(login, count):
    client = login(role="technician")
    page = form_of(client.get("/account/tokens").text, "days")
    asked = page | {"name": ["scale"], "scopes": ["epcis.capture"], "days": ["30"]}
    first, second = (client.post("/account/tokens", data=asked) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 303), first.text
    assert "gyt_" in first.text
    assert "gyt_" not in client.get(second.location).text
    assert count(ApiToken) == 1


def test_an_account_is_opened_once_and_the_second_sending_is_no_refusal(app, client, count):
    page = form_of(client.get("/account/sign-up").text, "password")
    typed = page | {"identity": ["new@example.org"], "display_name": ["新人"]}
    typed |= {"password": ["a pond between two hills"], "password_again": ["a pond between two hills"]}
    window, again = windows_of(app, client, 2)
    answers = [one.post("/account/sign-up", data=typed) for one in (window, again)]
    assert [one.status_code for one in answers] == [303, 303], answers[0].text
    assert answers[0].location == answers[1].location
    assert count(Account) == 1
