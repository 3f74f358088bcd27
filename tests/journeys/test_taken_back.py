"""What somebody began with a stolen password, session or mailbox is worth nothing once its owner has changed that."""

import re

import pytest
from flask import current_app
from passlib.totp import TOTP
from sqlalchemy import select

from core.accounts.models.account import Account
from core.accounts.models.devices import FactorGuess
from core.accounts.views.second_factor_guards import is_right
from core.database import db, transaction
from core.database import session as database
from core.messaging.models import Message
from tests.at_once import at_once
from tests.conftest import hidden_of
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.organisation import make_membership

SIGN_IN, CODE, SET_UP = "/account/sign-in", "/account/second-factor/code", "/account/second-factor"
EMAIL, WORDS = "owner@example.org", "four osmanthus trees"


@pytest.fixture
def account_id(app, clock):
    with app.app_context(), transaction():
        return make_account(email=EMAIL, demo=False).id


def enter(app, email=EMAIL, client=None):
    client = client or app.test_client()
    assert client.submit(SIGN_IN, {"email": email, "password": PASSWORD}).status_code == 302
    return client


def last(app, template):
    with app.app_context():
        found = select(Message).where(Message.template == template).order_by(Message.id.desc())
        return database.scalars(found).first()


def contact_of(app, account_id):
    with app.app_context():
        return database.get_one(Account, account_id).email


def change_password(client):
    words = {"password": PASSWORD, "new_password": WORDS, "new_password_confirm": WORDS}
    return client.submit("/account/password", words)


def sign_others_out(client):
    return client.submit("/account/devices/sign-out-others", form_at="/account/devices")


def sign_that_out(client):
    page = client.get("/account/devices").get_data(as_text=True)
    (action,) = re.findall(r'action="(/account/devices/[^"]+/sign-out)"', page)
    return client.submit(action, form_at="/account/devices")


@pytest.mark.both
@pytest.mark.parametrize("owner_does", [change_password, sign_others_out, sign_that_out])
def test_a_contact_that_a_thief_began_to_put_in_is_not_put_in_after_he_was_signed_out(
    app, account_id, owner_does
):
    owner, thief = enter(app), enter(app)
    page = thief.submit("/account/contact", {"identity": "thief@example.net"}).location
    code = last(app, "account_code").context["code"]
    assert owner_does(owner).status_code in {302, 303}
    assert app.test_client().submit(page, {"code": code}).status_code == 422
    assert contact_of(app, account_id) == EMAIL


@pytest.mark.both
def test_a_link_of_recovery_in_a_former_mailbox_opens_nothing(app, account_id, run_jobs):
    app.test_client().submit("/account/recover", {"identity": EMAIL})
    run_jobs()
    link = re.sub(r"^https?://[^/]+", "", last(app, "account_recover_link").context["link"])
    assert app.test_client().get(link).status_code == 200
    owner = enter(app)
    page = owner.submit("/account/contact", {"identity": "new@example.org"}).location
    owner.submit(page, {"code": last(app, "account_code").context["code"]})
    assert contact_of(app, account_id) == "new@example.org"
    assert owner.get("/account").status_code == 200, "his own session goes on"
    assert app.test_client().get(link).status_code == 302
    app.test_client().submit(link, {"password": WORDS, "password_confirm": WORDS}, form_at=SIGN_IN)
    enter(app, "new@example.org")


@pytest.mark.both
def test_a_code_that_went_to_a_former_telephone_does_not_bring_it_back(app, run_jobs):
    with app.app_context(), transaction():
        account_id = make_account(email=EMAIL, phone="+8613900139000").id
    thief, owner = app.test_client(), enter(app)
    stolen = thief.submit("/account/recover", {"identity": "13900139000"}).location
    run_jobs()
    code = last(app, "account_code").context["code"]
    page = owner.submit("/account/contact", {"identity": "13700137000"}).location
    assert owner.submit(page, {"code": last(app, "account_code").context["code"]}).status_code == 302
    assert thief.submit(stolen, {"code": code}).status_code == 422
    with app.app_context():
        assert database.get_one(Account, account_id).phone == "+8613700137000"


def test_strangers_who_ask_for_recovery_use_up_no_code_of_the_owner(app, run_jobs):
    with app.app_context(), transaction():
        make_account(email=EMAIL, phone="+8613900139000")
    owner = enter(app)
    for _ in range(6):
        app.test_client().submit("/account/recover", {"identity": "13900139000"})
    run_jobs()
    owner.submit("/account/contact", {"identity": "new@example.org"})
    assert last(app, "account_code").receiver == "new@example.org"


def set_up(client):
    """What is to be sent to prove a new authenticator app; nothing when the page is not opened."""
    page = client.submit(SET_UP, {"setup": "authenticator"}).get_data(as_text=True)
    key = re.search(r'code-box__code">([^<]+)<', page)
    return hidden_of(page) | {"code": TOTP(key[1].replace("-", "")).generate().token} if key else None


@pytest.fixture
def secretary_id(app, account_id):
    with app.app_context(), transaction():
        make_membership(account_id, "secretary", "guihua-osmanthus")
    return account_id


