"""Recovery asked for by strangers, and accounts that were opened with somebody else's contact; over HTTP."""

import re

import pytest
from sqlalchemy import select

from core.accounts.models.account import Account
from core.database import session as database
from core.database import transaction
from core.messaging.models import Message
from tests.factories.accounts import PASSWORD, make_account
from tests.signing_in import session_cookie

RECOVER, CONTACT, SIGN_IN, SIGN_UP = (
    "/account/recover",
    "/account/contact",
    "/account/sign-in",
    "/account/sign-up",
)
PHONE, EMAIL, WORDS = "+8613900139000", "victim@example.org", "four more osmanthus trees"


def open_account(app, **columns):
    with app.app_context(), transaction():
        return make_account(**columns).id


def enter(app, account_id):
    client = app.test_client()
    with app.app_context():
        client.set_cookie("guiyuan", session_cookie(app, account_id), domain="127.0.0.1")
    return client


def told(app, template):
    with app.app_context():
        return database.scalars(
            select(Message).where(Message.template == template).order_by(Message.id)
        ).all()


def account(app, account_id):
    with app.app_context():
        found = database.get_one(Account, account_id)
        database.expunge(found)
        return found


def ask(client, contact):
    return client.submit(RECOVER, {"identity": contact})


@pytest.mark.both
def test_many_strangers_neither_flood_a_phone_nor_lock_its_owner_out(app, client, run_jobs):
    open_account(app, email=None, phone=PHONE)
    pages = [ask(client, PHONE).location for _ in range(12)]
    run_jobs()
    (message,) = told(app, "account_code")
    for page in pages[:4]:
        for _ in range(6):
            client.submit(page, {"code": "not it"})
    own = ask(app.test_client(), PHONE).location
    run_jobs()
    assert len(told(app, "account_code")) == 1, "the code that lies in his hand is good"
    entered = app.test_client().submit(own, {"code": message.context["code"]})
    assert entered.status_code == 302
    assert "/account/recover/" in entered.location


@pytest.mark.both
def test_many_strangers_do_not_fill_a_mailbox_with_links(app, client, run_jobs):
    account_id = open_account(app, email=EMAIL)
    for _ in range(12):
        assert ask(client, EMAIL).status_code == 200
    run_jobs()
    (message,) = told(app, "account_recover_link")
    link = re.sub(r"^https?://[^/]+", "", message.context["link"])
    assert client.submit(link, {"password": WORDS, "password_confirm": WORDS}).status_code == 302
    ask(client, EMAIL)
    run_jobs()
    assert len(told(app, "account_recover_link")) == 2, "the link before was used: the next one goes at once"
    assert account(app, account_id).email_confirmed_at


def test_whoever_asks_is_counted_before_him_who_is_meant(app, limited, run_jobs):
    open_account(app, email=None, phone=PHONE)
    stranger, owner = limited.test_client(), limited.test_client()
    answers = [
        stranger.submit(RECOVER, {"identity": PHONE}, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code
        for _ in range(8)
    ]
    assert answers == [302] * 5 + [429] * 3
    asked = owner.submit(RECOVER, {"identity": PHONE}, environ_base={"REMOTE_ADDR": "198.51.100.9"})
    assert asked.status_code == 302
    run_jobs()
    (message,) = told(app, "account_code")
    assert owner.submit(asked.location, {"code": message.context["code"]}).status_code == 302


@pytest.mark.both
def test_the_owner_of_an_address_takes_back_what_somebody_opened_with_it(app, client, run_jobs):
    squatted = open_account(app, email=EMAIL, email_confirmed_at=None)
    with app.app_context(), transaction() as session:
        row = session.get_one(Account, squatted)
        row.tf_primary_method, row.tf_totp_secret = "authenticator", "the squatter's"
    squatter = enter(app, squatted)
    assert squatter.get("/account").status_code == 200

    ask(client, EMAIL)
    run_jobs()
    link = re.sub(r"^https?://[^/]+", "", told(app, "account_recover_link")[-1].context["link"])
    assert client.submit(link, {"password": WORDS, "password_confirm": WORDS}).status_code == 302
    found = account(app, squatted)
    assert found.email_confirmed_at
    assert found.tf_totp_secret is None, "nobody is kept out by a factor that somebody else set up"
    assert squatter.get("/account").status_code == 302
    again = app.test_client().submit(SIGN_IN, {"email": EMAIL, "password": PASSWORD})
    assert again.status_code == 422
    entered = app.test_client().submit(SIGN_IN, {"email": EMAIL, "password": WORDS})
    assert entered.status_code == 302
    assert "second-factor" not in entered.location


@pytest.mark.both
def test_who_opened_an_account_with_another_s_address_keeps_no_way_of_his_own_into_it(app, client, run_jobs):
    squatted = open_account(app, email=EMAIL, email_confirmed_at=None)
    squatter = enter(app, squatted)
    ask(client, EMAIL)
    run_jobs()
    link = re.sub(r"^https?://[^/]+", "", told(app, "account_recover_link")[-1].context["link"])
    page = squatter.submit(CONTACT, {"identity": PHONE}).location
    squatter.submit(page, {"code": told(app, "account_code")[-1].context["code"]})
    found = account(app, squatted)
    assert (found.email, found.phone) == (None, PHONE), "what is proved stays, what was typed goes"
    assert client.get(link).status_code == 302, "the link leads into no account with a stranger's telephone"
    form = {"identity": EMAIL, "display_name": "Owner", "password": WORDS, "password_again": WORDS}
    opened = client.submit(SIGN_UP, form)
    assert opened.status_code == 303, "and the address is free for its owner"


@pytest.mark.both
def test_a_typed_contact_goes_over_to_the_account_that_proves_it(app):
    squatted = open_account(app, email=EMAIL, email_confirmed_at=None, phone=PHONE)
    owner_id = open_account(app, email="other@example.org")
    owner = enter(app, owner_id)
    with app.app_context(), transaction() as session:
        session.get_one(Account, owner_id).email = None
        session.get_one(Account, owner_id).phone = "+8613700137000"
        session.get_one(Account, owner_id).phone_confirmed_at = session.get_one(Account, owner_id).created_at
    page = owner.submit(CONTACT, {"identity": EMAIL}).location
    assert owner.submit(page, {"code": told(app, "account_code")[-1].context["code"]}).status_code == 302
    assert account(app, owner_id).email == EMAIL
    assert account(app, squatted).email is None


def test_what_was_only_typed_recovers_no_account_that_somebody_proved(app, client, run_jobs):
    open_account(app, email=EMAIL, email_confirmed_at=None, phone=PHONE)
    ask(client, EMAIL)
    run_jobs()
    assert told(app, "account_recover_link") == []
    ask(client, PHONE)
    run_jobs()
    assert len(told(app, "account_code")) == 1
