"""Goods are listed, shown, ordered and sent on the last day of the grower's licence and not on the day after."""

from datetime import timedelta

import pytest

from branch.api import LicenceNotValid
from core.database import transaction
from shop.cart.queries.offers import offers_by_id
from shop.catalogue.service import publishing as catalogue
from shop.orders.service.placing import place_order
from shop.orders.service.refusals import NotOnSale
from shop.seller.views.todos import LICENCE_WARNING, licence_to_renew
from tests.factories.catalogue import make_draft, make_offer
from tests.factories.licences import make_licence
from tests.factories.orders import make_request, make_variant
from tests.factories.organisation import make_grower
from tests.factories.traceability import make_lot
from tests.last_day import FIRST, LAST, MIDDLE, OVER, around_its_days, around_its_end


@pytest.fixture
def grower(session):
    with transaction():
        made = make_grower(at=MIDDLE)
        make_licence(made, valid_from=FIRST, valid_until=LAST, at=MIDDLE)
    return made


@around_its_days
def test_an_order_is_taken_on_the_days_of_the_licence(grower, moment, valid):
    variant = make_variant(at=MIDDLE, grower=grower)
    request = make_request((variant.sku, 1))
    if valid:
        assert place_order(request, at=moment).id
    else:
        with pytest.raises(NotOnSale):
            place_order(request, at=moment)


@around_its_days
def test_the_cart_says_so_beforehand(grower, moment, valid):
    variant = make_variant(at=MIDDLE, grower=grower)
    reason = offers_by_id([variant.id], at=moment)[variant.id].reason
    assert reason == (None if valid else "licence_not_valid")


@around_its_end
def test_a_listing_is_published_on_the_last_day_and_not_after_it(grower, moment, valid):
    draft = make_draft(grower, at=MIDDLE)
    lot = make_lot(grower=grower, at=MIDDLE)

    def publish():
        return catalogue.publish(draft, make_offer(), lot.id, at=moment, by_account_id=None)

    if valid:
        assert publish().state == "published"
    else:
        with pytest.raises(LicenceNotValid):
            publish()


class Owner:
    def __init__(self, grower):
        self.grower = grower


@pytest.mark.parametrize(
    ("days_before_the_end", "tones"),
    [
        (LICENCE_WARNING.days + 1, []),
        (LICENCE_WARNING.days, ["warn"]),
        (1, ["warn"]),
        (0, ["warn"]),
        (-1, ["bad"]),
    ],
)
def test_the_grower_is_warned_before_the_end(session, days_before_the_end, tones):
    end = OVER - timedelta(hours=12)
    grower = make_grower(at=MIDDLE)
    make_licence(grower, valid_from=FIRST - timedelta(days=300), valid_until=LAST, at=MIDDLE)
    found = licence_to_renew(Owner(grower), end - timedelta(days=days_before_the_end))
    assert [one.tone for one in found] == tones
