"""From land to verdict on a phone: survey, approval, activation, scan, report, case of two persons.

On the whole running system, through its pages only; `GUIYUAN_SCREENSHOTS` keeps a picture of every step.
"""

import json
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser

from tests.browser import growing, proving, system
from tests.browser.walk import Walk, text

pytestmark = pytest.mark.browser
REFUSED = "newcomer: 409"
INVALID = "anyone: 422"


def asked(url: str) -> dict[str, object]:
    """What a program is told."""
    with urlopen(Request(url, headers={"Accept": "application/json"}), timeout=20) as answer:  # noqa: S310 - loopback
        found: dict[str, object] = json.load(answer)
    return found


def test_from_survey_to_verdict(browser: Browser, prepared: Path, tmp_path: Path, whole: bool) -> None:
    with system.running(prepared, tmp_path / "var") as town:
        walk = Walk(browser, town.url, 360, "provenance", whole=whole)
        joined = growing.Joined()
        growing.join(walk)
        growing.license_grower(walk, joined)
        plot = proving.register_plot(walk)
        lot = proving.record_lot(walk)
        codes = proving.issue_codes(walk, lot)
        assert asked(f"{town.url}/api/v1/codes/{codes[0]}")["verdict"] == "issued"

        refused = proving.activate(walk, lot)
        walk.see(refused, "no-quota-without-a-survey")
        assert asked(f"{town.url}/api/v1/codes/{codes[0]}")["verdict"] == "issued"
        proving.survey(walk, plot)
        proving.approve(walk, plot)
        walk.see(proving.activate(walk, lot), "codes-are-active")

        page = proving.scan(walk, codes[0], "code-is-active")
        assert "朱砂丹桂" in text(page)
        assert "正品" not in text(page)
        number = proving.report(walk)
        proving.investigate(walk, number)
        assert asked(f"{town.url}/api/v1/codes/{codes[0]}")["verdict"] == "suspect"
        proving.confirm(walk, number)
        proving.act(walk, number)
        proving.see_what_became_of_it(walk, number, codes[0])

        case = asked(f"{town.url}/report-fake/{number}")
        assert (case["state"], case["verdict"]) == ("closed", "confirmed_fake")
        shop = asked(f"{town.url}/api/v1/registry/check?url={proving.SHOP}")
        assert (shop["status"], shop["since"]) == ("not_authorised", case["decided_at"])
        walk.close()
        expected = [one for one in walk.complaints if one.startswith((REFUSED, INVALID))]
        assert len(expected) == 2
        assert [one for one in walk.complaints if one not in expected] == []
