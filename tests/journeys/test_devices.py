"""Where an account is signed in: two browsers, stolen cookies, idle staff, changed passwords; nothing patched but the clock."""

import re
from datetime import timedelta

import pytest
from flask_security import login_user
from sqlalchemy import select

from core.accounts.forms.sign_in import SignInForm
from core.accounts.models.account import Account
from core.accounts.models.devices import AccountDevice
from core.database import session as database
from core.database import transaction
from core.messaging.models import Message
from core.settings import Settings
from tests.at_once import copy_of
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.organisation import make_membership
from tests.seals import behind_the_back
from tests.signing_in import session_cookie

pytestmark = pytest.mark.both

SIGN_IN = "/account/sign-in"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36 MicroMessenger/8.0"
)
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0"


@pytest.fixture(autouse=True)
def _as_installed(app, monkeypatch):
    """Sign-ins last as long as where nothing is set."""
    names = ("staff_idle_minutes", "staff_session_hours", "session_idle_days", "session_days")
    defaults = {name: Settings.model_fields[name].default for name in names}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=defaults))


@pytest.fixture
def account_id(app, clock):
    with app.app_context(), transaction():
        return make_account(email="li.gui@example.org").id


@pytest.fixture
def secretary_id(app, account_id):
    with app.app_context(), transaction():
        make_membership(account_id, "secretary", "guihua-osmanthus")
    return account_id


def browser_of(app, *, user_agent=DESK, remember=False, sign_in=True):
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = user_agent
    if sign_in:
        answer = client.submit(
            SIGN_IN,
            {"email": "li.gui@example.org", "password": PASSWORD} | ({"remember": "y"} if remember else {}),
        )
        assert answer.status_code == 302
    return client


def is_signed_in(client):
    return client.get("/account").status_code == 200


def test_others_may_write_while_a_password_is_checked(app, account_id, monkeypatch):
    checked = SignInForm.validate

    def validate(form, **values):
        answer = checked(form, **values)
        behind_the_back("UPDATE account SET locale = 'en'")
        return answer

    monkeypatch.setattr(SignInForm, "validate", validate)
    assert is_signed_in(browser_of(app))


def test_a_copied_session_ends_with_the_sign_out(app, account_id):
    client = browser_of(app, remember=True)
    thieves = [copy_of(app, client, name) for name in ("guiyuan", "guiyuan_remember")]
    assert all(is_signed_in(thief) for thief in thieves)
    client.submit("/account/sign-out", form_at="/account")
    assert not is_signed_in(client)
    assert [is_signed_in(thief) for thief in thieves] == [False, False]


def test_one_device_signs_out_another_and_all_others(app, account_id):
    phone, desk, third = (browser_of(app, user_agent=agent) for agent in (PHONE, DESK, DESK))
    page = desk.get("/account/devices").get_data(as_text=True)
    assert "微信, Android" in page
    assert page.count("Firefox, Windows") == 2
    with app.app_context():
        of_phone = database.scalars(select(AccountDevice).where(AccountDevice.browser == "WeChat")).one()
    desk.submit(f"/account/devices/{of_phone.public_id}/sign-out", form_at="/account/devices")
    assert (is_signed_in(phone), is_signed_in(desk), is_signed_in(third)) == (False, True, True)
    desk.submit("/account/devices/sign-out-others", form_at="/account/devices")
    assert (is_signed_in(desk), is_signed_in(third)) == (True, False)


def test_an_account_that_is_closed_is_signed_out_at_once(app, account_id):
    client = browser_of(app)
    with app.app_context(), transaction():
        database.get_one(Account, account_id).active = False
    assert not is_signed_in(client)


def test_signing_in_again_ends_the_sign_in_before_it(app, account_id):
    with app.test_request_context(SIGN_IN):
        for _ in range(2):
            login_user(database.get_one(Account, account_id), authn_via=["password"])
    with app.app_context():
        found = database.scalars(select(AccountDevice.ended_by).order_by(AccountDevice.id)).all()
    assert found == ["again", None]


def test_a_head_leaves_no_trace_of_its_sender(app, account_id, clock):
    client, began = browser_of(app), clock.at
    clock.forward(minutes=3)

    def seen_at():
        with app.app_context():
            return database.scalars(select(AccountDevice.last_seen_at)).one()

    assert client.head("/account").status_code == 200
    assert seen_at() == began
    assert is_signed_in(client)
    assert seen_at() == clock.at


