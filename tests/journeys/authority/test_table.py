"""Every route x every role x own, sibling and foreign places, against the table that people review line by line.

`python -m pytest tests/journeys/authority --write-table` writes `table.txt` anew; what it says is looked at by hand.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.clock import now
from core.database import transaction
from core.scopes import SAFE
from tests.conftest import hidden_of
from tests.journeys.authority import routes
from tests.journeys.authority.towns import make_places
from tests.signing_in import session_cookie

TABLE = Path(__file__).with_name("table.txt")
ROLES = ("visitor", "buyer", "grower", "technician", "secretary", "committee", "operator")
AWAY = ("sibling", "foreign")


class WouldCommit(Exception):
    """The request was let in and was about to change something; nothing is changed, so that all ask the same town."""


@pytest.fixture
def places(session):
    with transaction():
        made = make_places(now())
    session.remove() if hasattr(session, "remove") else session.rollback()
    return made


@pytest.fixture
def people(app, login, places, client):
    own = places["own"]
    made = {"visitor": client}
    for role in ROLES[1:]:
        if role == "grower":
            made[role] = app.test_client()
            with app.app_context():
                cookie = session_cookie(app, own.owner_id)
            made[role].set_cookie("guiyuan", cookie, domain="127.0.0.1")
        else:
            unit = {"technician": own.branch.code, "secretary": own.branch.code, "committee": "guihua"}.get(
                role
            )
            made[role] = login(role=role, unit=unit) if unit else login(role=role)
    return made


@pytest.fixture
def nothing_is_kept(monkeypatch):
    # On a busy machine the table takes minutes: that a device is still in use is no change that anybody asked for.
    monkeypatch.setattr("core.accounts.service.devices.SEEN_EVERY", timedelta(days=1))

    def refuse(session: Session) -> None:
        raise WouldCommit

    sa.event.listen(Session, "before_commit", refuse)
    yield
    sa.event.remove(Session, "before_commit", refuse)


def answer_to(client, method, path, form) -> str | None:
    """None for whoever is kept out; "" for whoever saw the page or would have changed something.

    And "~" for whoever was told that what was sent, or the state of things, does not allow it.
    """
    try:
        answer = client.open(path, method=method, data=form if method != "GET" else None)
    except WouldCommit:
        return ""
    assert answer.status_code in {503, *range(200, 500)}, (
        f"{method} {path}: {answer.status_code}"
    )  # 503: not sealed yet
    assert answer.status_code not in {400, 405}, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code in {301, 302, 303} and "/sign-in" in answer.location:
        return None
    if answer.status_code in {401, 403, 404}:
        return None
    return "~" if answer.status_code >= 400 else ""


def line(app, rule, method, people, places) -> str:
    view = app.view_functions[rule.endpoint]
    scope = getattr(view, "scope", None) if method not in SAFE else None
    asked_at = ("own", *AWAY) if routes.names_an_object(rule, method) else ("own",)
    came = {}
    for place in asked_at:
        path = routes.address(app, rule, places[place])
        form = routes.form_of(rule, places[place])
        answers = {
            role: answer_to(people[role].client, method, path, people[role].hidden | form) for role in ROLES
        }
        came[place] = [role + how for role, how in answers.items() if how is not None]
    columns = [f"{place}: {' '.join(found) or '-'}" for place, found in came.items()]
    return " | ".join([f"{method} {rule.endpoint}", str(scope or "-"), *columns])


class Person:
    """A client, with the token and key that a form of its session carries."""

    def __init__(self, client):
        self.client = client
        self.hidden = hidden_of(client.get("/report-fake").get_data(as_text=True))


@pytest.mark.both
def test_who_gets_in_where_is_what_the_table_says(app, people, places, request, nothing_is_kept, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", True)
    known = {role: Person(client) for role, client in people.items()}
    lines = [line(app, rule, method, known, places) for rule, method in routes.asked(app)]
    if request.config.getoption("--write-table"):
        TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    written = TABLE.read_text(encoding="utf-8").splitlines()
    assert [one for one in lines if one not in written] == [], "look at these, then write the table anew"
    assert [one for one in written if one not in lines] == [], "these stand in the table and are no more"


def test_an_own_object_in_the_address_opens_no_foreign_one_beside_it(
    app, people, places, nothing_is_kept, monkeypatch
):
    """Each further object of a request is another place's, one at a time; nobody would change or see anything."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", True)
    known = {role: Person(client) for role, client in people.items()}
    crossed, tried = [], 0
    for rule, method in routes.asked(app):
        first, *others = routes.objects_of(rule) or [""]
        for what in others:
            for name in AWAY:
                mixed = replace(
                    places["own"], values=places["own"].values | {what: places[name].values[what]}
                )
                path, form = routes.address(app, rule, mixed), routes.form_of(rule, mixed)
                for role in ("grower", "technician", "secretary"):
                    tried += 1
                    how = answer_to(known[role].client, method, path, known[role].hidden | form)
                    if how == "":
                        crossed.append(f"{method} {rule.endpoint}: {role} with own {first} and {name} {what}")
    assert tried > 60
    assert [one for one in crossed if one not in NOT_CROSSED] == []


