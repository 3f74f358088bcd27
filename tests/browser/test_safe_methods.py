"""HEAD and OPTIONS of every address change nothing, and HEAD answers as GET does; asked by those who may, of things that exist.

It stands here for the town's sake: every page of `pages.py` is an address of something real, with its role.
"""

import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from core.database import db, transaction
from tests.browser.pages import PAGES
from tests.browser.town import account_of
from tests.browser.visitors import Addresses, aside
from tests.conftest import IsolatedClient
from tests.signing_in import session_cookie

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("looks-signed-in")]

HREF = re.compile(r'(?:href|src)="(/[^"#]*)')
ROLES = (None, "buyer", "careful", "grower1", "technician", "secretary", "committee", "operator")
# Addresses that nothing of the town leads to; they are asked with what is not there.
NOT_LED_TO = {
    "epcis.events_of_value": "/epcis/epcs/urn:x/events",
    "epcis.value": "/epcis/epcs/urn:x",
    "epcis.event": "/epcis/events/urn:x",
    "epcis.job": "/epcis/capture/none",
    "epcis.one": "/epcis/queries/none",
    "epcis.results": "/epcis/queries/none/events",
    "epcis.subscriptions": "/epcis/queries/none/subscriptions",
    "epcis.values": "/epcis/epcs",
    "orders_api.follow": "/api/v1/orders/GY-NONE",
    "search_api.api_listing": "/api/v1/listings/none",
    "resolver.resolve": "/01/09506000134352",
    "verification_api.code_api": "/api/v1/codes/0000000000000000",
    "verification.code_lower": "/c/0000000000000000",
    "accounts.enter_code": "/account/code/none",
    "code_activation.batch_file": "/seller/codes/none/file",
    "inspections.photo": "/branch/inspections/none/photo",
    "orders.certificate": "/orders/GY-NONE/certificate.pdf",
    "orders.certificate_proof": "/orders/GY-NONE/parcels/1/proof",
    "plot_surveys.photo": "/branch/plots/none/surveys/1/photo",
    "seal.tile": "/log/tile/0/000",
}


class Town:
    """Who asks, what was asked, and whether the database is what it was."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.test_client_class = IsolatedClient
        self.clients = {role: aside(self._client, role) for role in ROLES}
        self.endpoints: set[str] = set()
        self.asked: set[tuple[str | None, str]] = set()
        with app.app_context():
            self.watcher = sqlite3.connect(str(db.engine.url.database))

    def _client(self, role: str | None) -> FlaskClient:
        client = self.app.test_client()
        if role:
            with self.app.app_context():
                client.set_cookie(
                    "guiyuan", session_cookie(self.app, account_of(role).id), domain="127.0.0.1"
                )
        return client

    def version(self) -> int:
        """Another number whenever anybody has committed a change (SQLite's `data_version`)."""
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])

    def ask(self, role: str | None, address: str) -> tuple[list[str], list[str]]:
        """What is wrong with HEAD and OPTIONS of `address`, and where its page leads."""
        endpoint = self.endpoint_of(address)
        if endpoint is None or (role, address) in self.asked:
            return [], []
        self.asked.add((role, address))
        self.endpoints.add(endpoint)
        client, wrong = self.clients[role], []
        got = client.get(address)
        before = self.version()
        head, options = client.head(address), client.options(address)
        if head.status_code != got.status_code or head.data:
            wrong.append(f"HEAD {address} as {role}: {head.status_code}, GET: {got.status_code}")
        if options.status_code >= 400 and options.status_code != got.status_code:
            wrong.append(f"OPTIONS {address} as {role}: {options.status_code}")
        if self.version() != before:
            wrong.append(f"HEAD or OPTIONS {address} as {role} ({endpoint}) changed something")
        page = got.get_data(as_text=True) if got.mimetype == "text/html" else ""
        for answer in (got, head, options):
            answer.close()
        return wrong, [unescape(found) for found in HREF.findall(page)]

    def endpoint_of(self, address: str) -> str | None:
        path = address.partition("?")[0]
        try:
            return str(self.app.url_map.bind("127.0.0.1").match(path, method="GET")[0])
        except HTTPException:
            return None


@pytest.fixture
def asked_town(town_app: Flask) -> Iterator[Town]:
    made = Town(town_app)
    yield made
    made.watcher.close()


def test_asking_by_head_and_options_changes_nothing(
    town_app: Flask, asked_town: Town, addresses: Addresses
) -> None:
    looks = [(look.as_role, addresses.of(look)) for look in PAGES]
    plain = [rule.rule for rule in town_app.url_map.iter_rules() if not rule.arguments]
    start: list[Any] = [*looks, *((role, path) for path in plain for role in (None, "buyer"))]
    start += [(None, address) for address in NOT_LED_TO.values()]
    start += [(role, f"{address.partition('?')[0]}/proof") for role, address in looks]
    wrong: list[str] = []
    led: dict[str, tuple[str | None, str]] = {}
    for role, address in start:
        found, links = asked_town.ask(role, address)
        wrong += found
        for link in links:
            if (endpoint := asked_town.endpoint_of(link)) is not None:
                led.setdefault(endpoint, (role, link))
    for endpoint, (role, link) in led.items():
        if endpoint not in asked_town.endpoints:
            wrong += asked_town.ask(role, link)[0]
    assert wrong == []
    known = {rule.endpoint for rule in town_app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert known - asked_town.endpoints == set(), "asked of nothing"


def test_the_watch_sees_a_change(town_app: Flask, asked_town: Town) -> None:
    before = asked_town.version()
    aside(_rename, town_app)
    assert asked_town.version() != before


def _rename(app: Flask) -> None:
    with app.app_context(), transaction():
        account_of("buyer").display_name = "改了名的买家"
