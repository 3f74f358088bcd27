"""Tokens: shown once, kept as digests, never stronger than their owner, revocable."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.accounts.models.account import Account
from core.accounts.models.tokens import ApiToken
from core.accounts.queries.tokens import find_bearer
from core.accounts.service.tokens import MOST_ALIVE, create_token, note_use, revoke_token
from core.database import transaction
from core.errors import Conflict, Invalid, NotFound
from core.messaging.models import Message
from tests.factories.accounts import make_account
from tests.factories.organisation import make_membership

MONTH = timedelta(days=30)


@pytest.fixture
def technician(session):
    with transaction():
        account = make_account()
        make_membership(account.id, "technician", "guihua-osmanthus")
    return account.id


def make(account_id, at, **values):
    given = {"name": "scale", "scopes": ["epcis.capture"], "valid_for": MONTH}
    with transaction():
        return create_token(account_id, at=at, **(given | values))


def test_only_a_digest_of_a_token_is_kept(session, technician, at):
    made = make(technician, at)
    row = session.execute(sa.text("SELECT * FROM api_token")).one()
    assert made.secret.startswith("gyt_")
    assert made.secret[4:] not in str(tuple(row))
    assert find_bearer(made.secret, at=at).account_id == technician


def test_the_owner_hears_of_a_new_token(session, technician, at):
    make(technician, at)
    (told,) = session.scalars(sa.select(Message).where(Message.template == "account_token_made"))
    assert told.receiver == session.get_one(Account, technician).email
    assert (told.context["token"], told.context["day"]) == ("scale", (at + MONTH).date().isoformat())


def test_a_token_ends_with_its_time_its_revocation_or_its_account(session, technician, at):
    made = make(technician, at)
    assert find_bearer(made.secret + "x", at=at) is None
    assert find_bearer(made.secret, at=at + MONTH) is None
    with transaction():
        session.execute(sa.update(Account).values(active=False))
    assert find_bearer(made.secret, at=at) is None
    with transaction():
        session.execute(sa.update(Account).values(active=True))
        revoke_token(technician, made.public_id, at=at)
    assert find_bearer(made.secret, at=at) is None


def test_nobody_can_give_a_token_what_he_does_not_hold(session, at):
    with transaction():
        buyer = make_account().id
    with pytest.raises(Invalid):
        make(buyer, at)


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"scopes": []}, {"scopes": ["nothing.known"]}, {"valid_for": timedelta(days=800)}],
)
def test_a_token_needs_a_name_a_scope_and_an_end(session, technician, at, wrong):
    with pytest.raises(Invalid):
        make(technician, at, **wrong)


def test_tokens_do_not_pile_up(session, technician, at):
    for _ in range(MOST_ALIVE):
        make(technician, at)
    with pytest.raises(Conflict):
        make(technician, at)
    assert make(technician, at + MONTH)


@pytest.mark.both
def test_only_the_owner_revokes_and_only_once(session, technician, at):
    made = make(technician, at)
    with transaction():
        other = make_account().id
    for account_id in (other, technician, technician):
        expected = pytest.raises(NotFound) if account_id == other else None
        if expected:
            with expected, transaction():
                revoke_token(account_id, made.public_id, at=at)
    with transaction():
        revoke_token(technician, made.public_id, at=at)
    with pytest.raises(NotFound), transaction():
        revoke_token(technician, made.public_id, at=at)


def test_use_is_noted_once_a_minute(session, technician, at):
    make(technician, at)
    token_id = session.scalar(sa.select(ApiToken.id))
    for seconds in (0, 30, 61):
        with transaction():
            note_use(token_id, at=at + timedelta(seconds=seconds))
    assert session.scalar(sa.select(ApiToken.last_used_at)) == at + timedelta(seconds=61)


@pytest.mark.both
def test_the_page_shows_a_token_once_and_revokes_it(login):
    client = login(role="technician")
    answer = client.submit(
        "/account/tokens", {"name": "Waage", "scopes": ["epcis.capture", "epcis.read"], "days": "90"}
    )
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    secret = re.search(r"gyt_[0-9a-z]{40}", answer.get_data(as_text=True)).group(0)
    page = client.get("/account/tokens").get_data(as_text=True)
    assert secret not in page
    assert "Waage" in page
    action = re.search(r"/account/tokens/\w+/revoke", page).group(0)
    assert client.submit(action, form_at="/account/tokens").status_code == 302
    assert "revoke" not in client.get("/account/tokens").get_data(as_text=True)


@pytest.mark.both
def test_a_failed_form_keeps_what_was_typed(login):
    client = login(role="technician")
    answer = client.submit("/account/tokens", {"name": "Waage", "days": "90"})
    assert answer.status_code == 422
    assert "Waage" in answer.get_data(as_text=True)


def test_one_box_is_enough_for_the_browser_too(login):
    page = login(role="technician").get("/account/tokens").get_data(as_text=True)
    boxes = re.findall(r'<input[^>]*type="checkbox"[^>]*>', page)
    assert len(boxes) == 2
    assert not any("required" in box for box in boxes)


def test_a_buyer_makes_no_tokens(login):
    assert login(role="buyer").get("/account/tokens").status_code == 403


@pytest.mark.both
def test_the_command_prints_a_token_that_works(app, session, technician, at):
    with transaction():
        session.execute(sa.update(Account).values(email="scale@example.com"))
    done = app.test_cli_runner().invoke(
        args=["tokens", "create", "--email", "scale@example.com", "--scope", "epcis.capture"]
    )
    assert done.exit_code == 0, done.output
    session.rollback()
    assert session.scalar(sa.select(ApiToken.account_id)) == technician
    refused = app.test_cli_runner().invoke(
        args=["tokens", "create", "--email", "no@example.com", "--scope", "x"]
    )
    assert refused.exit_code != 0
