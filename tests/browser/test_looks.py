"""Every page at both widths, in light and dark, in Chinese and English: nothing for axe to find, nothing too wide.

`GUIYUAN_SCREENSHOTS=folder pytest tests/browser/test_looks.py` keeps all eight looks of each page in `folder`.
"""

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from werkzeug.routing import MapAdapter

from tests.browser.looks import LOCALES, every_look, open_context
from tests.browser.pages import NO_PAGES, PAGES, PageToSee
from tests.browser.town import DOMAIN, PASSWORD

KEEP = bool(os.environ.get("GUIYUAN_SCREENSHOTS"))
CSS = Path(__file__).parents[2] / "static" / "css"

pytestmark = pytest.mark.browser


class Addresses:
    """Where the pages are; each is arranged once, when it is first asked for."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.known: dict[str, str] = {}

    def of(self, look: PageToSee) -> str:
        """Asked in a thread of its own, because the caller's runs the browser's event loop."""
        if look.name not in self.known:
            with ThreadPoolExecutor(max_workers=1) as thread:
                self.known[look.name] = thread.submit(self._ask, look).result()
        return self.known[look.name]

    def _ask(self, look: PageToSee) -> str:
        if isinstance(look.path, str):
            return look.path
        with self.app.app_context():
            return look.path()


class Visitors:
    """One browser context per role and language, and a fresh one for who leaves traces."""

    def __init__(self, browser: Browser, town: str) -> None:
        self.browser, self.town = browser, town
        self.sign_ins: dict[str, Any] = {}
        self.contexts: dict[tuple[str | None, str], BrowserContext] = {}

    def of(self, look: PageToSee, locale: str) -> BrowserContext:
        if look.act:
            return self._fresh(look.as_role, locale)
        key = (look.as_role, locale)
        if key not in self.contexts:
            self.contexts[key] = self._fresh(look.as_role, locale)
        return self.contexts[key]

    def _fresh(self, role: str | None, locale: str) -> BrowserContext:
        context = open_context(self.browser, self.town, locale=locale)
        if role:
            if role not in self.sign_ins:
                self.sign_ins[role] = self._sign_in(role)
            context.add_cookies(self.sign_ins[role])
        return context

    def _sign_in(self, role: str) -> Any:
        """Sign an account in as its owner would; what the browser remembers of it."""
        context = open_context(self.browser, self.town)
        page = context.new_page()
        page.goto("/account/sign-in")
        page.fill("main input[name=email]", f"{role}@{DOMAIN}")
        page.fill("main input[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url: not url.endswith("/sign-in"))
        cookies = [cookie for cookie in context.cookies() if cookie["name"] != "locale"]
        context.close()
        return cookies


@pytest.fixture(scope="module")
def addresses(town_app: Flask) -> Addresses:
    return Addresses(town_app)


@pytest.fixture(scope="module")
def visitors(browser: Browser, town: str) -> Iterator[Visitors]:
    made = Visitors(browser, town)
    yield made
    for context in made.contexts.values():
        context.close()


def endpoint_of(adapter: MapAdapter, address: str) -> str:
    path = re.sub(r"^https?://[^/]+", "", address).split("?")[0].split("#")[0]
    return str(adapter.match(path, method="GET")[0])


# Each language in a process of its own (`--dist loadgroup`): they share no page, and the looks are most of the suite.
@pytest.mark.parametrize(
    "locale", [pytest.param(one, marks=pytest.mark.xdist_group(f"looks-{one}")) for one in LOCALES]
)
@pytest.mark.parametrize("look", PAGES, ids=lambda look: look.name)
def test_a_page_looks_right(
    town_app: Flask, addresses: Addresses, visitors: Visitors, look: PageToSee, locale: str
) -> None:
    path = addresses.of(look)
    context = visitors.of(look, locale)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "response",
        lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
    )
    try:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == look.status
        if look.act:
            look.act(page)
            page.wait_for_load_state("load")  # a new address shows before its page does
            complaints = [text for text in complaints if not text.startswith("422 ")]
        else:
            complaints = [text for text in complaints if path.split("?")[0] not in text]
        if look.ends_at:
            assert endpoint_of(town_app.url_map.bind("127.0.0.1"), page.url) == look.ends_at
        assert page.title().strip(" ·")
        wrong = every_look(page, f"{look.name}-{locale}", keep=KEEP, words_only=locale != "zh")
        assert wrong + complaints == []
    finally:
        page.close()
        if look.act:
            context.close()


def test_every_page_is_looked_at(town_app: Flask, addresses: Addresses) -> None:
    """What answers GET is among the pages, or there is a reason why it is no page."""
    adapter = town_app.url_map.bind("127.0.0.1")
    seen = {look.ends_at or endpoint_of(adapter, addresses.of(look)) for look in PAGES if look.status != 404}
    known = {rule.endpoint for rule in town_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert known - seen - set(NO_PAGES) == set(), "not looked at"
    assert set(NO_PAGES) - known == set(), "gone"
    assert set(NO_PAGES) & seen == set(), "looked at after all"


def test_only_the_tokens_know_of_light_and_dark() -> None:
    """So contrast is all that can change between the themes."""
    assert [path.name for path in CSS.glob("*.css") if "prefers-color-scheme" in path.read_text()] == [
        "tokens.css"
    ]


def test_the_policy_of_a_page_allows_all_it_uses(town: str, browser: Browser) -> None:
    """Without the bypass that axe needs: no style, script or picture is refused."""
    context = browser.new_context(base_url=town, bypass_csp=False)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    for path in ("/gallery", "/", "/search"):
        page.goto(path, wait_until="networkidle")
    context.close()
    assert refused == []


def test_a_page_works_without_script(town: str, browser: Browser) -> None:
    context = browser.new_context(base_url=town, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto("/")
    page.fill("main input[name=q]", "丹桂")
    page.press("main input[name=q]", "Enter")
    assert "/search?q=" in page.url
    page.click("form.language button")
    assert page.get_attribute("html", "lang") == "en"
    assert "/search?q=" in page.url
    context.close()


def test_the_stepper_keeps_to_minimum_increment_and_stock(town: str, browser: Browser) -> None:
    context = open_context(browser, town)
    page = context.new_page()
    page.goto("/gallery")
    quantity = page.locator("#quantity")
    fewer, more = page.locator("[data-step=down]"), page.locator("[data-step=up]")
    assert fewer.is_disabled()
    more.click()
    assert quantity.input_value() == "20"
    quantity.fill("197")
    more.click()
    assert quantity.input_value() == "200"
    assert more.is_disabled()
    fewer.click()
    assert quantity.input_value() == "190"
    context.close()


def test_the_whole_page_can_be_reached_with_the_keyboard(town: str, browser: Browser) -> None:
    context = open_context(browser, town, width=1280)
    page = context.new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    context.close()


def test_targets_are_large_enough_for_a_thumb(town: str, browser: Browser) -> None:
    context = open_context(browser, town)
    page = context.new_page()
    page.goto("/gallery")
    small = page.evaluate(
        """[...document.querySelectorAll('button, select, input:not([type=hidden]), summary, .button, nav a, .todo a')]
           .filter(e => e.offsetParent && !['checkbox', 'radio'].includes(e.type))
           .filter(e => e.getBoundingClientRect().height < 43.5)
           .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert small == []
    context.close()
