"""A month's report on its way: submitted, asked about, answered, accepted, published, read by everybody, withdrawn.

On the whole running system, through its pages only; `GUIYUAN_SCREENSHOTS` keeps a picture of every step.
"""

import hashlib
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from branch.ledger.rules.periods import month_before
from core.clock import local_day, now
from tests.browser import system
from tests.browser.walk import Walk, text

pytestmark = pytest.mark.browser
UNIT = "guihua-osmanthus"
QUESTION = "两户本月没有记录，是停售还是没有导入？"
ANSWER = "一户停售，一户订单已补导入，本版数字不受影响。"
REASON = "有一批订单重复导入，更正后重新发布。"


def send(page: Page, selector: str) -> None:
    """Press a button and wait for the page that it leads to."""
    with page.expect_navigation():
        page.click(selector)


def submit(walk: Walk, month: str) -> str:
    """The secretary builds last month's report and submits it; its address."""
    page = walk.demo("secretary")
    page.goto("/branch/reports")
    page.fill("#period", month)
    page.click("main form[action='/branch/reports'] button[type=submit]")
    page.wait_for_url("**/jobs/**")
    result = page.locator("main a[href*='/branch/reports/']")
    walk.until(page, lambda: result.count() > 0)
    send(page, "main a[href*='/branch/reports/'] >> nth=0")
    send(page, "main form[action$='/submit'] button[type=submit]")
    walk.see(page, "submitted")
    return page.url.split("#")[0].rsplit("/", 1)[1]


def ask_back(walk: Walk, report: str) -> None:
    """The committee finds it on its desk, asks about one section and returns it."""
    page = walk.demo("committee")
    page.goto("/committee/reports")
    walk.see(page, "desk-of-the-committee")
    send(page, f"main #waiting a[href$='{report}']")
    page.select_option("#place", "section:quality")
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    send(page, "main button[name=returns][value=yes]")
    assert page.locator(".field__error, .banner--bad").count() > 0, "a question without words went through"
    walk.see(page, "a-question-needs-words")
    page.fill("#words", QUESTION)
    send(page, "main button[name=returns][value=yes]")
    assert QUESTION in text(page)
    assert page.locator("main button[value=accepted]").count() == 0
    walk.see(page, "returned-with-a-question")


def answer(walk: Walk, report: str) -> None:
    """The secretary reads the question, answers it, and can only then submit again."""
    page = walk.demo("secretary")
    page.goto(f"/branch/reports/{report}")
    assert QUESTION in text(page)
    assert page.locator("main form[action$='/submit']").count() == 0
    walk.see(page, "the-question-at-the-branch")
    page.fill("main form[action$='/answer'] textarea", ANSWER)
    send(page, "main form[action$='/answer'] button[type=submit]")
    walk.see(page, "answered")
    send(page, "main form[action$='/submit'] button[type=submit]")
    walk.see(page, "submitted-again")


def accept_and_publish(walk: Walk, report: str) -> None:
    """The committee reads the answer, accepts and publishes."""
    page = walk.demo("committee")
    page.goto(f"/committee/reports/{report}")
    assert ANSWER in text(page)
    send(page, "main button[value=accepted]")
    walk.see(page, "accepted")
    send(page, "main form[action$='/publish'] button[type=submit]")
    result = page.locator(f"main a[href*='/committee/reports/{report}']")
    walk.until(page, lambda: result.count() > 0)
    send(page, f"main a[href*='/committee/reports/{report}'] >> nth=0")
    walk.see(page, "published")


def read_in_public(walk: Walk, month: str, address: str) -> None:
    """Anybody finds it from the foot of the home page; the file is the one whose digest stands on the page."""
    page = walk.person("anybody")
    page.goto("/")
    send(page, "footer a[href='/reports']")
    walk.see(page, "public-list")
    send(page, f"main a[href$='/{UNIT}/{month}']")
    walk.until(page, lambda: page.locator(f"main a[href$='/{month}/proof']").count() > 0)
    walk.see(page, "public-edition")
    assert "D1" in text(page)
    href = page.get_attribute("main a[href$='.pdf']", "href")
    with urlopen(f"{address}{href}", timeout=30) as file:  # noqa: S310 - loopback
        digest = hashlib.sha256(file.read()).hexdigest()
    assert digest in text(page)


def withdraw(walk: Walk, report: str, month: str) -> None:
    """The committee withdraws it; the reason stays, the figures go."""
    page = walk.demo("committee")
    page.goto(f"/committee/reports/{report}")
    send(page, "main a[href*='/withdraw-edition/']")
    page.fill("#reason", REASON)
    walk.see(page, "withdrawing")
    send(page, "main form button[type=submit]")
    page = walk.person("anybody")
    page.goto(f"/reports/{UNIT}/{month}")
    assert REASON in text(page)
    assert "D1" not in text(page)
    walk.see(page, "withdrawn")


@pytest.mark.parametrize("width", [360, pytest.param(1280, marks=pytest.mark.nightly)])
def test_from_submission_to_the_public_edition(
    browser: Browser, prepared: Path, tmp_path: Path, width: int, whole: bool
) -> None:
    month = f"{month_before(local_day(now())).start:%Y-%m}"
    with system.running(prepared, tmp_path / "var") as town:
        walk = Walk(browser, town.url, width, "report", whole=whole)
        report = submit(walk, month)
        ask_back(walk, report)
        answer(walk, report)
        accept_and_publish(walk, report)
        read_in_public(walk, month, town.url)
        withdraw(walk, report, month)
        walk.close()
        expected = [one for one in walk.complaints if one.startswith("committee: 422")]
        assert len(expected) == 1
        assert [one for one in walk.complaints if one not in expected] == []
