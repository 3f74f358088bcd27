"""The main job in a real browser, on the whole running system: list, buy, ship, verify, report.

Nothing happens behind the system's back: staff and one grower come from `flask demo load`, everything else is
done on its pages. `GUIYUAN_SCREENSHOTS` keeps a numbered picture of every step.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import buying, growing, reporting, system
from tests.browser.walk import Walk
from tests.running import free_port
from tests.stand_ins.stripe_server import SECRET, StripeStandIn

SELLER = "grower1"

pytestmark = pytest.mark.browser


def sell_and_find(walk: Walk) -> None:
    """A new grower joins, is licensed, lists, and has the land approved; a guest puts his plants and another grower's into the cart."""
    joined = growing.Joined()
    growing.join(walk)
    growing.license_grower(walk, joined)
    growing.list_plants(walk, joined)
    growing.survey_and_approve(walk)
    seller = walk.demo(SELLER)
    seller.goto("/seller")
    buying.fill_cart(walk, growing.name_of_the_nursery(seller))


def send_verify_report(walk: Walk, order: str) -> None:
    """Both growers send their parcels, a code is checked, the buyer receives, the month is reported."""
    growing.see_sale(walk)
    codes = growing.send_parcel(walk, walk.person("newcomer"), "newcomer", order)
    growing.send_parcel(walk, walk.demo(SELLER), SELLER, order)
    buying.verify(walk, codes[0])
    buying.receive(walk, growing.COURIER)
    reporting.report(walk)


# On a phone the walk by card goes the same way.
@pytest.mark.parametrize("width", [1280, pytest.param(360, marks=pytest.mark.nightly)])
def test_from_listing_to_the_accepted_report(
    browser: Browser, prepared: Path, tmp_path: Path, width: int, whole: bool
) -> None:
    with system.running(prepared, tmp_path / "var") as town:
        walk = Walk(browser, town.url, width, "journey", whole=whole)
        sell_and_find(walk)
        page = buying.place_order(walk, "offline_transfer")
        page.wait_for_url("**/orders/**")
        order = buying.pay_by_transfer(walk)
        send_verify_report(walk, order)
        walk.close()
        assert walk.complaints == []


def test_the_same_by_card_while_the_webhook_comes_late_and_twice(
    browser: Browser, prepared: Path, tmp_path: Path, whole: bool
) -> None:
    port = free_port()
    with StripeStandIn(webhook_url=f"http://127.0.0.1:{port}/payments/stripe/webhook") as stripe:
        settings = {
            "PORT": str(port),
            "STRIPE_SECRET_KEY": "sk_test_journey",
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": stripe.url,
        }
        with system.running(prepared, tmp_path / "var", **settings) as town:
            walk = Walk(browser, town.url, 360, "card", whole=whole)
            sell_and_find(walk)
            page = buying.place_order(walk, "stripe")
            page.wait_for_url(f"{stripe.url}/c/pay/**")
            total = buying.pay_on_the_hosted_page(walk)

            order = buying.order_number(page)
            walk.see(page, "back-before-the-webhook")
            assert stripe.mailroom.delivered == []
            assert set(stripe.mailroom.deliver(times=2)) == {200}
            assert {stripe.mailroom.send(event) for event in stripe.mailroom.events} == {200}
            page.reload()
            walk.see(page, "order-paid")
            send_verify_report(walk, order)
            walk.close()
            assert walk.complaints == []
        received = [intent["amount_received"] for intent in stripe.state.intents.values()]
        assert received == [total]
        assert stripe.state.refunds == {}
        checked = system.flask(tmp_path / "var", "ledger", "check", **settings)
        assert "BROKEN" not in checked
