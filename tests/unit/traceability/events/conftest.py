"""Clients with tokens, and events to send."""

import json

import pytest

from core.accounts.service.tokens import create_token
from core.clock import now
from core.database import transaction
from tests.factories.accounts import make_account
from tests.factories.organisation import make_membership

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"example": "http://ns.example.com/epcis/"},
]


class Program:
    """A program with a token."""

    def __init__(self, client, secret):
        self.client = client
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def get(self, path, **headers):
        return self.client.get(path, headers={**self.headers, **headers})

    def delete(self, path):
        return self.client.delete(path, headers=self.headers)

    def send(self, document, path="/epcis/capture", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        body = document if isinstance(document, str | bytes) else json.dumps(document)
        return self.client.post(
            path, data=body, headers={"Content-Type": "application/json", **self.headers, **headers}
        )

    def events(self, path="/epcis/events"):
        answer = self.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


@pytest.fixture
def program(app, session):
    """`program("epcis.capture", ...)` answers a program whose account is a technician's."""

    def make(*scopes):
        from datetime import timedelta

        with transaction():
            account = make_account()
            make_membership(account.id, "technician", "guihua-osmanthus")
            made = create_token(account.id, name="test", scopes=scopes, valid_for=timedelta(days=1), at=now())
        return Program(app.test_client(), made.secret)

    return make


@pytest.fixture
def both(program):
    """A program that may send and read everything."""
    return program("epcis.capture", "epcis.read")


@pytest.fixture
def nobody(app):
    """A program without a token."""
    return Program(app.test_client(), None)


def an_event(**fields):
    """An observation of one thing; a field given as None is left out."""
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-03-12T12:00:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "action": "OBSERVE",
        "epcList": ["urn:epc:id:sgtin:4012345.011111.9876"],
        "bizStep": "inspecting",
    }
    return {name: value for name, value in (event | fields).items() if value is not None}


def a_document(*events, context=CONTEXT, **fields):
    """An EPCISDocument."""
    return {
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-12T12:00:00.000+08:00",
        "epcisBody": {"eventList": list(events)},
        **fields,
    }
