"""Secrets that were told are forgotten once they are of no more use, and the log still agrees with their rows."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.accounts.models.account import Account
from core.accounts.rules.codes import CODE_FOR
from core.accounts.rules.identity import Identity
from core.accounts.service import recovery
from core.accounts.service.codes import send_code
from core.accounts.service.notices import LINK_FOR
from core.clock import now
from core.database import transaction
from core.failures.queries import failures
from core.forgetting import service as forgetting
from core.messaging.models import Message
from core.messaging.service import enqueueing as messaging
from core.messaging.tasks import send_waiting
from core.outbox.models import OutboxEvent
from core.outbox.tasks import deliver_pending
from tests.factories.accounts import make_account
from tests.seals import not_as_sealed

pytestmark = pytest.mark.both
CONTACT = "nobody@example.org"


def texts(session, *columns):
    session.rollback()
    return [str(row) for row in session.execute(sa.select(*columns)).all()]


@pytest.fixture
def account(session):
    with transaction():
        return make_account(email="li@example.org")


def differences():
    return not_as_sealed("message") + not_as_sealed("outbox_event")


def test_links_of_recovery_are_kept_as_long_as_they_open_something(app):
    assert app.config["SECURITY_RESET_PASSWORD_WITHIN"] == LINK_FOR


def test_a_code_that_was_sent_is_forgotten_and_the_log_agrees(session, account):
    with transaction():
        send_code(session.get(Account, account.id), "confirm", Identity("email", "li@example.org"), at=now())
    [row] = session.scalars(sa.select(Message)).all()
    code = row.context["code"]
    assert forgetting.forget_secrets() == 0, "it is still to be sent"
    send_waiting()
    assert forgetting.forget_secrets() == 1
    assert code not in " ".join(texts(session, Message.context))
    assert forgetting.forget_secrets() == 0
    assert differences() == []


def test_a_code_that_opens_nothing_any_more_is_not_sent(session, account, clock):
    with transaction():
        send_code(
            session.get(Account, account.id), "confirm", Identity("email", "li@example.org"), at=clock()
        )
    clock.forward(seconds=CODE_FOR.total_seconds() + 1)
    assert forgetting.forget_secrets() == 1
    assert send_waiting() == 0
    assert failures(at=clock()).total == 0, "nobody has to look at it"


def test_what_is_no_secret_stays(session):
    with transaction():
        messaging.enqueue(
            dedupe_key="x",
            to="li@example.org",
            template="account_password_changed",
            context={"name": "李"},
            locale="en",
        )
    send_waiting()
    assert forgetting.forget_secrets() == 0
    assert "李" in texts(session, Message.context)[0]


def test_whose_recovery_was_asked_for_is_forgotten_also_of_those_without_account(session):
    with transaction():
        recovery.request_recovery(Identity("email", CONTACT))
    assert forgetting.forget_secrets() == 0, "nobody has heard it yet"
    deliver_pending()
    assert forgetting.forget_secrets() == 1
    assert CONTACT not in " ".join(texts(session, OutboxEvent.body))
    assert forgetting.forget_secrets() == 0
    assert differences() == []


def test_a_recovery_that_nobody_heard_is_forgotten_in_a_day(session, clock):
    with transaction():
        recovery.request_recovery(Identity("email", CONTACT))
    clock.forward(seconds=timedelta(days=1, seconds=1).total_seconds())
    assert forgetting.forget_secrets() == 1
    assert deliver_pending() == 0
    assert CONTACT not in " ".join(texts(session, OutboxEvent.body))
