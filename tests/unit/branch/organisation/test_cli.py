"""`flask users`."""

import pytest
from sqlalchemy import select

from branch.organisation.models import Membership
from core.accounts.models import Account
from core.database import session as database
from core.database import transaction
from tests.factories.organisation import make_tree

CREATE = ["users", "create", "--email"]


@pytest.fixture
def run(app):
    with app.app_context(), transaction():
        make_tree()

    def command(*arguments, stdin=""):
        return app.test_cli_runner().invoke(args=list(arguments), input=stdin)

    return command


@pytest.mark.both
def test_an_account_is_opened_with_a_password_shown_once(app, client, run):
    done = run(*CREATE, "new@example.org", "--role", "technician", "--unit", "guihua-osmanthus")
    assert done.exit_code == 0, done.output
    password = done.output.split("(shown once): ")[1].strip()
    answer = client.submit("/account/sign-in", {"email": "new@example.org", "password": password})
    assert answer.status_code == 302
    assert client.get("/branch/growers").status_code == 200


def test_the_password_can_come_from_standard_input(app, run):
    password = "a pond between two hills"
    done = run(*CREATE, "13800138000", "--role", "buyer", "--password-stdin", stdin=f"{password}\n")
    assert done.exit_code == 0, done.output
    assert password not in done.output
    answer = app.test_client().submit("/account/sign-in", {"email": "13800138000", "password": password})
    assert answer.status_code == 302


@pytest.mark.both
def test_an_account_that_exists_gets_one_more_role(app, run):
    for role, unit in (("secretary", "guihua-osmanthus"), ("committee", "guihua")):
        assert run(*CREATE, "new@example.org", "--role", role, "--unit", unit).exit_code == 0
    with app.app_context():
        assert len(database.scalars(select(Account)).all()) == 1
        assert len(database.scalars(select(Membership)).all()) == 2


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["new@example.org", "--role", "secretary"], "--unit"),
        (["new@example.org", "--role", "king", "--unit", "guihua"], "king"),
        (["new@example.org", "--role", "secretary", "--unit", "nowhere"], "nowhere"),
        (["nobody", "--role", "buyer"], "--email"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(app, run, arguments, named):
    done = run(*CREATE, *arguments)
    assert done.exit_code != 0
    assert named in done.output
    with app.app_context():
        assert database.scalar(select(Account)) is None


def test_a_weak_password_is_refused(run):
    done = run(*CREATE, "new@example.org", "--role", "buyer", "--password-stdin", stdin="12345678\n")
    assert done.exit_code != 0


def test_the_roles_of_the_contract_are_listed(run):
    lines = run("users", "list-roles").output.splitlines()
    names = [line.split(":")[0].split(" ")[0] for line in lines]
    assert names == ["buyer", "grower", "technician", "secretary", "committee", "operator"]
