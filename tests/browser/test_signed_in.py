"""Whoever is signed in finds the account and the way out on every page; signing out everywhere, in two browsers."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.looks import WIDTHS, open_context, viewport
from tests.browser.pages import PAGES
from tests.browser.town import DOMAIN, PASSWORD
from tests.browser.visitors import Addresses, Visitors

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("looks-signed-in")]

# Of whom each has consoles that the others have not; every page of a role is asked, one width after the other.
OUT = 'header .account-bar form[action="/account/sign-out"] button'
ACCOUNT = 'header .account-bar a[href="/account"]'
# What is seen of both at once: inside the page's width, not covered, large enough for a finger.
REACHED = """selector => {
    const found = document.querySelector(selector);
    if (!found) return 'missing';
    const box = found.getBoundingClientRect();
    if (box.left < 0 || box.right > innerWidth + 0.5) return 'outside';
    if (box.height < 43.5) return 'low';
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return found === top || found.contains(top) ? '' : 'covered';
}"""


@pytest.fixture(scope="module")
def visitors(browser: Browser, town: str, town_app: Flask) -> Iterator[Visitors]:
    made = Visitors(browser, town, town_app)
    yield made
    made.close()


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_account_and_sign_out_stand_on_every_page(
    addresses: Addresses, visitors: Visitors, locale: str
) -> None:
    roles = ("buyer", "grower1", "technician", "secretary", "committee", "operator")
    looks = {(look.as_role, addresses.of(look)): look for look in PAGES}
    asked = [look for look in looks.values() if look.as_role or look.name.startswith("error-")]
    wrong = []
    for width in WIDTHS if locale == "zh" else WIDTHS[:1]:
        for look in asked:
            visitor = visitors.signed_in_as(look.as_role or roles[len(look.name) % len(roles)], locale)
            visitor.page.set_viewport_size(viewport(width))
            visitor.page.goto(addresses.of(look), wait_until="domcontentloaded")
            seen = {what: visitor.page.evaluate(REACHED, what) for what in (ACCOUNT, OUT)}
            wrong += [
                f"{look.name} at {width}: {what} {problem}" for what, problem in seen.items() if problem
            ]
    assert wrong == []


def test_a_visitor_finds_the_way_in(visitors: Visitors) -> None:
    page = visitors.signed_in_as(None, "en").page
    page.set_viewport_size(viewport(WIDTHS[0]))
    for path in ("/", "/verify", "/cart", "/registry", "/no-such-page"):
        page.goto(path)
        expect(page.locator('header a[href^="/account/sign-in"]')).to_be_visible()
        expect(page.locator(OUT)).to_have_count(0)


def sign_in(page: Page, name: str) -> None:
    page.goto("/account/sign-in")
    page.fill("main input[name=email]", f"{name}@{DOMAIN}")
    page.fill("main input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_selector(OUT)


def test_signing_out_everywhere_else_in_two_browsers(browser: Browser, town: str) -> None:
    here, there = (open_context(browser, town, locale="en").new_page() for _ in range(2))
    for page in (here, there):
        sign_in(page, "secretary")
    here.goto("/account/devices")
    here.click("text=Sign out everywhere else")
    expect(here.locator(".banner--ok")).to_be_visible()
    there.goto("/branch/members")
    assert "/account/sign-in" in there.url
    here.goto("/branch/members")
    assert here.url.endswith("/branch/members")
    here.click(OUT)
    here.goto("/account")
    assert "/account/sign-in" in here.url
    for page in (here, there):
        page.context.close()
