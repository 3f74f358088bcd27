"""Whoever is told by his account is told where he reads, in his language, once, and nobody whose account is closed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.service.notifying import notify_account, notify_accounts
from core.messaging.models import Message
from tests.factories.accounts import make_account


@pytest.fixture
def told(session):
    """What is queued, by receiver."""

    def queued():
        session.flush()
        return {row.receiver: row for row in session.scalars(select(Message))}

    return queued


def test_each_active_account_is_told_once_in_its_language_and_with_its_own_words(told, at):
    one = make_account(email="one@example.org", phone="+8613812345678", locale="en", at=at)
    other = make_account(email=None, phone="+8613912345678", locale="zh_Hans_CN", at=at)
    closed = make_account(email="closed@example.org", active=False, at=at)
    ids, later = [one.id, other.id, closed.id, one.id], at + timedelta(hours=2)

    def context(account):
        return {"name": account.id}

    assert notify_accounts(ids, "programme_begins", context, key="event-1", at=later) == 2
    assert notify_accounts(ids, "programme_begins", context, key="event-1", at=later) == 0
    assert {
        receiver: (row.locale, row.context["name"], row.available_at) for receiver, row in told().items()
    } == {
        "one@example.org": ("en", one.id, later),
        "+8613912345678": ("zh_Hans_CN", other.id, later),
    }


def test_a_secret_is_told_to_another_contact_of_the_account_and_forgotten_in_time(told, at):
    account = make_account(email="old@example.org", at=at)
    notify_account(
        account, "code", {}, key="k", to="new@example.org", at=at, secret_for=timedelta(minutes=10)
    )
    [(receiver, row)] = told().items()
    assert receiver == "new@example.org"
    assert row.forget_at == at + timedelta(minutes=10)
