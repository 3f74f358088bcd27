"""People open accounts, sign in, recover, and set up a second factor; over HTTP, nothing patched."""

import re
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from flask import current_app
from passlib.totp import TOTP
from sqlalchemy import select

from core.accounts.models.account import Account
from core.clock import now
from core.database import session as database
from core.database import transaction
from core.messaging.models import Message
from tests.conftest import hidden_of
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.organisation import make_membership

SIGN_IN = "/account/sign-in"
SIGN_UP = "/account/sign-up"


ANSWERS = {"display_name": "李桂", "password": PASSWORD, "password_again": PASSWORD}


def sign_up(client, identity, **changes):
    return client.submit(SIGN_UP, ANSWERS | {"identity": identity} | changes)


def sign_in(client, identity, password=PASSWORD, **options):
    return client.submit(SIGN_IN, {"email": identity, "password": password}, **options)


def add_account(app, **columns):
    with app.app_context(), transaction():
        return make_account(**columns).id


def last_message(app):
    with app.app_context():
        return database.scalars(select(Message).order_by(Message.id.desc())).first()


@pytest.mark.parametrize(
    ("typed", "typed_later"),
    [("138 0013 8000", "+8613800138000"), ("Li.Gui@Example.ORG", "li.gui@example.org")],
)
@pytest.mark.both
def test_signing_up_by_phone_or_email_and_signing_in_again(app, client, typed, typed_later):
    opened = sign_up(client, typed)
    assert opened.status_code == 303
    assert "李桂" in client.get("/account").get_data(as_text=True)

    client.submit("/account/sign-out", form_at="/account")
    assert client.get("/account").status_code == 302

    again = sign_in(app.test_client(), typed_later)
    assert again.status_code == 302
    assert again.headers["Location"].endswith("/work")


def test_what_was_typed_stays_when_signing_up_fails(client):
    answer = sign_up(client, "not a contact", display_name="王苗")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="not a contact"' in page
    assert 'value="王苗"' in page


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaa", "12345678", "13800138000"])
def test_a_weak_password_is_refused(client, password):
    answer = sign_up(client, "13800138000", password=password, password_again=password)
    assert answer.status_code == 422


@pytest.mark.both
def test_signing_up_with_a_taken_contact_does_not_sign_in(app, client):
    add_account(app, email="taken@example.org")
    answer = sign_up(client, "taken@example.org")
    assert answer.status_code == 422
    assert client.get("/account").status_code == 302


def test_a_wrong_password_and_an_unknown_contact_read_the_same(app):
    add_account(app, email="known@example.org")
    pages = []
    for identity in ("known@example.org", "nobody@example.org"):
        answer = sign_in(app.test_client(), identity, "wrong password")
        assert answer.status_code == 422
        page = answer.get_data(as_text=True).replace(identity, "")
        pages.append(re.sub(r'name="(csrf_token|form_key)"[^>]*', "", page))
    assert pages[0] == pages[1]


def test_wrong_passwords_are_limited(app, limited_client):
    client = limited_client
    add_account(app, email="known@example.org")
    codes = [sign_in(client, "known@example.org", f"wrong password {n}").status_code for n in range(11)]
    assert codes[:10] == [422] * 10
    assert codes[10] == 429
    assert sign_in(client, "known@example.org").status_code == 429


def test_a_form_without_its_token_is_refused(app, client):
    add_account(app, email="known@example.org")
    answer = client.post(SIGN_IN, data={"email": "known@example.org", "password": PASSWORD})
    assert answer.status_code == 400


def test_recovering_by_email_sets_a_new_password(app, client, run_jobs):
    add_account(app, email="lost@example.org")
    known = client.submit("/account/recover", {"identity": "lost@example.org"})
    unknown = client.submit("/account/recover", {"identity": "never@example.org"})
    assert known.status_code == unknown.status_code == 200
    run_jobs()
    message = last_message(app)
    assert message.receiver == "lost@example.org"

    path = re.sub(r"^https?://[^/]+", "", message.context["link"])
    new = "quite another sentence"
    assert client.submit(path, {"password": new, "password_confirm": new}).status_code == 302
    assert sign_in(app.test_client(), "lost@example.org", new).status_code == 302
    assert sign_in(app.test_client(), "lost@example.org", PASSWORD).status_code == 422
    assert client.get(path).status_code == 302, "the link works once"


