"""Who is meant by a recovery: the owner of an open account, and nobody else."""

import pytest
import sqlalchemy as sa

from core.accounts.events import RecoveryAsked
from core.accounts.service.recovery import answer
from core.messaging.models import Message
from tests.factories.accounts import make_account


@pytest.mark.parametrize(
    ("kind", "contact", "template"),
    [
        ("email", "lost@example.org", "account_recover_link"),
        ("phone", "+8613900139000", "account_code"),
    ],
)
def test_a_closed_account_is_not_recovered(app, session, at, kind, contact, template):
    account = make_account(email="lost@example.org", phone="+8613900139000", active=False, at=at)
    sent = sa.select(Message.template)
    with app.test_request_context():
        answer(RecoveryAsked(kind, contact, "page-1"), event_id="1")
        assert session.scalars(sent).all() == []
        account.active = True
        answer(RecoveryAsked(kind, contact, "page-2"), event_id="2")
        assert session.scalars(sent).all() == [template]
