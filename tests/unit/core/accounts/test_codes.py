"""Six digits sent to a contact: right once, for ten minutes and five attempts, and five times an hour."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.accounts.identity import parse_identity
from core.accounts.models import Account, AccountCode
from core.accounts.service import count_attempt, prove_contact, redeem_code, send_code
from core.errors import Conflict, Invalid
from core.messaging import Message
from tests.factories.accounts import make_account

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def account(session, at):
    made = make_account(email="buyer@example.org", at=at)
    return session.get_one(Account, made.id)


@pytest.fixture
def send(session, account):
    """`send(at)` sends a code; the id of its page, and the digits when they were sent."""

    def asked(at, to=None, contact="buyer@example.org"):
        before = set(session.scalars(sa.select(Message.id)))
        page = send_code(to or account, "confirm", parse_identity(contact), at=at)
        session.flush()
        messages = session.scalars(sa.select(Message).where(Message.id.not_in(before))).all()
        return page, messages[0].context["code"] if messages else None

    return asked


@pytest.mark.parametrize(
    ("after", "right"),
    [(timedelta(0), True), (10 * MINUTE - SECOND, True), (10 * MINUTE, False), (11 * MINUTE, False)],
)
def test_a_code_is_right_for_ten_minutes(send, account, at, after, right):
    page, digits = send(at)
    assert count_attempt(page, at=at + after) == right
    if right:
        found = redeem_code(page, digits, at=at + after)
        assert (found.account_id, found.purpose, found.contact.value) == (
            account.id,
            "confirm",
            "buyer@example.org",
        )
    else:
        with pytest.raises(Invalid):
            redeem_code(page, digits, at=at + after)


def test_a_code_is_right_once(send, at):
    page, digits = send(at)
    redeem_code(page, digits, at=at)
    assert not count_attempt(page, at=at)
    with pytest.raises(Invalid):
        redeem_code(page, digits, at=at)


def test_a_code_is_that_of_its_page(send, at):
    first, digits = send(at)
    second, others = send(at + SECOND)
    if digits != others:
        with pytest.raises(Invalid):
            redeem_code(second, digits, at=at + SECOND)
    with pytest.raises(Invalid):
        redeem_code("no such page", digits, at=at)
    assert redeem_code(first, digits, at=at + SECOND)


def test_five_attempts_are_counted_for_each_code_by_itself(send, at, session):
    first, _digits = send(at)
    second, _others = send(at)
    assert [count_attempt(first, at=at) for _ in range(6)] == [True] * 5 + [False]
    assert count_attempt(second, at=at)
    assert not count_attempt("no such page", at=at)
    attempts = dict(session.execute(sa.select(AccountCode.public_id, AccountCode.attempts)).all())
    assert attempts == {first: 5, second: 1}


def test_five_codes_an_hour_and_the_answer_looks_the_same(send, at):
    sent = [send(at + minute * MINUTE)[1] for minute in range(6)]
    assert [code is not None for code in sent] == [True] * 5 + [False]
    page, nothing = send(at + 59 * MINUTE)
    assert page
    assert nothing is None
    assert send(at + 60 * MINUTE)[1] is not None  # the first of them is an hour old
    assert send(at + 60 * MINUTE)[1] is None


def test_the_codes_of_another_account_are_not_counted(send, account, at, session):
    other = session.get_one(Account, make_account(email="other@example.org", at=at).id)
    for _ in range(5):
        send(at, to=other, contact="other@example.org")
    assert send(at)[1] is not None


def test_without_an_account_nothing_is_sent_and_the_answer_looks_the_same(session, at):
    page = send_code(None, "recover", parse_identity("nobody@example.org"), at=at)
    assert len(page) == 24
    assert session.scalar(sa.select(sa.func.count(AccountCode.id))) == 0


def test_a_contact_is_proved_unless_another_account_signs_in_with_it(account, at, session):
    other = make_account(email="other@example.org", at=at)
    with pytest.raises(Conflict) as refused:
        prove_contact(account.id, parse_identity("other@example.org"), at=at)
    assert refused.value.code == "account_exists"
    prove_contact(account.id, parse_identity("buyer@example.org"), at=at)
    prove_contact(account.id, parse_identity("13800000001"), at=at)
    assert (account.email, account.email_confirmed_at, account.phone_confirmed_at) == (
        "buyer@example.org",
        at,
        at,
    )
    assert session.get_one(Account, other.id).email == "other@example.org"


@pytest.mark.parametrize(
    ("contact", "told"),
    [("buyer@example.org", False), ("new@example.org", True), ("13800000001", True)],
)
def test_the_old_contact_hears_that_it_was_changed_or_got_another_beside_it(
    account, at, session, contact, told
):
    before = session.scalar(sa.select(sa.func.count(Message.id)))
    prove_contact(account.id, parse_identity(contact), at=at)
    session.flush()
    new = session.scalars(sa.select(Message.receiver).order_by(Message.id).offset(before)).all()
    assert new == (["buyer@example.org"] if told else [])
