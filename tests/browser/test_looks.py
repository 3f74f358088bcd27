"""Every page at both widths, in light and dark, in Chinese and English: a screenshot each, and nothing for axe to find.

`GUIYUAN_SCREENSHOTS=folder pytest tests/browser/test_looks.py` keeps all eight looks of each page in `folder`.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser.looks import LOCALES, THEMES, WIDTHS, assert_accessible, open_context, screenshot
from tests.browser.pages import PAGES, PageToSee
from tests.browser.town import DOMAIN
from tests.factories.accounts import PASSWORD

EVERY_LOOK = list(product(WIDTHS, THEMES, LOCALES))
# Each two of width, theme and language meet once; all eight looks when screenshots are asked for.
PAIRS = [(360, "light", "zh"), (360, "dark", "en"), (1280, "light", "en"), (1280, "dark", "zh")]

pytestmark = pytest.mark.browser


def sign_in(browser: Browser, town: str, role: str) -> Any:
    """Sign an account in as its owner would; what the browser remembers of it."""
    context = open_context(browser, town)
    page = context.new_page()
    page.goto("/account/sign-in")
    page.fill("main input[name=email]", f"{role}@{DOMAIN}")
    page.fill("main input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    cookies = [cookie for cookie in context.cookies() if cookie["name"] != "locale"]
    context.close()
    return cookies


def address_of(look: PageToSee, app: Flask) -> str:
    """The page's address; asked in a thread of its own, because this one runs the browser's event loop."""
    if isinstance(look.path, str):
        return look.path
    ask = look.path

    def asked() -> str:
        with app.app_context():
            return ask()

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asked).result()


@pytest.mark.parametrize("look", PAGES, ids=lambda look: look.name)
@pytest.mark.parametrize(
    ("width", "theme", "locale"), EVERY_LOOK if os.environ.get("GUIYUAN_SCREENSHOTS") else PAIRS
)
def test_a_page_looks_right(
    town_app: Flask,
    town: str,
    browser: Browser,
    sign_ins: dict[str, Any],
    look: PageToSee,
    width: int,
    theme: str,
    locale: str,
) -> None:
    path = address_of(look, town_app)
    context = open_context(browser, town, width=width, theme=theme, locale=locale)
    if look.as_role:
        if look.as_role not in sign_ins:
            sign_ins[look.as_role] = sign_in(browser, town, look.as_role)
        context.add_cookies(sign_ins[look.as_role])
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
        screenshot(page, f"{look.name}-{width}-{theme}-{locale}")
        assert answer.status == look.status
        assert [text for text in complaints if path.split("?")[0] not in text] == []
        assert page.title().strip(" ·")
        assert_accessible(page)
    finally:
        context.close()


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
