"""`flask users`."""

import pytest
from sqlalchemy import func, select

from branch.organisation.models.tables import Membership
from core.accounts.models.account import Account
from core.accounts.models.devices import AccountDevice
from core.accounts.service.devices import open_device
from core.accounts.service.lost_factor import resets_of
from core.clock import now
from core.database import session as database
from core.database import transaction
from core.messaging.models import Message
from core.seal.models.leaves import SealLeaf
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.organisation import make_membership, make_tree
from tests.seals import not_as_sealed

CREATE = ["users", "create", "--email"]
RESET = ["users", "reset-second-factor", "--email"]


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


def test_who_signed_up_with_a_contact_and_has_not_proved_it_gets_no_role(app, run):
    with app.app_context(), transaction() as session:
        stranger = make_account(email="secretary@example.org")
        stranger.email_confirmed_at = None
        session.flush()
    done = run(*CREATE, "secretary@example.org", "--role", "secretary", "--unit", "guihua")
    assert (done.exit_code, "not proved" in done.output) == (1, True)
    with app.app_context():
        assert database.scalar(select(func.count()).select_from(Membership)) == 0


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


@pytest.fixture
def locked_out(app, session):
    """Somebody with a second factor and two contacts, signed in on one device; an operator; somebody who is none."""
    at = now()
    with transaction():
        owner = make_account(
            email="owner@example.org",
            phone="+8613800138000",
            tf_primary_method="authenticator",
            tf_totp_secret="secret",
            mf_recovery_codes=["one"],
            at=at,
        )
        open_device(owner, user_agent="", browser="x", remembered=False, tell=False, at=at)
        operator = make_account(email="operator@example.org", display_name="周", at=at)
        make_membership(operator.id, "operator", None)
        make_account(email="nobody@example.org", at=at)
        return owner.id


@pytest.mark.both
def test_an_operator_takes_a_lost_second_factor_off_in_plain_sight(run, session, locked_out):
    done = run(*RESET, "owner@example.org", "--reason", "身份证已当面核对")
    assert done.exit_code == 0, done.output
    session.rollback()
    owner = session.get_one(Account, locked_out, populate_existing=True)
    assert not owner.has_second_factor
    assert owner.mf_recovery_codes is None
    assert session.scalars(select(AccountDevice.ended_by)).all() == ["second_factor"]
    told = session.scalars(select(Message).where(Message.template == "account_factor_taken_off")).all()
    assert sorted(one.receiver for one in told) == ["+8613800138000", "owner@example.org"]
    assert all("身份证已当面核对" in str(one.context) for one in told)
    [seen] = resets_of(locked_out, at=now())
    assert (seen.by, seen.reason) == ("周", "身份证已当面核对")
    assert not_as_sealed("factor_reset") == []
    session.rollback()
    assert session.scalar(select(func.count()).where(SealLeaf.kind == "factor_reset")) == 1
    again = run(*RESET, "owner@example.org", "--reason", "x")
    assert again.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["owner@example.org"], "--reason"),
        (["owner@example.org", "--reason", " "], "请说明原因"),
        (["stranger@example.org", "--reason", "x"], "--email"),
        (["owner@example.org", "--reason", "x", "--operator", "nobody@example.org"], "operator"),
    ],
)
def test_no_second_factor_is_taken_off_without_a_reason_and_an_operator(
    run, session, locked_out, arguments, named
):
    done = run(*RESET, *arguments)
    assert done.exit_code != 0
    assert named in done.output
    session.rollback()
    assert session.get_one(Account, locked_out, populate_existing=True).has_second_factor


def test_the_owner_sees_on_the_account_page_who_took_it_off(run, client, locked_out, session):
    run(*RESET, "owner@example.org", "--reason", "身份证已当面核对")
    client.submit("/account/sign-in", {"email": "owner@example.org", "password": PASSWORD})
    page = client.get("/account").get_data(as_text=True)
    assert "身份证已当面核对" in page
    assert "周" in page
