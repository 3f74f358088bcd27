"""Who is let through the gate, and what is answered to whoever is not: a way to sign in, or a document for programs."""

import pytest

from core import gate
from core.errors import Forbidden
from core.gate import Actor, may, public, requires, signed_in, wants_json
from core.scopes import Scope

VISITOR, PERSON = Actor(None, "", None), Actor(7, "Wang", None)


def view():
    return "in"


@pytest.fixture
def acting(app, monkeypatch):
    """`acting(PERSON, "lots.record")`: who acts, and what he holds at some unit; the questions that were asked."""

    def act(actor, *held):
        asked = []

        def policy(account_id, permission, *, everywhere=False):
            asked.append((account_id, permission, everywhere))
            return permission in held and not everywhere

        monkeypatch.setattr(gate, "current_actor", lambda: actor)
        monkeypatch.setitem(app.extensions, "gate_policy", policy)
        return asked

    return act


@pytest.mark.parametrize(
    ("path", "method", "back"),
    [
        ("/lots", "GET", "/lots"),
        ("/lots?page=2", "GET", "/lots?page%3D2"),
        ("/lots?page=2", "POST", "/lots"),
    ],
)
def test_a_visitor_is_led_to_sign_in_and_back_to_where_he_was(app, acting, path, method, back):
    acting(VISITOR, "lots.record")
    with app.test_request_context(path, method=method):
        for mark in (signed_in, requires("lots.record")):
            answer = mark(view)()
            assert answer.status_code == 302
            assert answer.location.endswith(f"?next={back}&led=here")
        assert public(view)() == "in"


def test_a_program_that_is_not_signed_in_is_told_so(app, acting):
    acting(VISITOR)
    with app.test_request_context("/api/v1/lots"), pytest.raises(Forbidden) as refused:
        signed_in(view)()
    assert refused.value.code == "sign_in_required"


def test_who_holds_the_permission_gets_in_and_nobody_else(app, acting):
    asked = acting(PERSON, "lots.record")
    with app.test_request_context("/lots"):
        assert requires("lots.record", scope=Scope.UNIT)(view)() == "in"
        for refused in (requires("lots.end"), requires("lots.record", scope=Scope.INSTALLATION)):
            with pytest.raises(Forbidden) as error:
                refused(view)()
            assert error.value.code == "role_missing"
    assert asked == [(7, "lots.record", False), (7, "lots.end", False), (7, "lots.record", True)]


def test_a_visitor_holds_nothing_and_nobody_is_asked(app, acting):
    asked = acting(VISITOR, "lots.record")
    with app.test_request_context("/lots"):
        assert not may("lots.record")
    assert asked == []


def test_a_mark_says_what_it_asks_for():
    assert [mark(view).gate for mark in (signed_in, signed_in(scope=Scope.OWN), requires("lots.record"))] == [
        "signed_in",
        "signed_in",
        "lots.record",
    ]


@pytest.mark.parametrize(
    ("path", "accept", "expected"),
    [
        ("/lots", "text/html", False),
        ("/lots", "*/*", False),
        ("/lots", "", False),
        ("/lots", "image/png", False),
        ("/lots", "application/json", True),
        ("/lots", "application/problem+json", True),
        ("/lots", "application/json;q=0.5, text/html", False),
        ("/api/v1/lots", "text/html", True),
        ("/epcis/events", "text/html", True),
        ("/apis", "text/html", False),
    ],
)
def test_programs_are_known_by_address_or_by_what_they_accept(app, path, accept, expected):
    with app.test_request_context(path, headers={"Accept": accept} if accept else {}):
        assert wants_json() is expected
