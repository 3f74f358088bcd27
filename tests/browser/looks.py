"""Looking at pages: a real Chromium, screenshots, and axe."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.browser.contrast import unproven_colours
from tests.parts import BROWSERS

WIDTHS = (360, 1280)
THEMES = ("light", "dark")
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}
# Contrast is proved for every pair of colours that words may be set in (`contrast.py`); measuring it again costs axe most.
PROVED_OTHERWISE = AXE_OPTIONS | {"rules": {"color-contrast": {"enabled": False}}}
CONTRAST = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}


def chromium_path() -> str:
    """Where Chromium is on this machine; the one without windows first, which does the same with less.

    Raises:
        RuntimeError: none is installed; says how to install one.
    """
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise RuntimeError(
        "No Chromium was found. Install one (Debian: `apt-get install chromium fonts-noto-cjk`, "
        "or `python -m playwright install chromium`) and run the tests again."
    )


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def open_context(
    browser: Browser, base_url: str, *, width: int = 360, theme: str = "light", locale: str = "zh"
) -> BrowserContext:
    """A fresh visitor: a phone at 360, a desk at 1280. The page's own policy would refuse axe, so it is bypassed."""
    context = browser.new_context(
        base_url=base_url,
        viewport=viewport(width),
        has_touch=width < 700,
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        locale="zh-CN" if locale == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        bypass_csp=True,
    )
    context.add_cookies([{"name": "locale", "value": LOCALES[locale], "url": base_url}])
    return context


def viewport(width: int) -> ViewportSize:
    return {"width": width, "height": 780 if width < 700 else 900}


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of the whole page as `name`.png in the folder GUIYUAN_SCREENSHOTS; none when that is not set."""
    if not (folder := os.environ.get("GUIYUAN_SCREENSHOTS")):
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    page.evaluate(
        "document.querySelectorAll('img[loading=lazy]').forEach(image => { image.loading = 'eager' })"
    )
    page.wait_for_function("[...document.images].every(image => image.complete)")
    page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def violations(page: Page, options: dict[str, Any] = PROVED_OTHERWISE) -> list[str]:
    """What axe holds against the page, one line per finding."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(Axe().axe_script)
    response: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for violation in response["violations"]
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def one_look(page: Page, *, words_only: bool = False) -> list[str]:
    """See a loaded page on a phone and at a desk, loaded once; what is wrong, one line per finding.

    axe looks once, on the phone in the light. The dark theme changes colours and nothing else (`tokens.css` alone
    knows of it), so each pair of colours that words are set in, at both widths, has to be one that is proved in both
    themes. `words_only` is for a page whose other language was looked at so: only the room that words take is new.
    """
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size(viewport(width))
        if not words_only:
            wrong += [f"{width}: {found}" for found in unproven_colours(page)]
            if width == WIDTHS[0]:
                wrong += [f"{width}: {found}" for found in violations(page)]
        if (wider := overflow(page)) > 0:
            wrong.append(f"{width}: {wider} px wider than the screen")
    return wrong


def every_look(page: Page, name: str) -> list[str]:
    """`one_look`, and axe at both widths and, for the contrast, in both themes; a picture of each."""
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size(viewport(width))
        wrong += [f"{width}: {found}" for found in unproven_colours(page)]
        for theme, options in (("light", AXE_OPTIONS), ("dark", CONTRAST)):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            screenshot(page, f"{name}-{width}-{theme}")
            wrong += [f"{width} {theme}: {found}" for found in violations(page, options)]
        page.emulate_media(color_scheme="light")
        if (wider := overflow(page)) > 0:
            wrong.append(f"{width}: {wider} px wider than the screen")
    return wrong


def assert_fits(page: Page) -> None:
    """Nothing to scroll sideways."""
    assert overflow(page) <= 0, f"{page.url} is {overflow(page)} px wider than the screen"


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA."""
    found = violations(page)
    assert not found, f"{page.url}:\n" + "\n".join(found)
