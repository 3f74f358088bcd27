"""Every route that writes says whose things it changes, and is held to it."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask import Flask, g
from werkzeug.routing import Rule

from branch.organisation.rules.permissions import GROWER, PERMISSIONS_OF
from branch.organisation.rules.roles import Role
from core.database import transaction
from core.errors import Forbidden
from core.gate import Actor, public, requires, signed_in
from core.scopes import SAFE, Scope, ScopeNotCheckedError, note_checked
from tests.factories.accounts import make_account
from tests.factories.organisation import make_membership

AT_A_UNIT = frozenset().union(
    GROWER, *(held for role, held in PERMISSIONS_OF.items() if role is not Role.OPERATOR)
)


def writing_routes(app: Flask) -> Iterator[tuple[Rule, object]]:
    """Each rule that takes another method than a safe one, with its view."""
    for rule in app.url_map.iter_rules():
        if (rule.methods or set()) - SAFE:
            yield rule, app.view_functions[rule.endpoint]


def test_every_writing_route_says_whose_things_it_changes(app):
    routes = list(writing_routes(app))
    silent = sorted({rule.endpoint for rule, view in routes if getattr(view, "scope", None) is None})
    assert len(routes) > 100
    assert silent == []


def test_what_everybody_shares_is_changed_with_permissions_that_no_unit_gives(app):
    for rule, view in writing_routes(app):
        if view.scope is Scope.INSTALLATION:
            assert view.gate in PERMISSIONS_OF[Role.OPERATOR] - AT_A_UNIT, rule.endpoint


def test_the_operator_holds_no_permission_that_decides_at_a_unit(app):
    of_units = {view.gate for _rule, view in writing_routes(app) if view.scope in {Scope.UNIT, Scope.MARK}}
    assert PERMISSIONS_OF[Role.OPERATOR] & of_units == set()


def test_visitors_change_nothing_that_belongs_to_a_unit_or_to_everybody(app):
    theirs = {Scope.VISITOR, Scope.TOKEN, Scope.SIGNATURE, Scope.OWN}
    for rule, view in writing_routes(app):
        if view.gate == "public":
            assert view.scope in theirs, rule.endpoint
            assert view.scope is not Scope.OWN or rule.endpoint.startswith("security."), rule.endpoint


@pytest.mark.parametrize("scope", [one for one in Scope if one not in {Scope.INSTALLATION, Scope.VISITOR}])
def test_a_request_that_never_looked_whose_it_is_does_not_commit(app, scope):
    def careless() -> str:
        with transaction():
            pass
        return "committed"

    def looking_elsewhere() -> str:
        for other in set(Scope) - {scope}:
            note_checked(other)
        return careless()

    def careful() -> str:
        note_checked(scope)
        return careless()

    for method in ("POST", "PUT", "PATCH", "DELETE"):
        with app.test_request_context("/careless", method=method):
            with pytest.raises(ScopeNotCheckedError, match=scope):
                public(scope=scope)(careless)()
            with pytest.raises(ScopeNotCheckedError, match=scope):
                public(scope=scope)(looking_elsewhere)()
        with app.test_request_context("/careful", method=method):
            assert public(scope=scope)(careful)() == "committed"


def test_that_another_account_may_do_it_says_nothing_about_the_one_that_acts(app):
    def asks_for(account_id: int) -> None:
        note_checked(Scope.UNIT, of=account_id)
        with transaction():
            pass

    with app.test_request_context("/for-another", method="POST"):
        g.bearer = SimpleNamespace(account_id=7)
        with pytest.raises(ScopeNotCheckedError):
            public(scope=Scope.UNIT)(asks_for)(8)
        public(scope=Scope.UNIT)(asks_for)(7)


def test_what_is_held_at_a_unit_does_not_count_for_what_everybody_shares(app, session, monkeypatch):
    account = make_account()
    make_membership(account.id, "secretary", "guihua")
    monkeypatch.setattr("core.gate.current_actor", lambda: Actor(account.id, "", None))

    def view() -> str:
        return "in"

    with app.test_request_context("/shared"):
        assert requires("members.edit", scope=Scope.UNIT)(view)() == "in"
        with pytest.raises(Forbidden):
            requires("members.edit", scope=Scope.INSTALLATION)(view)()


def test_marks_carry_the_scope_that_they_were_given():
    def view() -> str:
        return ""

    for mark in (public, signed_in):
        assert mark(scope=Scope.TOKEN)(view).scope is Scope.TOKEN
        assert getattr(mark(view), "scope", None) is None
    assert requires("quota.decide", scope=Scope.UNIT)(view).scope is Scope.UNIT
