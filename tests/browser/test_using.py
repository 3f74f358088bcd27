"""The pages in use: their policy, without script, by keyboard, by thumb."""

import pytest
from playwright.sync_api import Browser

from tests.browser.looks import open_context

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("looks-public")]


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
