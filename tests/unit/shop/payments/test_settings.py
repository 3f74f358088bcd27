import pytest
from flask import Flask

from core.settings import SettingError, Settings
from shop.payments.service.provider import init_app
from shop.payments.wording.methods import options
from tests.stand_ins.stripe_server import SECRET, StripeStandIn


@pytest.fixture
def stand_in():
    with StripeStandIn() as running:
        yield running


def start(tmp_path, **given):
    bare = Flask("bare")
    init_app(bare, Settings(_env_file=None, guiyuan_var=tmp_path, **given))
    return bare.extensions["stripe"]


def test_without_a_key_stripe_is_not_offered(tmp_path):
    assert start(tmp_path) is None


def test_a_working_key_opens_the_gateway(tmp_path, stand_in):
    assert start(
        tmp_path,
        stripe_secret_key="sk_test_x",
        stripe_webhook_secret=SECRET,
        stripe_api_base=stand_in.url,
    )


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"stripe_secret_key": "sk_test_x"}, "STRIPE_WEBHOOK_SECRET"),
        ({"stripe_secret_key": "sk_test_x", "stripe_webhook_secret": " "}, "STRIPE_WEBHOOK_SECRET"),
        ({"stripe_secret_key": "pk_test_x", "stripe_webhook_secret": SECRET}, "STRIPE_SECRET_KEY"),
        ({"stripe_webhook_secret": SECRET}, "STRIPE_SECRET_KEY"),
        ({"stripe_api_base": "http://127.0.0.1:1"}, "STRIPE_SECRET_KEY"),
        (
            {
                "stripe_secret_key": "sk_test_x",
                "stripe_webhook_secret": SECRET,
                "stripe_api_base": "http://127.0.0.1:1",
            },
            "STRIPE_API_BASE",
        ),
    ],
)
def test_a_setting_that_does_not_work_stops_the_start_and_is_named(tmp_path, given, named):
    with pytest.raises(SettingError) as caught:
        start(tmp_path, **given)
    assert caught.value.name == named
    assert SECRET not in str(caught.value)


def test_a_key_that_stripe_refuses_stops_the_start(tmp_path, stand_in):
    with pytest.raises(SettingError) as caught:
        start(
            tmp_path,
            stripe_secret_key="sk_live_unknown",
            stripe_webhook_secret=SECRET,
            stripe_api_base=stand_in.url,
        )
    assert caught.value.name == "STRIPE_SECRET_KEY"


def test_two_ways_to_pay_are_offered_without_stripe(session):
    assert [one.code for one in options()] == ["offline_transfer", "cash_on_delivery"]


def test_stripe_is_offered_when_set_up_but_not_below_its_least_amount(stripe, session):
    assert options()[0].code == "stripe"
    assert options(total_minor=4_00)[0].code == "stripe"
    assert options(total_minor=3_99)[0].code == "offline_transfer"
