"""Who looks at the pages: a browser context per role and language that is used again, a fresh one for who leaves traces."""

import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page

from tests.browser.looks import open_context
from tests.browser.pages import PageToSee
from tests.browser.town import account_of
from tests.signing_in import session_cookie


def aside(work: Any, *arguments: Any) -> Any:
    """Call in a thread of its own, because the caller's runs the browser's event loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(contextvars.Context().run, work, *arguments).result()


class Addresses:
    """Where the pages are; each is arranged once, when it is first asked for."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.known: dict[str, str] = {}

    def of(self, look: PageToSee) -> str:
        if look.name not in self.known:
            self.known[look.name] = aside(self._ask, look)
        return self.known[look.name]

    def _ask(self, look: PageToSee) -> str:
        if isinstance(look.path, str):
            return look.path
        with self.app.app_context():
            return look.path()


class Visitor:
    """One page in a context of its own, and what was wrong with what it loaded since it was last asked."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "response",
            lambda answer: (
                self.complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
            ),
        )

    def close(self) -> None:
        self.page.context.close()


class Visitors:
    """The visitors of one town; they sign in with a cookie, the walks do it on the page."""

    def __init__(self, browser: Browser, url: str, app: Flask) -> None:
        self.browser, self.url, self.app = browser, url, app
        self.cookies: dict[str, str] = {}
        self.known: dict[tuple[str | None, str], Visitor] = {}

    def of(self, look: PageToSee, locale: str) -> Visitor:
        """The visitor of this page; whoever acts there is to be closed afterwards."""
        if look.act:
            return self._fresh(look.as_role, locale)
        return self.signed_in_as(look.as_role, locale)

    def signed_in_as(self, role: str | None, locale: str) -> Visitor:
        """The visitor who looks at the pages of this role."""
        key = (role, locale)
        if key not in self.known:
            self.known[key] = self._fresh(role, locale)
        self.known[key].complaints.clear()
        return self.known[key]

    def _fresh(self, role: str | None, locale: str) -> Visitor:
        context = open_context(self.browser, self.url, locale=locale)
        if role:
            if role not in self.cookies:
                self.cookies[role] = aside(self._sign_in, role)
            context.add_cookies([{"name": "guiyuan", "value": self.cookies[role], "url": self.url}])
        return Visitor(context.new_page())

    def _sign_in(self, role: str) -> str:
        with self.app.app_context():
            return session_cookie(self.app, account_of(role).id)

    def close(self) -> None:
        for visitor in self.known.values():
            visitor.close()