@pytest.mark.parametrize("kept_with_key", [True, False])
def test_a_sign_in_begun_before_there_was_a_factor_sets_none_up_over_it(app, secretary_id, kept_with_key):
    thief, owner = enter(app), enter(app)
    of_thief = set_up(thief) if kept_with_key else None
    owner.post(CODE, data=set_up(owner))
    assert owner.get("/branch/members").status_code == 200
    with app.app_context(), transaction():
        account = database.get_one(Account, secretary_id)
        account.tf_last_counter, secret = None, account.tf_totp_secret  # as half a minute later
    if of_thief := of_thief or set_up(thief):
        thief.post(CODE, data=of_thief)
    assert thief.get("/branch/members").status_code == 302
    with app.app_context():
        assert database.get_one(Account, secretary_id).tf_totp_secret == secret


def test_recovery_codes_made_before_there_was_a_factor_recover_nothing(app, account_id):
    thief, owner = enter(app), enter(app)
    thief.submit("/account/recovery-codes", {"generate_new_codes": "yes"})
    with app.app_context():
        assert len(database.get_one(Account, account_id).mf_recovery_codes) == 8
    page = owner.submit(SET_UP, {"setup": "authenticator"}).get_data(as_text=True)
    key = re.search(r'code-box__code">([^<]+)<', page).group(1).replace("-", "")
    action = re.search(r'action="(/account/second-factor/[^"]+)"', page).group(1)
    owner.submit(action, {"code": TOTP(key).generate().token}, form_at="/account")
    with app.app_context():
        account = database.get_one(Account, account_id)
        assert account.has_second_factor
        assert not account.mf_recovery_codes


@pytest.mark.parametrize("path", ["/account/password", "/account/confirm"])
def test_a_stolen_session_does_not_guess_the_password_from_many_addresses(limited, account_id, path):
    thief, owner = enter(limited), enter(limited)
    seen = []
    for n in range(11):
        words = {"password": f"wrong {n}", "new_password": WORDS, "new_password_confirm": WORDS}
        answer = thief.submit(path, words, environ_base={"REMOTE_ADDR": f"198.51.100.{n}"})
        seen.append(answer.status_code)
    assert seen == [422] * 10 + [429]
    assert change_password(owner).status_code == 302, "another sign-in is counted by itself"


def test_a_browser_that_calls_itself_known_guesses_no_more_often(limited, account_id):
    """It counts by itself only where the account signed in from it, not where another one did."""
    with limited.app_context(), transaction():
        make_account(email="thief@example.net")
    thief, seen = enter(limited, "thief@example.net"), []
    thief.submit("/account/sign-out", form_at="/account")
    others = [limited.test_client() for _ in range(10)]
    for n, client in enumerate([*others, thief]):
        if client is not thief:
            client.set_cookie("guiyuan_browser", f"{n:032d}", domain="127.0.0.1", path="/account")
        wrong = {"email": EMAIL, "password": f"wrong {n}"}
        seen.append(
            client.submit(SIGN_IN, wrong, environ_base={"REMOTE_ADDR": f"198.51.100.{n}"}).status_code
        )
    assert seen == [422] * 10 + [429]


@pytest.fixture
def with_codes(app, account_id):
    """The account with a second factor, and one of its recovery codes."""
    with app.app_context(), transaction():
        account = database.get_one(Account, account_id)
        account.tf_primary_method = "authenticator"
        account.tf_totp_secret = current_app.extensions["security"].totp_factory.generate_totp_secret()
        return current_app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(account)[0]


def test_a_browser_that_others_use_is_forgiven_what_it_got_right(app, account_id, with_codes, clock):
    with app.app_context(), transaction():
        make_account(email="colleague@example.org")
    client = enter(app, "colleague@example.org")
    client.submit("/account/sign-out", form_at="/account")
    enter(app, client=client)
    assert client.submit("/account/recovery-code", {"code": with_codes}).status_code == 302
    with app.app_context():
        assert database.scalars(select(FactorGuess.failures)).all() == [0]


@pytest.mark.both
@pytest.mark.parametrize("kind", ["recovery code", "authenticator app"])
def test_what_is_used_once_is_used_by_one_request_of_two(app, account_id, with_codes, kind, database_kind):
    """The second has looked before the first is done; on SQLite it cannot even have begun."""

    def code():
        if kind == "recovery code":
            return with_codes
        return current_app.extensions["security"].totp_factory.generate_totp_password(account.tf_totp_secret)

    def first():
        with app.test_request_context(), transaction():
            return is_right(database.get_one(Account, account_id), given)

    with app.test_request_context(), transaction():
        account = database.get_one(Account, account_id)
        given = code()
        assert account.mf_recovery_codes
        if database_kind == "postgresql":
            assert at_once([first]) == [True]
            assert not is_right(account, given)
        else:
            assert is_right(account, given)
            assert not is_right(account, given)


@pytest.mark.both
def test_nobody_else_reads_what_is_used_once_until_it_is_used_up(app, account_id, with_codes, database_kind):
    if database_kind != "postgresql":
        return  # one writer at a time
    free = select(Account.id).where(Account.id == account_id).with_for_update(skip_locked=True)
    with app.test_request_context(), transaction():
        assert is_right(database.get_one(Account, account_id), with_codes)
        with db.engine.connect() as other:
            assert other.execute(free).all() == []
