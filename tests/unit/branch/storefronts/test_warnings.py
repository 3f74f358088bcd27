"""What speaks against an outside shop: a case's warning while it stands, and a number that is another shop's."""

from datetime import timedelta

from branch.api import check_url, lift_warning, warn_of_shop
from branch.growers.models.tables import Grower
from core.database import transaction
from tests.factories.licences import make_licence, make_storefront
from tests.factories.organisation import make_grower

SHOP = "https://shop36912.taobao.com"
HOUR = timedelta(hours=1)


def check(url, at):
    answer = check_url(url, at=at)
    return str(answer.status), str(answer.reason), answer.since


def test_a_warning_stands_as_long_as_one_case_gives_it(session, at):
    with transaction():
        warn_of_shop(SHOP, reference="F-1", at=at)
        warn_of_shop(SHOP, reference="F-2", at=at + HOUR)
        warn_of_shop("https://shop48121.taobao.com", reference="F-3", at=at)
    with transaction():
        assert lift_warning("F-1", at=at + HOUR) is True
        assert lift_warning("F-1", at=at + HOUR) is False
    assert check(SHOP, at) == ("not_authorised", "confirmed_fake", at + HOUR)
    with transaction():
        lift_warning("F-2", at=at + HOUR)
    assert check(SHOP, at) == ("not_authorised", "not_in_register", None)
    assert check("https://shop48121.taobao.com", at) == ("not_authorised", "confirmed_fake", at)


def test_a_case_that_is_decided_so_again_warns_again_from_then_on(session, at):
    for moment in (at, at + HOUR):
        with transaction():
            warn_of_shop(SHOP, reference="F-1", at=moment)
        assert check(SHOP, at) == ("not_authorised", "confirmed_fake", moment)
        with transaction():
            lift_warning("F-1", at=moment)
        assert check(SHOP, at) == ("not_authorised", "not_in_register", None)


def test_the_shop_of_a_grower_who_left_is_authorised_no_longer(session, at):
    with transaction():
        grower = make_grower(at=at)
        make_licence(grower, at=at)
        make_storefront(grower, address=SHOP, at=at)
    assert check(SHOP, at) == ("authorised", "ok", None)
    with transaction() as current:
        current.get_one(Grower, grower.id).state = "left"
    assert check(SHOP, at) == ("not_authorised", "licence_none", None)


def test_a_link_with_the_numbers_of_two_shops_names_neither(session, at):
    with transaction():
        for address in (
            "https://shop123456.taobao.com",
            "https://market.m.taobao.com/app/shop?userId=2207654321",
        ):
            grower = make_grower(at=at)
            make_licence(grower, at=at)
            make_storefront(grower, address=address, at=at)
    both = "https://shop.m.taobao.com/shop/shop_index.htm?user_id=2207654321&shop_id=123456"
    assert check(both, at) == ("unknown", "not_fully_known", None)
