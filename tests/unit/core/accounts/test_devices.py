"""Devices of an account: what its owner is shown and told, what ends with a sign-out, how long a guesser waits."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.accounts.models.account import Account
from core.accounts.models.devices import AccountDevice
from core.accounts.queries.devices import devices_of
from core.accounts.rules.devices import pause_after, worth_telling
from core.accounts.service.devices import end_device, end_others, end_own, open_device
from core.errors import NotFound
from core.messaging.models import Message
from tests.factories.accounts import make_account

MINUTE = timedelta(minutes=1)


@pytest.fixture
def account(session, at):
    return session.get_one(Account, make_account(email="li.gui@example.org", at=at).id)


@pytest.fixture
def other(session, at):
    return session.get_one(Account, make_account(email="other@example.org", at=at).id)


def opened(account, at, *, browser="a", tell=False):
    return open_device(account, user_agent="", browser=browser, remembered=False, tell=tell, at=at)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (10, 32), (11, 60), (12, 60), (10_000, 60)]
)
def test_each_wrong_guess_doubles_the_pause_up_to_an_hour(failures, minutes):
    assert pause_after(failures) == minutes * MINUTE


def test_the_owner_hears_of_wrong_guesses_less_and_less_often():
    assert [n for n in range(100) if worth_telling(n)] == [5, 10, 20, 40, 80]


@pytest.mark.both
def test_an_owner_sees_his_own_devices_that_are_signed_in_the_present_one_first(account, other, at):
    here, later, idle, ended = (opened(account, at + n * MINUTE) for n in (1, 2, 0, 3))
    opened(other, at + 4 * MINUTE)
    end_device(ended.id, by="owner", at=at + 5 * MINUTE)
    seen = devices_of(account.id, here_id=here.id, since=at)
    assert [(one.public_id, one.here) for one in seen] == [(here.public_id, True), (later.public_id, False)]
    assert idle.public_id not in {one.public_id for one in seen}


def test_a_browser_is_known_to_those_accounts_only_that_signed_in_from_it(account, other, at, session):
    for person in (account, account, other):
        opened(person, at, tell=True)
    opened(account, at, browser="b", tell=True)
    session.flush()
    told = session.scalars(sa.select(Message.receiver).where(Message.template == "account_new_device"))
    assert sorted(told) == ["li.gui@example.org", "li.gui@example.org", "other@example.org"]


def test_a_device_is_signed_out_once_and_stays_as_it_was_ended(account, at, session):
    gone, here = opened(account, at), opened(account, at)
    end_device(gone.id, by="sign_out", at=at)
    with pytest.raises(NotFound):
        end_own(account.id, gone.public_id, at=at + MINUTE)
    assert end_others(account.id, but=here.id, by="owner", at=at + MINUTE) == 0
    row = session.get_one(AccountDevice, gone.id, populate_existing=True)
    assert (row.ended_by, row.ended_at) == ("sign_out", at)
