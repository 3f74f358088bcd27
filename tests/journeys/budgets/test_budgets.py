"""How many statements each page sends: in a town with 20 of everything no more than with 2, and not more than noted.

`python -m pytest tests/journeys/budgets --write-budgets` writes `budgets.txt` anew; what it says is looked at by hand.
"""

from pathlib import Path

import pytest

from core.clock import now
from core.database import transaction
from core.seal.tasks.sequencer import sequence
from tests.factories.accounts import make_account
from tests.factories.organisation import make_membership
from tests.journeys.authority.towns import make_places
from tests.journeys.budgets.asking import Asker
from tests.journeys.budgets.first_rows import add_first_rows
from tests.journeys.budgets.town import fill_cart, grow

TABLE = Path(__file__).with_name("budgets.txt")
FEW, MANY = 2, 20


@pytest.fixture
def accounts(app, login, session):
    """The account of each role, but for the visitor and the grower."""
    made = {role: login(role=role) for role in ("buyer", "technician", "secretary", "committee", "operator")}
    with transaction():
        program = make_account()
        make_membership(program.id, "technician", "guihua-osmanthus")
    return {role: client.account_id for role, client in made.items()} | {"program": program.id}


@pytest.fixture
def town(app, session, accounts, count_statements):
    """Whoever asks in a town with 2 of everything."""
    with transaction():
        own = make_places(now())["own"]
        add_first_rows(own, accounts["program"], now())
    asker = Asker(app, own, accounts | {"grower": own.owner_id}, count_statements)
    grow_to(asker, range(1, FEW))
    return asker


def grow_to(asker, numbers):
    for number in numbers:
        with transaction():
            grow(asker.own, asker.accounts["buyer"], number + 1, now())
            fill_cart(asker.accounts["buyer"], number + 1, now())
    sequence()


def written():
    """By route who asks, the status of the answer, and the most statements that it may take."""
    rows = [line.split(" | ") for line in TABLE.read_text(encoding="utf-8").splitlines()]
    return {route: (role, int(status), int(most)) for route, role, status, most in rows}


def write(town):
    rows = []
    for rule in town.rules():
        role = town.role_that_sees_most(rule)
        answer = town.ask(rule, role)
        rows.append(f"{rule.endpoint} {rule.rule} | {role} | {answer.status} | {len(answer)}")
    TABLE.write_text("\n".join(rows) + "\n", encoding="utf-8")


@pytest.mark.slow
def test_a_page_sends_as_many_statements_for_20_of_everything_as_for_2(app, town, request, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", True)
    if request.config.getoption("--write-budgets"):
        write(town)
        town.sign_in()
    budgets, rules = written(), town.rules()
    assert {f"{rule.endpoint} {rule.rule}" for rule in rules} == set(budgets), "every route has a budget"
    few = ask_all(town, rules, budgets)
    grow_to(town, range(FEW, MANY))
    town.sign_in()
    many = ask_all(town, rules, budgets)
    wrong = [
        f"{route}: {len(few[route])} statements with {FEW}, {len(many[route])} with {MANY}; the first is "
        f"{next(iter(many[route].statements - few[route].statements), 'sent less often')}"
        for route in budgets
        if len(few[route]) != len(many[route])
    ]
    assert wrong == []
    over = {route: len(many[route]) for route in budgets if len(many[route]) > budgets[route][2]}
    assert over == {}, "more than the budget; or is it worth it? Then write the budgets anew"
    statuses = {route: answer.status for route, answer in many.items()}
    assert statuses == {route: status for route, (_role, status, _most) in budgets.items()}


def ask_all(town, rules, budgets):
    answers = {}
    for rule in rules:
        route = f"{rule.endpoint} {rule.rule}"
        answers[route] = town.ask(rule, budgets[route][0])
    return answers
