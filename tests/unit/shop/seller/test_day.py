"""What waits for a grower today."""

from datetime import timedelta

import pytest

from branch.api import grower_of
from branch.licences.service import decisions as licences
from core.database import transaction
from shop.catalogue.queries.listing_page import get_listing
from shop.orders.models.tables import Consignment
from shop.seller.views import todos as day
from shop.seller.views.current_seller import Seller
from shop.stock.service import movements as stock
from tests.factories.accounts import make_account
from tests.factories.catalogue import make_draft, make_listing
from tests.factories.licences import make_licence
from tests.factories.orders import make_order
from tests.factories.organisation import make_grower


@pytest.fixture
def seller(app, session, at):
    with transaction():
        account = make_account(at=at)
        grower = make_grower(account_id=account.id, at=at)
    with app.test_request_context():
        yield Seller(account.id, grower_of(account.id) or grower, owner=True)


def tones(seller, at):
    return [(todo.tone, todo.href.split("?")[0]) for todo in day.todos(seller, at)]


def test_without_a_licence_that_comes_first(seller, at):
    with transaction():
        make_draft(seller.grower, at=at)
    assert tones(seller, at) == [("bad", "/seller/licence"), ("plain", "/seller/listings")]


@pytest.mark.both
def test_a_licence_about_to_end_is_told_in_time(seller, at):
    with transaction():
        licence = make_licence(seller.grower, valid_until=at.date() + timedelta(days=30), at=at)
    assert tones(seller, at) == [("warn", f"/registry/licences/{licence.number}")]
    assert tones(seller, at - timedelta(days=20)) == []


def test_a_suspended_licence_stops_everything(seller, at):
    with transaction():
        licence = make_licence(seller.grower, at=at)
        licences.suspend(licence.number, reason="inspection", by_account_id=None, at=at)
    assert [tone for tone, _ in tones(seller, at)] == ["bad"]


def test_what_is_sold_out_is_told(seller, at):
    with transaction():
        listing = make_listing(at=at, grower=seller.grower)
        stock.set_on_hand(get_listing(listing.slug, at).card.variants[0].id, 0)
    assert tones(seller, at) == [("warn", "/seller/listings")]


def test_parcels_are_counted_by_where_they_are(session, seller, at):
    with transaction():
        make_licence(seller.grower, at=at)
        for number, state in enumerate(("to_pack", "to_pack", "packed", "dispatched", "waiting")):
            session.add(
                Consignment(
                    number=f"C{number}",
                    order_id=make_order(at=at).id,
                    grower_id=seller.grower.id if number else make_grower(at=at).id,
                    fulfilment_state=state,
                    goods_minor=0,
                    discount_minor=0,
                    freight_minor=0,
                    total_minor=0,
                    weight_g=1,
                )
            )
    assert [todo.tone for todo in day.todos(seller, at)] == ["warn", "warn"]
    assert [figure.value for figure in day.figures(seller, at)] == ["1", "1", "1"]
