"""A phone without script and with a bad network: what is pressed twice, and what is sent again because no answer came."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Route, expect

from tests.running import free_port, served
from traceability.plots.models.tables import Plot

pytestmark = pytest.mark.browser
NEW = "/seller/plots/new"
MADE = re.compile(r"/seller/lots/new\?plot=")


def lose_the_answer(route: Route) -> None:
    route.fetch()
    route.abort("connectionreset")


def test_a_form_makes_one_thing_however_it_is_sent(
    app: Flask, session: Any, login: Any, browser: Browser
) -> None:
    cookie = login(role="grower").get_cookie("guiyuan", domain="127.0.0.1")
    url = f"http://127.0.0.1:{free_port()}"
    context = browser.new_context(
        base_url=url, viewport={"width": 360, "height": 780}, locale="zh-CN", java_script_enabled=False
    )
    context.add_cookies([{"name": "guiyuan", "value": cookie.value, "url": url}])
    page = context.new_page()
    button = page.locator("main form button[type=submit]")

    def plots() -> list[str]:
        session.rollback()
        return list(session.scalars(sa.select(Plot.name).order_by(Plot.id)))

    def write(name: str) -> None:
        page.goto(NEW)
        page.fill("#name", name)
        page.fill("#area_mu", "3")

    with served(app.config["SETTINGS"], port=int(url.rpartition(":")[2])):
        write("屋后三亩")
        button.dblclick()
        expect(page).to_have_url(MADE)
        assert plots() == ["屋后三亩"]

        write("河边两亩")
        page.route(re.compile(NEW), lose_the_answer, times=1)
        button.click()
        expect(button).to_have_count(0)  # the browser's own page: the site cannot be reached
        assert plots() == ["屋后三亩", "河边两亩"], "it arrived all the same"
        page.reload()
        expect(page).to_have_url(MADE)
        expect(page.locator(".banner")).to_contain_text("没有重复处理")
        assert plots() == ["屋后三亩", "河边两亩"]
    context.close()