#: The first object decides what is shown or sent; the other one only says how it is read.
NOT_CROSSED: frozenset[str] = frozenset()

#: What is refused because it does not stand among the choices of one's own form; sent for one's own place it is done.
NOT_AMONG_ONE_S_CHOICES = {
    "POST inspections.new",
    "POST marks.enter",
    "POST organisation.give",
    "POST payees.propose",
    "POST programmes.note",
    "POST reports.build",
    "POST resolver.put_lot",
    "POST units.add",
}
#: Whoever has the link comes in, wherever he is from; whoever sells, sells to everybody.
BY_LINK = {
    "POST cart.add",
    "POST cart.change",
    "GET growers.join",
    "POST growers.join",
    "POST orders.received",
    "POST payments.cancel",
    "POST payments.pay",
    "POST payments.proof",
    "GET organisation.invitation",
}
#: Nothing stands for these in the towns: a session at the payment service, a sale that is told from outside.
NOBODY_COMES_IN = {
    "POST payments.returned_elsewhere",
    "GET sale_records.proof",
}


def rows():
    for text in TABLE.read_text(encoding="utf-8").splitlines():
        route, scope, *columns = text.split(" | ")
        found = dict(column.split(": ", 1) for column in columns)
        yield route, scope, {place: set(who.split()) - {"-"} for place, who in found.items()}


def test_nobody_crosses_into_another_town_but_the_operator_who_reads_and_runs_the_installation():
    for route, scope, came in rows():
        if route in BY_LINK:
            continue
        strangers = came.get("foreign", set()) - {"operator", "operator~"}
        if route in NOT_AMONG_ONE_S_CHOICES:
            assert all(one.endswith("~") for one in strangers), route
            assert any(not one.endswith("~") for one in came["own"]), (
                f"{route}: its form does nothing at home"
            )
        else:
            assert strangers == set(), route
        if "operator" in came.get("foreign", set()) and not route.startswith("GET "):
            assert scope == "installation", route


def test_a_sibling_s_things_are_for_those_who_stand_above_both():
    for route, _scope, came in rows():
        if route not in NOT_AMONG_ONE_S_CHOICES | BY_LINK:
            assert {one.rstrip("~") for one in came.get("sibling", set())} <= {"committee", "operator"}, route


def test_what_everybody_shares_is_changed_by_the_operator_alone():
    owned = [(route, came["own"]) for route, scope, came in rows() if scope == "installation"]
    assert len(owned) > 6
    for route, who in owned:
        assert {one.rstrip("~") for one in who} == {"operator"}, route


def test_everybody_who_should_come_in_does_somewhere():
    silent = {route for route, _scope, came in rows() if not came["own"]}
    assert silent == NOBODY_COMES_IN


def test_lists_of_staff_and_growers_name_nothing_of_another_place(app, people, places):
    elsewhere = {
        str(value)
        for name in AWAY
        for key, value in places[name].values.items()
        if key in {"case", "licence", "lot", "parcel", "plot", "proof", "refund", "batch", "report", "payee"}
    } | {places[name].grower.name for name in AWAY}
    seen = 0
    for rule, method in routes.asked(app):
        if (
            method == "GET"
            and not rule.arguments
            and rule.rule.startswith(("/seller", "/branch", "/committee", "/work"))
        ):
            for role in ("grower", "technician", "secretary"):
                page = people[role].get(rule.rule)
                if page.status_code == 200:
                    seen += 1
                    told = sorted(one for one in elsewhere if one in page.get_data(as_text=True))
                    assert told == [], f"{rule.rule} tells {role} of {told}"
    assert seen > 40
