"""Sign-ins that ended are forgotten after a while; a browser that signed in before stays known."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.accounts import tasks
from core.accounts.models.account import Account
from core.accounts.models.devices import AccountDevice
from core.accounts.queries.devices import knows_browser
from core.accounts.rules.devices import BROWSER_KNOWN_FOR, ENDED_KEPT_FOR
from core.accounts.service.devices import end_device, open_device
from core.database import transaction
from tests.factories.accounts import make_account

pytestmark = pytest.mark.both


@pytest.fixture
def account_id(session):
    with transaction():
        return make_account().id


def sign_in(session, account_id, browser, at, *, ended=True):
    with transaction():
        account = session.get_one(Account, account_id)
        opened = open_device(account, user_agent="", browser=browser, remembered=False, tell=False, at=at)
        if ended:
            end_device(opened.id, by="sign_out", at=at)
    return opened.id


def kept(session):
    session.rollback()
    return list(session.scalars(sa.select(AccountDevice.id).order_by(AccountDevice.id)))


def test_what_ended_is_forgotten_but_for_the_newest_of_each_browser(session, account_id, clock):
    at = clock()
    old, newest, other, open_one = (
        sign_in(session, account_id, "a", at),
        sign_in(session, account_id, "a", at),
        sign_in(session, account_id, "b", at),
        sign_in(session, account_id, "c", at, ended=False),
    )
    assert tasks.forget_devices.run() == 0
    clock.to(at + ENDED_KEPT_FOR)
    assert tasks.forget_devices.run() == 1
    assert kept(session) == [newest, other, open_one]
    assert old not in kept(session)
    assert knows_browser(account_id, "a")


def test_of_a_browser_that_did_not_come_for_a_year_nothing_is_kept(app, session, account_id, clock):
    at, longest = clock(), timedelta(days=app.config["SETTINGS"].session_days)
    sign_in(session, account_id, "a", at)
    sign_in(session, account_id, "b", at, ended=False)
    clock.to(at + max(BROWSER_KNOWN_FOR, longest) - timedelta(seconds=1))
    later = sign_in(session, account_id, "c", clock())
    assert tasks.forget_devices.run() == 0
    clock.forward(seconds=1)
    assert tasks.forget_devices.run() == 2
    assert kept(session) == [later]
