"""Walking the running system: one browser context per person, and a look at every page that is seen.

axe looks at a desk; on a phone `test_looks.py` has held each page to it, and a walk does so again with `--whole`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from playwright.sync_api import Browser, Error, Page

from tests.browser.looks import WIDTHS, assert_accessible, assert_fits, open_context, screenshot
from tests.browser.town import DOMAIN

PASSWORD = "demo-guiyuan"
QUEUE_S = 180


@dataclass
class Walk:
    """A journey at one width; `person(name)` is that person's own browser."""

    browser: Browser
    url: str
    width: int
    story: str
    theme: str = "light"
    locale: str = "zh"
    whole: bool = False
    pages: dict[str, Page] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    steps: Any = field(default_factory=lambda: count(1))

    def person(self, name: str) -> Page:
        """The page of this person's browser, opened on first use."""
        if name not in self.pages:
            context = open_context(
                self.browser, self.url, width=self.width, theme=self.theme, locale=self.locale
            )
            context.set_default_timeout(20_000)
            page = context.new_page()
            page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error}"))
            page.on(
                "response",
                lambda answer: (
                    self.complaints.append(f"{name}: {answer.status} {answer.url}")
                    if answer.status >= 400
                    else None
                ),
            )
            self.pages[name] = page
        return self.pages[name]

    def demo(self, role: str) -> Page:
        """The browser of a demonstration account, signed in."""
        known = role in self.pages
        page = self.person(role)
        if not known:
            page.goto("/account/sign-in")
            page.fill("main input[name=email]", f"{role}@{DOMAIN}")
            page.fill("main input[name=password]", PASSWORD)
            page.click("main form button[type=submit]")
            page.wait_for_url(lambda url: not url.endswith("/sign-in"))
        return page

    def see(self, page: Page, name: str) -> None:
        """Keep a picture of this step, and hold the page to the width of the screen and, at a desk, to axe."""
        number = next(self.steps)
        for last in (False, False, True):
            page.wait_for_load_state()
            try:
                screenshot(page, f"{self.story}-{self.width}-{number:02d}-{name}")
                assert_fits(page)
                if self.whole or self.width > WIDTHS[0]:
                    assert_accessible(page)
            except Error:
                # The answer to a click took the page's place while it was looked at: look at that one.
                if last:
                    raise
            else:
                return

    def until(self, page: Page, seen: Callable[[], bool], *, within_s: float = QUEUE_S) -> None:
        """Load the page again until the queue has done its work and `seen()` is true."""
        for _attempt in range(int(within_s * 2)):
            if seen():
                return
            page.wait_for_timeout(500)
            page.reload()
        raise AssertionError(f"{page.url} did not show within {within_s} s what it should:\n{text(page)}")

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()


def text(page: Page) -> str:
    """What a person reads in the main part of the page."""
    return page.locator("main").inner_text()
