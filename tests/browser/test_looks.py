"""Every page on a phone and at a desk, in Chinese and English: nothing for axe to find, nothing too wide, no colour unproved.

`--whole` holds all eight looks of each page to axe; with `GUIYUAN_SCREENSHOTS=folder` their pictures are kept there.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.routing import MapAdapter

from tests.browser.looks import LOCALES, WIDTHS, every_look, one_look, viewport
from tests.browser.pages import HALVES, NO_PAGES, PAGES, PageToSee
from tests.browser.visitors import Addresses, Visitors

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def visitors(browser: Browser, town: str, town_app: Flask) -> Iterator[Visitors]:
    made = Visitors(browser, town, town_app)
    yield made
    made.close()


def endpoint_of(adapter: MapAdapter, address: str) -> str:
    path = re.sub(r"^https?://[^/]+", "", address).split("?")[0].split("#")[0]
    return str(adapter.match(path, method="GET")[0])


def expected(complaint: str, look: PageToSee, path: str) -> bool:
    """Whether it is only told that a form was refused, or that the page itself is one of an error."""
    return complaint.startswith("422 ") if look.act else path.split("?", maxsplit=1)[0] in complaint


# Each half of the pages in a process and a town of its own (`--dist loadgroup`).
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "look",
    [
        pytest.param(look, id=look.name, marks=pytest.mark.xdist_group(half))
        for half, looks in HALVES.items()
        for look in looks
    ],
)
def test_a_page_looks_right(
    request: pytest.FixtureRequest,
    town_app: Flask,
    addresses: Addresses,
    visitors: Visitors,
    look: PageToSee,
    locale: str,
) -> None:
    path = addresses.of(look)
    visitor = visitors.of(look, locale)
    page, complaints = visitor.page, visitor.complaints
    try:
        page.set_viewport_size(viewport(WIDTHS[0]))
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == look.status
        if look.act:
            look.act(page)
            page.wait_for_load_state("load")  # a new address shows before its page does
        if look.ends_at:
            assert endpoint_of(town_app.url_map.bind("127.0.0.1"), page.url) == look.ends_at
        assert page.title().strip(" ·")
        if request.config.getoption("--whole"):
            wrong = every_look(page, f"{look.name}-{locale}")
        else:
            wrong = one_look(page, words_only=locale != "zh")
        assert wrong + [text for text in complaints if not expected(text, look, path)] == []
    finally:
        if look.act:
            visitor.close()


@pytest.mark.xdist_group("looks-signed-in")
def test_every_page_is_looked_at(town_app: Flask, addresses: Addresses) -> None:
    """What answers GET is among the pages, or there is a reason why it is no page."""
    adapter = town_app.url_map.bind("127.0.0.1")
    seen = {look.ends_at or endpoint_of(adapter, addresses.of(look)) for look in PAGES if look.status != 404}
    known = {rule.endpoint for rule in town_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert known - seen - set(NO_PAGES) == set(), "not looked at"
    assert set(NO_PAGES) - known == set(), "gone"
    assert set(NO_PAGES) & seen == set(), "looked at after all"
