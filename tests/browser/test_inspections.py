"""A technician without signal: the page opens, keeps what is written, and sends it once when the signal is back."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from core.database import transaction
from tests.factories.traceability import make_lot
from tests.running import free_port, served
from traceability.inspections.models.tables import Inspection

pytestmark = pytest.mark.browser
NEW = "/branch/inspections/new"


def write_down(page: Page, lot: str, seen: str) -> None:
    page.fill("#lot", lot)
    page.check("input[name=conformant][value=no]")
    page.fill("#seen", seen)
    page.fill("#plants_counted", "40")
    page.fill("#plants_unhealthy", "3")
    page.click("form[data-inspection] button[type=submit]")


def test_what_is_written_without_signal_arrives_once(
    app: Flask, session: Any, login: Any, browser: Browser
) -> None:
    with transaction():
        lot = make_lot()
    technician = login(role="technician")
    cookie = technician.get_cookie("guiyuan", domain="127.0.0.1")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    context = browser.new_context(
        base_url=url, viewport={"width": 360, "height": 780}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    context.add_cookies([{"name": "guiyuan", "value": cookie.value, "url": url}])
    context.set_default_timeout(30_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    with served(app.config["SETTINGS"], port=port):
        page.goto(NEW)
        page.wait_for_selector("html[data-offline=ready]")

    # The signal is gone: not the page, not its worker, nobody reaches the server.
    context.set_offline(True)
    page.reload()
    write_down(page, lot.number, "叶片有褐斑")
    waits = page.locator("[data-queue] [data-state=waiting]")
    expect(waits).to_have_count(1)
    write_down(page, "L-2026-NONE", "编号写错了")
    expect(waits).to_have_count(2)
    page.reload()
    expect(waits).to_have_count(2)
    assert session.scalars(sa.select(Inspection)).all() == []
    session.rollback()

    with served(app.config["SETTINGS"], port=port):
        context.set_offline(False)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("[data-queue] [data-state=sent]")).to_have_count(1)
        expect(page.locator("[data-queue] [data-state=refused]")).to_have_count(1)
        expect(waits).to_have_count(0)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.reload()
        expect(page.locator("[data-queue] [data-state=refused]")).to_have_count(1)
        page.click("[data-queue] button")
        expect(page.locator("[data-queue] li")).to_have_count(0)
        row = session.scalars(sa.select(Inspection)).one()
        page.goto(f"/branch/inspections/{row.number}")
        assert "叶片有褐斑" in page.inner_text("main")
    context.close()
    assert row.device_at is not None
    assert row.seen_at == row.device_at < row.received_at
    assert (row.conformant, row.plants_counted, row.plants_unhealthy) == (False, 40, 3)
    assert faults == []


def test_without_script_it_is_a_plain_form(app: Flask, session: Any, login: Any, browser: Browser) -> None:
    with transaction():
        lot = make_lot()
    cookie = login(role="technician").get_cookie("guiyuan", domain="127.0.0.1")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    context = browser.new_context(base_url=url, java_script_enabled=False, locale="zh-CN")
    context.add_cookies([{"name": "guiyuan", "value": cookie.value, "url": url}])
    page = context.new_page()
    with served(app.config["SETTINGS"], port=port):
        page.goto(NEW)
        write_down(page, lot.number, "新梢健壮")
        page.wait_for_url("**/branch/inspections/I-*")
        context.close()
    row = session.scalars(sa.select(Inspection)).one()
    assert (row.seen, row.device_at) == ("新梢健壮", None)