def test_recovering_by_phone_takes_a_code(app, client, run_jobs):
    add_account(app, email=None, phone="+8613900139000")
    asked = client.submit("/account/recover", {"identity": "139 0013 9000"})
    unknown = client.submit("/account/recover", {"identity": "139 0013 9001"})
    assert asked.status_code == unknown.status_code == 302
    run_jobs()
    page, code = asked.headers["Location"], last_message(app).context["code"]
    wrong = "000000" if code != "000000" else "000001"

    assert client.submit(page, {"code": wrong}).status_code == 422
    right = client.submit(page, {"code": code})
    assert right.status_code == 302
    assert "/account/recover/" in right.headers["Location"]
    assert client.submit(page, {"code": code}).status_code == 422, "a code works once"
    assert client.submit(unknown.headers["Location"], {"code": code}).status_code == 422


@pytest.mark.both
def test_a_code_allows_five_attempts(app, client, run_jobs):
    add_account(app, email=None, phone="+8613900139000")
    page = client.submit("/account/recover", {"identity": "13900139000"}).headers["Location"]
    run_jobs()
    code = last_message(app).context["code"]
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        assert client.submit(page, {"code": wrong}).status_code == 422
    assert client.submit(page, {"code": code}).status_code == 422


def test_adding_a_contact_to_the_account(app, login):
    client = login(email="first@example.org")
    page = client.submit("/account/contact", {"identity": "13700137000"}).headers["Location"]
    assert client.submit(page, {"code": last_message(app).context["code"]}).status_code == 302
    assert sign_in(app.test_client(), "137 0013 7000").status_code == 302


def test_the_contact_of_somebody_else_cannot_be_added(app, login):
    add_account(app, email=None, phone="+8613700137000")
    client = login()
    before = last_message(app)
    page = client.submit("/account/contact", {"identity": "13700137000"})
    assert page.status_code == 303, "nobody learns whose contact it is"
    assert last_message(app) is before is None


@pytest.mark.both
def test_changing_name_and_language(login):
    client = login()
    assert client.submit("/account", {"display_name": "New Name", "locale": "en"}).status_code == 302
    page = client.get("/account").get_data(as_text=True)
    assert "New Name" in page
    assert "Your account" in page


