"""Second factors: changed only with the old one, told to their owner, and not to be guessed at from many addresses."""

import re
from types import SimpleNamespace

import pytest
from flask import current_app
from passlib.totp import TOTP
from sqlalchemy import select

from core.accounts.models.account import Account
from core.database import session as database
from core.database import transaction
from core.messaging.models import Message
from tests.factories.accounts import PASSWORD, make_account

pytestmark = pytest.mark.both

SIGN_IN, CODE, PRESENT = "/account/sign-in", "/account/second-factor/code", "/account/second-factor/present"
EMAIL = "careful@example.org"


@pytest.fixture
def careful(app, clock):
    """Somebody with a second factor: `key` of the app, `codes` for its loss."""
    with app.app_context(), transaction():
        account = make_account(email=EMAIL, demo=False, tf_primary_method="authenticator")
        account.tf_totp_secret = current_app.extensions["security"].totp_factory.generate_totp_secret()
        codes = current_app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(account)
        database.flush()
        return SimpleNamespace(
            id=account.id,
            key=current_app.extensions["security"].totp_factory.get_totp_pretty_key(account.tf_totp_secret),
            codes=list(codes),
        )


def enter(app, address="192.0.2.1"):
    """A browser that has given the right password."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    assert "second-factor/code" in client.submit(SIGN_IN, {"email": EMAIL, "password": PASSWORD}).location
    return client


def guess(client, code="000000"):
    return client.submit(CODE, {"code": code})


def signed_in(client):
    return client.get("/account").status_code == 200


def inside(app, careful):
    client = enter(app)
    assert client.submit("/account/recovery-code", {"code": careful.codes.pop()}).status_code == 302
    return client


def told(app, template):
    with app.app_context():
        found = database.scalars(select(Message).where(Message.template == template).order_by(Message.id))
        return [(one.receiver, one.context) for one in found]


def secret_of(app, careful):
    with app.app_context():
        return database.get_one(Account, careful.id).tf_totp_secret


def offered(answer):
    """The key of a new factor on its page, where the page sends the first code, and the token of its form."""
    page = answer.get_data(as_text=True)
    key = re.search(r'code-box__code">([^<]+)<', page).group(1).replace("-", "")
    action = re.search(r'action="(/account/second-factor/[^"]+)"', page).group(1)
    return key, action, re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)


def test_only_the_old_factor_turns_it_off_and_the_owner_is_told(app, careful):
    client = inside(app, careful)
    answer = client.submit("/account/second-factor", {"setup": "disable"}, form_at="/account")
    assert (answer.status_code, answer.location) == (303, f"{PRESENT}?next=/account/second-factor")
    assert secret_of(app, careful)
    assert client.submit(PRESENT, {"code": "000000"}).status_code == 422
    assert (
        client.submit(PRESENT, {"code": TOTP(careful.key.replace("-", "")).generate().token}).status_code
        == 303
    )
    client.submit("/account/second-factor", {"setup": "disable"}, form_at="/account")
    assert secret_of(app, careful) is None
    assert [context["how"] for _to, context in told(app, "account_factor_changed")] == ["turned_off"]


def test_a_recovery_code_is_as_good_as_the_app_once(app, careful):
    client = inside(app, careful)
    code = careful.codes.pop()
    assert client.submit(PRESENT, {"code": code}).status_code == 303
    assert client.get("/account/recovery-codes").status_code == 200
    assert client.submit(PRESENT, {"code": code}).status_code == 422
    used = [context for _to, context in told(app, "account_recovery_codes") if context["how"] == "used"]
    assert [context["left"] for context in used] == ["7", "6"]


def test_a_new_factor_ends_the_other_devices(app, careful):
    client, other = inside(app, careful), inside(app, careful)
    client.submit(PRESENT, {"code": careful.codes.pop()})
    key, action, token = offered(client.submit("/account/second-factor", {"setup": "authenticator"}))
    before = secret_of(app, careful)
    client.post(action, data={"csrf_token": token, "code": TOTP(key).generate().token})
    assert secret_of(app, careful) not in {before, None}
    assert (signed_in(client), signed_in(other)) == (True, False)
    assert [context["how"] for _to, context in told(app, "account_factor_changed")] == ["changed"]


@pytest.mark.parametrize("path", ["/account/second-factor", "/account/recovery-codes"])
def test_its_pages_are_closed_until_it_is_shown(app, careful, path, clock):
    client = inside(app, careful)
    assert client.get(path).location == f"{PRESENT}?next={path}"
    client.submit(PRESENT, {"code": careful.codes.pop()})
    assert client.get(path).status_code == 200
    clock.forward(minutes=11)
    assert client.get(path).status_code == 303


def test_guesses_from_many_addresses_count_together_and_wait_longer_each_time(app, careful, clock):
    for n in range(5):
        assert guess(enter(app, f"198.51.100.{n}")).status_code == 422
    held = enter(app, "203.0.113.9")
    answer = held.submit("/account/recovery-code", {"code": careful.codes[0]})
    assert answer.status_code == 303, "even the right one has to wait"
    assert not signed_in(held)
    clock.forward(seconds=61)
    assert guess(enter(app, "198.51.100.77")).status_code == 422
    clock.forward(seconds=61)
    assert guess(held).status_code == 303, "two minutes by now"
    clock.forward(seconds=61)
    assert held.submit("/account/recovery-code", {"code": careful.codes[0]}).status_code == 302
    assert signed_in(held)
    assert [(to, context["failures"]) for to, context in told(app, "account_factor_guessed")] == [
        (EMAIL, "5")
    ]


def test_a_program_of_somebody_who_lacks_a_factor_is_kept_out_too(login):
    client = login(role="secretary", demo=False)
    answer = client.get("/branch/members", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (403, "second_factor_missing")


def test_a_new_factor_waits_for_the_old_one_again_when_that_was_long_ago(app, careful, clock):
    client = inside(app, careful)
    client.submit(PRESENT, {"code": careful.codes.pop()})
    key, action, token = offered(client.submit("/account/second-factor", {"setup": "authenticator"}))
    before = secret_of(app, careful)
    clock.forward(minutes=11)
    client.post(action, data={"csrf_token": token, "code": TOTP(key).generate().token})
    assert secret_of(app, careful) == before


def test_strangers_who_guess_hold_up_no_browser_of_the_owner(app, careful):
    own = inside(app, careful)
    own.submit("/account/sign-out", form_at="/account")
    for n in range(6):
        guess(enter(app, f"198.51.100.{n}"))
    own.submit(SIGN_IN, {"email": EMAIL, "password": PASSWORD})
    assert own.submit("/account/recovery-code", {"code": careful.codes.pop()}).status_code == 302
    assert signed_in(own)


def test_the_page_of_the_old_factor_counts_guesses_too(app, careful):
    client = inside(app, careful)
    codes = [client.submit(PRESENT, {"code": f"{n:06d}"}).status_code for n in range(6)]
    assert codes == [422] * 5 + [429]