@pytest.mark.parametrize("ago", [{"last_seen_at": 31}, {"signed_in_at": 12 * 60}])
def test_a_device_whose_sign_in_is_over_is_listed_no_more(app, secretary_id, clock, ago):
    browser_of(app, user_agent=PHONE)
    desk = browser_of(app)
    assert "微信" in desk.get("/account/devices").text
    with app.app_context(), transaction():
        phone = database.scalars(select(AccountDevice).where(AccountDevice.browser == "WeChat")).one()
        for column, minutes in ago.items():
            setattr(phone, column, clock.at - timedelta(minutes=minutes))
    assert "微信" not in desk.get("/account/devices").text


def test_nobody_signs_out_a_device_of_somebody_else(app, account_id, login):
    browser_of(app)
    with app.app_context():
        public_id = database.scalars(select(AccountDevice.public_id)).one()
    stranger = login()
    answer = stranger.submit(f"/account/devices/{public_id}/sign-out", form_at="/account/devices")
    assert answer.status_code == 404


def test_a_changed_password_signs_all_others_out(app, account_id):
    here, there = browser_of(app), browser_of(app, remember=True)
    words = "four osmanthus trees"
    answer = here.submit(
        "/account/password", {"password": PASSWORD, "new_password": words, "new_password_confirm": words}
    )
    assert answer.status_code == 302
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)


def test_a_buyer_who_wants_to_be_remembered_is(app, account_id, clock):
    client = browser_of(app, remember=True)
    later = copy_of(app, client, "guiyuan_remember")
    clock.forward(days=20)
    assert is_signed_in(later)
    assert is_signed_in(later)
    clock.forward(days=31)
    assert not is_signed_in(later)


def test_a_remembering_cookie_lets_no_demonstration_in_where_others_can_come(app, account_id, monkeypatch):
    later = copy_of(app, browser_of(app, remember=True), "guiyuan_remember")
    public = app.config["SETTINGS"].model_copy(update={"public_url": "https://guiyuan.example.org"})
    monkeypatch.setitem(app.config, "SETTINGS", public)
    assert not is_signed_in(later)


def test_staff_is_signed_out_after_a_while_without_use(app, secretary_id, clock):
    client = browser_of(app)
    for _ in range(4):
        clock.forward(minutes=20)
        assert is_signed_in(client)
    clock.forward(minutes=31)
    assert not is_signed_in(client)


def test_staff_is_signed_out_after_a_working_day(app, secretary_id, clock):
    client = browser_of(app)
    for _ in range(35):
        clock.forward(minutes=20)
        assert is_signed_in(client)
    clock.forward(minutes=20)
    assert not is_signed_in(client)


def test_the_progress_of_a_task_keeps_nobody_signed_in(app, secretary_id, clock):
    client = browser_of(app)
    for _ in range(3):
        clock.forward(minutes=11)
        client.get("/jobs/none")
    assert not is_signed_in(client)


def test_a_remembering_cookie_never_lets_staff_in(app, account_id):
    client = browser_of(app, remember=True)
    assert client.get_cookie("guiyuan_remember", domain="127.0.0.1")
    thief = copy_of(app, client, "guiyuan_remember")
    assert is_signed_in(thief)
    with app.app_context(), transaction():
        make_membership(account_id, "secretary", "guihua-osmanthus")
    assert is_signed_in(client), "signed in on the page"
    assert not is_signed_in(thief)
    assert not is_signed_in(copy_of(app, client, "guiyuan_remember"))
    assert browser_of(app, remember=True).get_cookie("guiyuan_remember", domain="127.0.0.1") is None


def test_a_remembering_cookie_is_no_second_factor(app, account_id):
    client = browser_of(app, remember=True)
    with app.app_context(), transaction():
        account = database.get_one(Account, account_id)
        account.tf_primary_method, account.tf_totp_secret = "authenticator", "set up"
    assert not is_signed_in(copy_of(app, client, "guiyuan_remember"))


@pytest.mark.parametrize(
    ("role", "demo", "told"),
    [("secretary", False, [("WeChat", "Android")]), ("secretary", True, []), (None, False, [])],
)
def test_staff_is_told_of_a_device_that_is_new(app, account_id, role, demo, told):
    with app.app_context(), transaction():
        database.get_one(Account, account_id).demo = demo
        if role:
            make_membership(account_id, role, "guihua-osmanthus")
    with app.app_context():
        session_cookie(app, account_id, user_agent=PHONE)
        sent = database.scalars(select(Message.context).where(Message.template == "account_new_device"))
        assert [(one["browser"], one["system"]) for one in sent] == told


def test_cookies_are_of_no_use_to_scripts_and_other_sites(app, account_id):
    client = app.test_client()
    page = client.get(SIGN_IN).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    answer = client.post(
        SIGN_IN,
        data={"email": "li.gui@example.org", "password": PASSWORD, "remember": "y", "csrf_token": token},
    )
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {
        "guiyuan",
        "guiyuan_remember",
        "guiyuan_browser",
    }
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