@pytest.mark.both
def test_changing_the_password(app, login):
    client = login(email="me@example.org")
    new = "a fourth tree and a pond"
    wrong = client.submit(
        "/account/password",
        {"password": "not it at all", "new_password": new, "new_password_confirm": new},
    )
    assert wrong.status_code == 422
    right = client.submit(
        "/account/password", {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    )
    assert right.status_code == 302
    assert last_message(app).template == "account_password_changed"
    assert sign_in(app.test_client(), "me@example.org", new).status_code == 302


def code_for(app, account_id):
    """What the authenticator app of this account shows now."""
    with app.app_context():
        account = database.get_one(Account, account_id)
        return current_app.extensions["security"].totp_factory.generate_totp_password(account.tf_totp_secret)


def test_a_secretary_without_second_factor_sets_it_up_before_anything_else(app, client):
    account_id = add_account(app, email="secretary@example.org", demo=False)
    with app.app_context(), transaction():
        make_membership(account_id, "secretary", "guihua-osmanthus")

    entered = sign_in(client, "secretary@example.org")
    assert entered.headers["Location"].endswith("/account/second-factor")
    assert client.get("/branch/members").status_code == 302, "not signed in yet"

    page = client.submit("/account/second-factor", {"setup": "authenticator"}).get_data(as_text=True)
    key = re.search(r'code-box__code">([^<]+)<', page).group(1)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    code = TOTP(key).generate().token
    done = client.post("/account/second-factor/code", data={"csrf_token": token, "code": code})
    assert done.status_code == 302
    assert client.get("/branch/members").status_code == 200

    other = app.test_client()
    assert "second-factor/code" in sign_in(other, "secretary@example.org").headers["Location"]
    used = other.submit("/account/second-factor/code", {"code": code})
    assert used.status_code == 422, "an authenticator code works once"

    codes_page = client.submit("/account/recovery-codes", {"generate_new_codes": "yes"}).get_data(
        as_text=True
    )
    recovery = re.findall(r'<code class="num">([^<]+)</code>', codes_page)
    assert len(recovery) == 8
    third = app.test_client()
    sign_in(third, "secretary@example.org")
    assert third.submit("/account/recovery-code", {"code": recovery[0]}).status_code == 302
    assert third.get("/branch/members").status_code == 200
    fourth = app.test_client()
    sign_in(fourth, "secretary@example.org")
    assert fourth.submit("/account/recovery-code", {"code": recovery[0]}).status_code == 422


def test_somebody_who_becomes_secretary_while_signed_in_is_led_to_the_second_factor(app, login):
    client = login(demo=False)
    assert client.get("/account").status_code == 200
    with app.app_context(), transaction():
        make_membership(client.account_id, "secretary", "guihua-osmanthus")
    led = client.get("/branch/members")
    assert led.status_code == 302
    assert led.headers["Location"].endswith("/account/second-factor")


def test_demonstration_accounts_are_refused_where_others_can_come_in(app, login):
    client = login(role="secretary", email="secretary@demo.example.org")
    assert client.get("/branch/members").status_code == 200
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = settings.model_copy(update={"public_url": "https://guiyuan.example.org"})
    try:
        refused = sign_in(app.test_client(), "secretary@demo.example.org")
        assert refused.status_code == 422
        assert client.get("/branch/members").status_code == 302, "who was inside is put out"
    finally:
        app.config["SETTINGS"] = settings


def test_a_closed_account_cannot_sign_in(app, client):
    add_account(app, email="closed@example.org", active=False)
    assert sign_in(client, "closed@example.org").status_code == 422


def test_after_signing_in_the_visitor_is_where_he_wanted_to_go(app, client):
    add_account(app, email="known@example.org")
    asked = client.get("/grower/apply")
    assert asked.status_code == 302
    entered = client.submit(asked.headers["Location"], {"email": "known@example.org", "password": PASSWORD})
    assert entered.headers["Location"].endswith("/grower/apply")


def test_who_is_led_to_the_sign_in_page_reads_why(client):
    why = "请登录后继续"
    assert why in client.get("/account/devices", follow_redirects=True).text
    assert why not in client.get(SIGN_IN).text
    assert client.get("/account/devices").location == "/account/sign-in?next=/account/devices&led=here"


def test_signing_in_leads_to_no_other_site(app, client):
    add_account(app, email="known@example.org")
    answer = client.submit(
        SIGN_IN, {"email": "known@example.org", "password": PASSWORD, "next": "https://evil.example.net/"}
    )
    assert "evil" not in answer.headers.get("Location", "")


@pytest.mark.parametrize(
    "elsewhere", ["http://[", "//[", "http://℀.example", "/\\evil.example", "https://evil"]
)
def test_a_way_back_that_leads_off_this_site_leads_home(client, elsewhere):
    at = f"{SIGN_UP}?{urlencode({'next': elsewhere})}"
    assert client.submit(at, ANSWERS | {"identity": "13600136000", "next": elsewhere}).location == "/"
    client.get("/account/sign-out")
    client.submit("/account/sign-out", form_at="/account")
    at = f"{SIGN_IN}?{urlencode({'next': elsewhere})}"
    assert (
        client.submit(at, {"email": "13600136000", "password": PASSWORD, "next": elsewhere}).location == "/"
    )
    assert client.get(f"/account/second-factor/present?{urlencode({'next': elsewhere})}").location == "/"
    assert client.get(f"/account/verify?{urlencode({'next': elsewhere})}").status_code < 500


@pytest.mark.both
def test_a_contact_counts_as_confirmed_once_a_code_reached_it(app, client):
    sign_up(client, "13600136000")
    page = client.submit("/account/contact", {"identity": "13600136000"}).headers["Location"]
    client.submit(page, {"code": last_message(app).context["code"]})
    with app.app_context():
        account = database.scalars(select(Account)).one()
        assert account.phone_confirmed_at is not None
        assert account.phone_confirmed_at <= datetime.now(UTC)


def test_failures_of_one_account_are_counted_wherever_they_come_from(app, limited_client):
    add_account(app, email="known@example.org")
    add_account(app, email="other@example.org")

    def attempt(identity, password, number):
        return sign_in(
            limited_client, identity, password, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"}
        ).status_code

    assert [attempt("known@example.org", "wrong password", n) for n in range(10)] == [422] * 10
    assert attempt("Known@Example.org ", PASSWORD, 99) == 429
    assert attempt("other@example.org", PASSWORD, 99) == 302


def test_no_bearer_token_is_given_out(app, client):
    add_account(app, email="known@example.org")
    page = client.get(SIGN_IN).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    answer = client.post(
        f"{SIGN_IN}?include_auth_token",
        json={"email": "known@example.org", "password": PASSWORD},
        headers={"Accept": "application/json", "X-CSRFToken": token},
    )
    assert "token" not in answer.get_data(as_text=True).replace("csrf_token", "")


@pytest.mark.both
def test_a_new_contact_is_told_to_the_old_one(app, login):
    client = login(email="old@example.org")
    page = client.submit("/account/contact", {"identity": "new@example.org"}).headers["Location"]
    client.submit(page, {"code": last_message(app).context["code"]})
    told = last_message(app)
    assert (told.template, told.receiver) == ("account_contact_changed", "old@example.org")


@pytest.mark.both
def test_contacts_are_changed_soon_after_signing_in_only(login):
    client = login()
    with client.session_transaction() as kept:
        kept["fs_paa"] -= 61 * 60
        kept.pop("fs_gexp", None)
    asked = client.get("/account/contact")
    assert asked.status_code == 302
    assert "/account/confirm" in asked.headers["Location"]
    again = client.submit(asked.headers["Location"], {"password": PASSWORD})
    assert again.status_code == 302
    assert client.get("/account/contact").status_code == 200


@pytest.mark.both
def test_a_secretary_cannot_turn_the_second_factor_off(app, login):
    client = login(role="secretary")
    with app.app_context(), transaction() as session:
        account = session.get_one(Account, client.account_id)
        account.demo = False
        account.tf_primary_method = "authenticator"
        account.tf_totp_secret = current_app.extensions["security"].totp_factory.generate_totp_secret()
    with client.session_transaction() as cookie:
        cookie["factor_shown_at"] = now().timestamp()
    client.submit("/account/second-factor", {"setup": "disable"})
    with app.app_context():
        assert database.get_one(Account, client.account_id).has_second_factor


def test_the_account_leads_to_its_orders(login):
    client = login()
    assert 'href="/account/orders"' in client.get("/account").get_data(as_text=True)
    assert client.get("/account/orders").status_code == 200


def test_who_tries_passwords_keeps_the_owner_out_nowhere(app, limited_client):
    """From a browser that signed in before, tries are counted by themselves."""
    add_account(app, email="known@example.org")
    owner = limited_client
    assert sign_in(owner, "known@example.org").status_code == 302
    owner.submit("/account/sign-out", form_at="/account")
    stranger = owner.application.test_client()
    for n in range(11):
        stranger.environ_base["REMOTE_ADDR"] = f"198.51.100.{n}"
        last = sign_in(stranger, "known@example.org", "wrong")
    assert last.status_code == 429
    assert sign_in(owner, "known@example.org").status_code == 302


def test_a_recovery_does_the_same_for_everybody_in_its_request(app, client, count_statements, monkeypatch):
    """No hash, no message and not a statement more, whoever is asked for."""
    add_account(app, email="lost@example.org", phone="+8613900139000")
    hashed = []
    context = app.extensions["security"].pwd_context
    for name in ("hash", "verify"):
        monkeypatch.setattr(context, name, lambda *_args, **_options: hashed.append(1))
    for known, unknown in (("lost@example.org", "never@example.org"), ("13900139000", "13900139001")):
        asked = []
        for identity in (known, unknown):
            page = client.get("/account/recover").get_data(as_text=True)
            with count_statements() as seen:
                answer = client.post("/account/recover", data=hidden_of(page) | {"identity": identity})
            asked.append((answer.status_code, [statement.split("VALUES")[0] for statement in seen]))
        assert asked[0] == asked[1]
    assert hashed == []
    with app.app_context():
        assert database.scalars(select(Message)).all() == []
