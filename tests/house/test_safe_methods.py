"""Reading changes nothing: views say what they do on POST, and what a GET notes of its reader is listed here."""

import ast
import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from flask import g

from core.database import transaction
from core.safe_methods import ASKED_AS, WroteWhileReadingError, may_note, noting, refuse_while_reading
from tests.conftest import IsolatedClient
from tests.factories.accounts import make_account

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "branch", "traceability", "shop")
# `request.method == "GET"` and the rest for everything else is how HEAD came to accept invitations.
ASKS_FOR_READING = re.compile(r"""method\s*(==|!=|in|not in)\s*[\[({]?["'](GET|HEAD|OPTIONS)""")
ALLOWED = {
    "core/web/views/api_docs.py": "writes an example of a request",
    "core/web/wording/languages.py": "a form that failed is led back to itself by its address",
    "core/web/views/headers.py": "what was sent may be kept nowhere",
    "core/web/views/limits.py": "limits on what is sent",
    "traceability/events/views/blueprint.py": "answers OPTIONS itself, as EPCIS asks, before any view",
}
NOTED = {
    "branch/ledger/views/sums.py": {"sums that follow from the facts"},
    "core/accounts/views/bearer.py": {"when a token was used last"},
    "core/accounts/views/sessions.py": {"when a device was seen last", "that a session is over"},
    "shop/cart/views.py": {"that what a visitor gathered is the account's now"},
    "shop/payments/views/buyer.py": {
        "what the payment service answers of this payment, as its own message would"
    },
    "traceability/verification/views/pages.py": {
        "that a code was looked up, which is what copies are found by"
    },
}


def sources():
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_no_view_does_its_work_when_it_is_not_asked_by_get():
    found = {name for name, text in sources() if ASKS_FOR_READING.search(text)}
    assert found == set(ALLOWED)


def test_what_a_reader_leaves_behind_is_listed():
    noted = {}
    for name, text in sources():
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "noting":
                assert "may_note()" in text, f"{name} notes a HEAD too"
                noted.setdefault(name, set()).add(ast.literal_eval(call.args[0]))
    assert noted == NOTED


@pytest.fixture
def small_app(app, monkeypatch):
    """The application with one more view, which writes whatever the method."""

    def view():
        if may_note():
            with noting("that it was read"), transaction():
                make_account()
            return "noted"
        with transaction():
            make_account()
        return "written"

    monkeypatch.setitem(app.view_functions, "health.healthz", view)
    assert app.test_client_class is IsolatedClient
    return app


def test_a_transaction_of_a_reader_is_refused(small_app):
    client = small_app.test_client()
    assert client.get("/healthz").text == "noted"
    with pytest.raises(WroteWhileReadingError):
        client.head("/healthz")


def test_what_is_noted_is_noted_inside_its_block_and_never_of_a_head(app):
    for method, noted in (("GET", True), ("HEAD", False)):
        with app.test_request_context("/healthz", environ_overrides={ASKED_AS: method}):
            g.only_reads = True
            with (
                noting("that it was read"),
                nullcontext() if noted else pytest.raises(WroteWhileReadingError),
            ):
                refuse_while_reading()
            with pytest.raises(WroteWhileReadingError):
                refuse_while_reading()


def test_head_is_answered_as_get_without_a_body(client):
    got, head = client.get("/verify"), client.head("/verify")
    assert (head.status_code, head.data) == (got.status_code, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_options_never_runs_a_view(small_app):
    answer = small_app.test_client().options("/healthz")
    assert (answer.status_code, answer.data) == (200, b"")
    assert "GET" in answer.headers["Allow"]
